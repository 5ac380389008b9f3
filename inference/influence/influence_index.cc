#include "inference/influence/influence_index.h"

#include <bit>
#include <cmath>

namespace ledgerline::influence {
namespace {

constexpr std::string_view kMagic = "LLINFLU1";

void Put32(uint32_t value, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) out->push_back(static_cast<char>(value >> shift));
}
void Put64(uint64_t value, std::string* out) {
  for (int shift = 0; shift < 64; shift += 8) out->push_back(static_cast<char>(value >> shift));
}
void PutText(const std::string& text, std::string* out) {
  out->push_back(static_cast<char>(text.size()));
  *out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  size_t left() const { return bytes_.size(); }
  std::string_view Take(size_t count) {
    if (count > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  uint64_t Number(size_t size) {
    uint64_t value = 0;
    const std::string_view taken = Take(size);
    for (size_t i = 0; i < taken.size(); ++i) value |= uint64_t{static_cast<uint8_t>(taken[i])} << (8 * i);
    return value;
  }
  uint32_t Number32() { return static_cast<uint32_t>(Number(4)); }
  std::string Text() { return std::string(Take(Number(1))); }
  Hash256 Hash() {
    Hash256 hash;
    const std::string_view taken = Take(Hash256::kSize);
    for (size_t i = 0; i < taken.size(); ++i) hash.bytes[i] = static_cast<uint8_t>(taken[i]);
    return hash;
  }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

Status Within(const std::string& field, uint64_t value, uint64_t lowest, uint64_t highest) {
  if (value >= lowest && value <= highest) return Status::Ok();
  return OutOfRange(field + " " + std::to_string(value) + " is outside " + std::to_string(lowest) + " to " +
                    std::to_string(highest));
}

// What both ways demand of everything but the gradients' number.
Status CheckIndex(const InfluenceIndex& index) {
  RETURN_IF_ERROR(index.method.Check());
  RETURN_IF_ERROR(Within("matrices", index.matrices, 1, kIndexMatricesMax));
  RETURN_IF_ERROR(Within("pieces", index.pieces.size(), 1, kIndexPiecesMax));
  RETURN_IF_ERROR(Within("bytes of gradients", index.Dimensions() * index.pieces.size() * 4, 4, kIndexBytesMax));
  for (size_t i = 0; i < index.pieces.size(); ++i) {
    const IndexedPiece& piece = index.pieces[i];
    if (piece.id.empty() || (i > 0 && piece.id <= index.pieces[i - 1].id)) {
      return InvalidArgument("piece " + std::to_string(i) + ": the id \"" + piece.id.substr(0, 60) +
                             "\" does not ascend");
    }
    for (const std::string* text : {&piece.id, &piece.collection, &piece.composer}) {
      RETURN_IF_ERROR(Within("piece " + std::to_string(i) + ": bytes of a text", text->size(), 0, kIndexTextMax));
    }
    RETURN_IF_ERROR(Within("piece " + std::to_string(i) + ": events", piece.events, 1, piece.notes));
  }
  return Status::Ok();
}

Status CheckFinite(const std::vector<float>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) return InvalidArgument("gradient number " + std::to_string(i) + " is not finite");
  }
  return Status::Ok();
}

}  // namespace

Result<std::string> InfluenceIndex::Serialise() const {
  RETURN_IF_ERROR(CheckIndex(*this));
  if (gradients.size() != pieces.size() * Dimensions()) {
    return InvalidArgument("gradients " + std::to_string(gradients.size()) + " are not " +
                           std::to_string(pieces.size()) + " x " + std::to_string(Dimensions()));
  }
  RETURN_IF_ERROR(CheckFinite(gradients));
  std::string bytes(kMagic);
  bytes += model.ToBytes();
  bytes += served.ToBytes();
  Put64(method.seed, &bytes);
  for (const uint32_t value :
       {method.rank, method.rows, method.damping_ppm, matrices, static_cast<uint32_t>(pieces.size())}) {
    Put32(value, &bytes);
  }
  for (const IndexedPiece& piece : pieces) {
    PutText(piece.id, &bytes);
    bytes += piece.file.ToBytes();
    PutText(piece.collection, &bytes);
    PutText(piece.composer, &bytes);
    Put32(piece.notes, &bytes);
    Put32(piece.events, &bytes);
  }
  for (const float value : gradients) Put32(std::bit_cast<uint32_t>(value), &bytes);
  return bytes;
}

Result<InfluenceIndex> InfluenceIndex::Parse(std::string_view bytes) {
  RETURN_IF_ERROR(Within("bytes", bytes.size(), 0, kIndexBytesMax));
  Reader reader(bytes);
  if (reader.Take(kMagic.size()) != kMagic) return InvalidArgument("this is no influence index (LLINFLU1)");
  InfluenceIndex index;
  index.model = reader.Hash();
  index.served = reader.Hash();
  index.method.seed = reader.Number(8);
  index.method.rank = reader.Number32();
  index.method.rows = reader.Number32();
  index.method.damping_ppm = reader.Number32();
  index.matrices = reader.Number32();
  const uint32_t pieces = reader.Number32();
  if (!reader.ok()) return InvalidArgument("the index ends in its head");
  RETURN_IF_ERROR(Within("pieces", pieces, 1, kIndexPiecesMax));
  for (uint32_t i = 0; i < pieces; ++i) {
    IndexedPiece piece;
    piece.id = reader.Text();
    piece.file = reader.Hash();
    piece.collection = reader.Text();
    piece.composer = reader.Text();
    piece.notes = reader.Number32();
    piece.events = reader.Number32();
    if (!reader.ok()) return InvalidArgument("the index ends in piece " + std::to_string(i));
    index.pieces.push_back(std::move(piece));
  }
  RETURN_IF_ERROR(CheckIndex(index));
  const size_t numbers = index.pieces.size() * index.Dimensions();
  if (reader.left() != numbers * 4) {
    return InvalidArgument("gradients have " + std::to_string(reader.left()) + " bytes, " +
                           std::to_string(numbers * 4) + " are due");
  }
  index.gradients.resize(numbers);
  for (float& value : index.gradients) value = std::bit_cast<float>(reader.Number32());
  RETURN_IF_ERROR(CheckFinite(index.gradients));
  return index;
}

}  // namespace ledgerline::influence
