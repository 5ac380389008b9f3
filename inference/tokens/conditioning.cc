#include "inference/tokens/conditioning.h"

#include <tuple>

#include "inference/tokens/arranger.h"

namespace ledgerline::tokens {
namespace {

constexpr std::string_view kMagic = "LLCOND";
constexpr int kVersion = 1;

// Big-endian writer with bounds: the first value out of bounds becomes the status.
class Writer {
 public:
  void Put(const char* field, int64_t value, int64_t lowest, int64_t highest, int bytes) {
    if ((value < lowest || value > highest) && status_.ok()) {
      status_ = OutOfRange(std::string("conditioning: ") + field + " " + std::to_string(value) + " is outside " +
                           std::to_string(lowest) + " to " + std::to_string(highest));
    }
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      out_.push_back(static_cast<char>((value >> shift) & 0xff));
  }
  Result<std::string> Finish() && {
    if (!status_.ok()) return status_;
    return std::move(out_);
  }
  std::string out_;

 private:
  Status status_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  int64_t Take(const char* field, int64_t lowest, int64_t highest, int size) {
    if (!status_.ok()) return lowest;
    if (bytes_.size() - at_ < static_cast<size_t>(size)) {
      status_ = InvalidArgument(std::string("conditioning ends at byte ") + std::to_string(at_) + " before " + field);
      return lowest;
    }
    int64_t value = 0;
    for (int i = 0; i < size; ++i) value = (value << 8) | static_cast<uint8_t>(bytes_[at_++]);
    if (value < lowest || value > highest) {
      status_ = OutOfRange(std::string("conditioning: ") + field + " " + std::to_string(value) + " at byte " +
                           std::to_string(at_ - static_cast<size_t>(size)) + " is outside " + std::to_string(lowest) +
                           " to " + std::to_string(highest));
      return lowest;
    }
    return value;
  }
  bool ok() const { return status_.ok(); }
  const Status& status() const { return status_; }
  size_t left() const { return bytes_.size() - at_; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  Status status_;
};

// One description of the layout serves both directions: Put and Take have the same bounds.
template <typename Field>
void VisitHead(Conditioning* c, Field&& field) {
  Piece& piece = c->piece;
  field("style", &piece.style, 0, kStyles - 1, 1);
  field("roles", &piece.roles, 0, (1 << kRoles) - 1, 2);
  field("tonic", &piece.tonic, 0, 11, 1);
  field("scale_numerator", &piece.scale_numerator, 1, 64, 1);
  field("scale_denominator", &piece.scale_denominator, 1, 64, 1);
  field("quarter_us", &c->quarter_us, 1'000, 16'777'215, 4);
}

template <typename Field>
void VisitBar(PieceBar* bar, Field&& field) {
  field("length", &bar->length, 1, kMaxBarTicks, 1);
  field("metre", &bar->metre, 0, kMetreSymbols - 1, 1);
  field("numerator", &bar->numerator, 1, 255, 1);
  field("denominator", &bar->denominator, 1, 64, 1);
  field("beat", &bar->beat, 1, kMaxBarTicks, 1);
  for (int& chord : bar->chords) field("chord", &chord, 0, kChordSymbols - 1, 1);
  field("density", &bar->density, 0, kDensityUnknown, 1);
  field("polyphony", &bar->polyphony, 0, kPolyphonyUnknown, 1);
}

template <typename Field>
void VisitNote(MelodyNote* note, int length, Field&& field) {
  field("melody onset", &note->onset, 0, length - 1, 1);
  field("melody pitch", &note->pitch, 0, 127, 1);
  field("melody duration", &note->duration, 1, length - note->onset, 1);
  field("melody tie", &note->tied, 0, 1, 1);
}

}  // namespace

bool operator==(const Conditioning& x, const Conditioning& y) {
  const Result<std::string> a = SerialiseConditioning(x), b = SerialiseConditioning(y);
  return a.ok() && b.ok() && *a == *b;
}

Result<std::string> SerialiseConditioning(const Conditioning& conditioning) {
  Conditioning copy = conditioning;
  Writer writer;
  writer.out_ = kMagic;
  auto put = [&writer](const char* name, auto* value, int64_t lowest, int64_t highest, int size) {
    writer.Put(name, static_cast<int64_t>(*value), lowest, highest, size);
  };
  writer.Put("version", kVersion, kVersion, kVersion, 1);
  VisitHead(&copy, put);
  writer.Put("bar count", static_cast<int64_t>(copy.piece.bars.size()), 1, static_cast<int64_t>(kMaxPieceBars), 2);
  for (PieceBar& bar : copy.piece.bars) {
    VisitBar(&bar, put);
    writer.Put("melody notes", static_cast<int64_t>(bar.melody.size()), 0, kMaxMelodyNotesPerBar, 1);
    for (MelodyNote& note : bar.melody) VisitNote(&note, bar.length, put);
  }
  return std::move(writer).Finish();
}

Result<Conditioning> ParseConditioning(std::string_view bytes) {
  if (bytes.size() > kMaxConditioningBytes) {
    return OutOfRange("conditioning of " + std::to_string(bytes.size()) + " bytes; the bound is " +
                      std::to_string(kMaxConditioningBytes));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic)
    return InvalidArgument("not conditioning bytes: no \"LLCOND\" in front");
  Reader reader(bytes.substr(kMagic.size()));
  auto take = [&reader](const char* name, auto* value, int64_t lowest, int64_t highest, int size) {
    using Value = std::remove_pointer_t<decltype(value)>;
    *value = static_cast<Value>(reader.Take(name, lowest, highest, size));
  };
  if (reader.Take("version", 0, 255, 1) != kVersion) return InvalidArgument("conditioning of another version");
  Conditioning conditioning;
  VisitHead(&conditioning, take);
  const int64_t count = reader.Take("bar count", 1, static_cast<int64_t>(kMaxPieceBars), 2);
  for (int64_t k = 0; k < count && reader.ok(); ++k) {
    PieceBar bar;
    VisitBar(&bar, take);
    const int64_t notes = reader.Take("melody notes", 0, kMaxMelodyNotesPerBar, 1);
    for (int64_t i = 0; i < notes && reader.ok(); ++i) {
      MelodyNote note;
      VisitNote(&note, bar.length, take);
      if (reader.ok() && !bar.melody.empty() && note.onset < bar.melody.back().onset + bar.melody.back().duration) {
        return OutOfRange("conditioning: melody note of bar " + std::to_string(k) + " at tick " +
                          std::to_string(note.onset) + " begins before the one before it ends");
      }
      bar.melody.push_back(note);
    }
    conditioning.piece.bars.push_back(std::move(bar));
  }
  if (!reader.ok()) return reader.status();
  if (reader.left() != 0)
    return InvalidArgument("conditioning has " + std::to_string(reader.left()) + " bytes too many");
  return conditioning;
}

}  // namespace ledgerline::tokens
