#include "inference/model/adapter_file.h"

#include <algorithm>
#include <charconv>

namespace ledgerline::model {
namespace {

constexpr float kLargestValue = 1000.0f;

// Lines of "id<TAB>licence".
std::string FormatPieces(const std::vector<AdapterPiece>& pieces) {
  std::string text;
  for (const AdapterPiece& piece : pieces) text += piece.id + "\t" + piece.licence + "\n";
  return text;
}

Result<std::vector<AdapterPiece>> ParsePieces(const std::string& name, const std::string& text) {
  std::vector<AdapterPiece> pieces;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const size_t tab = line.find('\t');
    if (tab == std::string::npos || tab == 0) {
      return InvalidArgument("adapter " + name + ": line " + std::to_string(pieces.size() + 1) +
                             " is not a piece's id, a tab and its licence");
    }
    pieces.push_back({line.substr(0, tab), line.substr(tab + 1)});
    begin = end + 1;
  }
  return pieces;
}

// Takes a whole number out of the metadata.
Result<int> TakeNumber(std::map<std::string, std::string>* metadata, const char* name, int highest) {
  const auto found = metadata->find(name);
  if (found == metadata->end()) return InvalidArgument(std::string("the adapter file states no ") + name);
  const std::string text = found->second;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > highest) {
    return OutOfRange(std::string("adapter ") + name + " \"" + text.substr(0, 40) + "\" is not a number from 1 to " +
                      std::to_string(highest));
  }
  metadata->erase(found);
  return value;
}

std::string TakeText(std::map<std::string, std::string>* metadata, const char* name) {
  const auto found = metadata->find(name);
  if (found == metadata->end()) return "";
  std::string text = std::move(found->second);
  metadata->erase(found);
  return text;
}

}  // namespace

std::vector<AdaptedRows> AdaptedRowsOf(const ModelConfig& config) {
  std::vector<AdaptedRows> all;
  const int64_t d = config.width, kept = int64_t{config.KeyValueHeads()} * (d / config.heads);
  for (int layer = 0; layer < config.layers; ++layer) {
    const std::string name = "layers/" + std::to_string(layer) + "/";
    all.push_back({name + "query", name + "query_key_value", 0, d, d});
    all.push_back({name + "value", name + "query_key_value", d + kept, kept, d});
    all.push_back({name + "up", name + "gate_up", config.hidden, config.hidden, d});
  }
  return all;
}

std::string SerialiseAdapterFile(const AdapterFile& file) {
  ModelFile container;
  container.metadata = file.card.notes;
  container.metadata["format"] = kAdapterFormat;
  container.metadata["base_sha256"] = file.card.base.ToHex();
  if (!file.card.style.empty()) container.metadata["style"] = file.card.style;
  if (!file.card.artist.empty()) container.metadata["artist"] = file.card.artist;
  container.metadata["rank"] = std::to_string(file.card.rank);
  container.metadata["alpha"] = std::to_string(file.card.alpha);
  container.metadata["pieces"] = FormatPieces(file.card.pieces);
  container.metadata["held_out"] = FormatPieces(file.card.held_out);
  container.tensors = file.tensors;
  return SerialiseModelFile(container);
}

Result<AdapterFile> ParseAdapterFile(std::string_view bytes) {
  if (bytes.size() > kMaxAdapterFileBytes) {
    return OutOfRange("adapter file of " + std::to_string(bytes.size()) + " bytes; the bound is " +
                      std::to_string(kMaxAdapterFileBytes));
  }
  Result<ModelFile> container = ParseModelFile(bytes);
  if (!container.ok()) return container.status().WithContext("adapter file");
  std::map<std::string, std::string> metadata = std::move(container->metadata);
  const std::string format = TakeText(&metadata, "format");
  if (format != kAdapterFormat) {
    return FailedPrecondition("a file of format \"" + format.substr(0, 40) + "\"; an adapter's is " + kAdapterFormat);
  }
  AdapterFile file;
  Result<Hash256> base = Hash256::FromHex(TakeText(&metadata, "base_sha256"));
  if (!base.ok()) return InvalidArgument("adapter base_sha256: " + base.status().message());
  file.card.base = *base;
  file.card.style = TakeText(&metadata, "style");
  file.card.artist = TakeText(&metadata, "artist");
  ASSIGN_OR_RETURN(file.card.rank, TakeNumber(&metadata, "rank", kMaxAdapterRank));
  ASSIGN_OR_RETURN(file.card.alpha, TakeNumber(&metadata, "alpha", kMaxAdapterAlpha));
  ASSIGN_OR_RETURN(file.card.pieces, ParsePieces("pieces", TakeText(&metadata, "pieces")));
  ASSIGN_OR_RETURN(file.card.held_out, ParsePieces("held_out", TakeText(&metadata, "held_out")));
  file.card.notes = std::move(metadata);
  file.tensors = std::move(container->tensors);
  for (const auto& [name, tensor] : file.tensors) {
    if (!tensor.codes.empty()) return InvalidArgument("adapter tensor " + name.substr(0, 80) + " is I8");
    for (const float value : tensor.values) {
      if (value >= -kLargestValue && value <= kLargestValue) continue;
      return OutOfRange("adapter tensor " + name.substr(0, 80) + " has a value outside +-1000, or none");
    }
  }
  return file;
}

Status CheckAdapterShape(const AdapterFile& adapter, const ModelConfig& config) {
  const std::vector<AdaptedRows> all = AdaptedRowsOf(config);
  const auto check = [&](const std::string& name, const std::vector<int64_t>& shape) {
    const auto found = adapter.tensors.find(name);
    if (found == adapter.tensors.end()) return InvalidArgument("the adapter file lacks tensor " + name);
    if (found->second.shape == shape) return Status::Ok();
    return InvalidArgument("adapter tensor " + name + " has another shape than [" + std::to_string(shape[0]) + ", " +
                           std::to_string(shape[1]) + "]");
  };
  for (const AdaptedRows& rows : all) {
    RETURN_IF_ERROR(check(rows.pair + "/a", {adapter.card.rank, rows.inputs}));
    RETURN_IF_ERROR(check(rows.pair + "/b", {rows.count, adapter.card.rank}));
  }
  if (adapter.tensors.size() == 2 * all.size()) return Status::Ok();
  return InvalidArgument("the adapter file has " + std::to_string(adapter.tensors.size()) +
                         " tensors; its base takes " + std::to_string(2 * all.size()));
}

Status CheckAdapterBase(const AdapterFile& adapter, const Hash256& base) {
  if (adapter.card.base == base) return Status::Ok();
  return FailedPrecondition("the adapter was made for the base model " + adapter.card.base.ToHex() + ", this one is " +
                            base.ToHex() + "; train it on this one (ledgerline-train adapt)");
}

}  // namespace ledgerline::model
