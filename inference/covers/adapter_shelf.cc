#include "inference/covers/adapter_shelf.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "inference/covers/style_book.h"

namespace ledgerline::covers {
namespace {

std::string NoteOf(const model::AdapterCard& card, const char* name) {
  const auto found = card.notes.find(name);
  return found == card.notes.end() ? "" : found->second;
}

}  // namespace

Result<AdapterShelf::Adapter> AdapterShelf::Read(const std::string& bytes, const Hash256& base) {
  ASSIGN_OR_RETURN(model::AdapterFile file, model::ParseAdapterFile(bytes));
  RETURN_IF_ERROR(model::CheckAdapterBase(file, base));
  return Adapter{bytes, std::move(file.card), nullptr};
}

Status AdapterShelf::Add(const std::string& adapter_file_bytes) {
  ASSIGN_OR_RETURN(Adapter adapter, Read(adapter_file_bytes, model_hash_));
  const std::string style = adapter.card.style;
  const StyleTraits* const traits = FindStyle(style);
  if (traits == nullptr || !traits->adapter) {
    return InvalidArgument("adapter style \"" + style.substr(0, 60) + "\" is none that is offered as an adapter");
  }
  if (!adapter.card.artist.empty()) {
    return InvalidArgument("the adapter is of " + adapter.card.artist.substr(0, 60) +
                           ": an artist's is named for each cover, with --adapter");
  }
  if (!by_style_.emplace(style, std::move(adapter)).second) {
    return InvalidArgument("adapter style \"" + style + "\" is here already");
  }
  return Status::Ok();
}

std::vector<AdapterInfo> AdapterShelf::List() const {
  std::vector<AdapterInfo> list;
  for (const StyleTraits& style : AdapterStyles()) {
    const auto found = by_style_.find(std::string(style.name));
    if (found == by_style_.end()) continue;
    const model::AdapterCard& card = found->second.card;
    list.push_back({card.style, crypto::Sha256(found->second.bytes), card.pieces.size(), card.held_out.size(),
                    NoteOf(card, "loss_before"), NoteOf(card, "loss_after")});
  }
  return list;
}

Result<AdapterShelf::Reader> AdapterShelf::Load(Adapter* adapter) {
  if (adapter->decoder == nullptr) {
    ASSIGN_OR_RETURN(adapter->decoder, model::Decoder::Load(model_, adapter->bytes));
  }
  return Reader{adapter->decoder.get(), crypto::Sha256(adapter->bytes)};
}

Result<AdapterShelf::Reader> AdapterShelf::ReaderFor(const std::string& style, const std::string& adapter_file_bytes,
                                                     model::Decoder* base) {
  if (adapter_file_bytes.empty()) {
    const auto own = by_style_.find(style);
    return own == by_style_.end() ? Reader{base, Hash256()} : Load(&own->second);
  }
  if (named_.bytes != adapter_file_bytes) {
    ASSIGN_OR_RETURN(named_, Read(adapter_file_bytes, model_hash_));
  }
  if (!named_.card.style.empty() && named_.card.style != style) {
    return InvalidArgument("the adapter is for the style \"" + named_.card.style.substr(0, 60) + "\", not for \"" +
                           style + "\"");
  }
  return Load(&named_);
}

Result<AdapterShelf::Reader> AdapterShelf::ReaderOf(const CoverRecord& record, model::Decoder* base) {
  if (record.adapter_hash.IsZero()) return Reader{base, Hash256()};
  for (auto& [style, adapter] : by_style_) {
    if (crypto::Sha256(adapter.bytes) == record.adapter_hash) return Load(&adapter);
  }
  if (crypto::Sha256(record.adapter) == record.adapter_hash) return ReaderFor(record.style, record.adapter, base);
  return FailedPrecondition(
      "adapter_sha256: the record's adapter " + record.adapter_hash.ToHex() + " is not beside the model" +
      (record.adapter.empty() ? "; name its file with --adapter FILE"
                              : ", and the file given is " + crypto::Sha256(record.adapter).ToHex()));
}

}  // namespace ledgerline::covers
