#include "inference/fingerprint/figures.h"

#include <algorithm>
#include <tuple>

namespace ledgerline::fingerprint {
namespace {

constexpr std::string_view kFigureMagic = "LLFIGS";
constexpr char kFigureVersion = 1;
constexpr size_t kFigureHeaderBytes = 12;  // magic, version, Rice parameter, count

// SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014).
uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

class BitWriter {
 public:
  void Put(bool bit) {
    if (used_ % 8 == 0) bytes_.push_back('\0');
    if (bit) bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | (0x80u >> (used_ % 8)));
    ++used_;
  }
  std::string Take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
  size_t used_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  bool AtEnd() const { return at_ == bytes_.size() * 8; }
  // Only while not AtEnd().
  bool Next() {
    const bool bit = (static_cast<unsigned char>(bytes_[at_ / 8]) >> (7 - at_ % 8)) & 1u;
    ++at_;
    return bit;
  }
  size_t BitsLeft() const { return bytes_.size() * 8 - at_; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

// The parameter that fits a set of this size spread over 2^32: the mean step's binary logarithm.
int RiceParameter(size_t count) {
  int parameter = 0;
  while (parameter < 31 && (uint64_t{count} << (parameter + 1)) < (uint64_t{1} << 32)) ++parameter;
  return parameter;
}

}  // namespace

std::vector<uint32_t> FiguresOf(std::vector<music::Note> notes) {
  std::sort(notes.begin(), notes.end(), [](const music::Note& x, const music::Note& y) {
    return std::tuple(x.onset, x.pitch) < std::tuple(y.onset, y.pitch);
  });
  std::vector<uint32_t> figures;
  if (notes.size() < kFigureNotes) return figures;
  std::vector<uint64_t> steps;
  for (size_t i = 1; i < notes.size(); ++i) {
    const int64_t interval = notes[i].pitch - notes[i - 1].pitch + 128;
    const int64_t ticks = std::clamp<int64_t>(notes[i].onset - notes[i - 1].onset, 0, 4095);
    steps.push_back(static_cast<uint64_t>(interval) << 12 | static_cast<uint64_t>(ticks));
  }
  for (size_t i = 0; i + kFigureNotes <= notes.size(); ++i) {
    uint64_t hash = 0x6c65646765726c69ull;
    for (size_t k = i; k + 1 < i + kFigureNotes; ++k) hash = Mix(hash ^ (steps[k] + 0x9e3779b97f4a7c15ull));
    figures.push_back(static_cast<uint32_t>(hash >> 32));
  }
  return figures;
}

bool FigureIndex::Contains(uint32_t figure) const { return std::binary_search(sorted_.begin(), sorted_.end(), figure); }

std::string FigureIndex::Serialise() const {
  const int parameter = RiceParameter(sorted_.size());
  std::string bytes(kFigureMagic);
  bytes.push_back(kFigureVersion);
  bytes.push_back(static_cast<char>(parameter));
  const auto count = static_cast<uint32_t>(sorted_.size());
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>((count >> shift) & 0xff));
  BitWriter bits;
  uint64_t next = 0;  // the least figure that may follow
  for (const uint32_t figure : sorted_) {
    const uint64_t step = figure - next;
    for (uint64_t q = step >> parameter; q > 0; --q) bits.Put(true);
    bits.Put(false);
    for (int bit = parameter - 1; bit >= 0; --bit) bits.Put((step >> bit) & 1u);
    next = uint64_t{figure} + 1;
  }
  return bytes + std::move(bits).Take();
}

Result<FigureIndex> FigureIndex::Parse(std::string_view bytes) {
  if (bytes.size() < kFigureHeaderBytes || bytes.substr(0, kFigureMagic.size()) != kFigureMagic) {
    return InvalidArgument("figure index: it does not begin with " + std::string(kFigureMagic));
  }
  if (bytes[6] != kFigureVersion) {
    return InvalidArgument("figure index of version " + std::to_string(static_cast<unsigned char>(bytes[6])) +
                           "; this program reads 1");
  }
  uint32_t count = 0;
  for (size_t i = 8; i < kFigureHeaderBytes; ++i) count = count << 8 | static_cast<unsigned char>(bytes[i]);
  if (count > kFiguresMax) {
    return OutOfRange("figure index: " + std::to_string(count) + " figures, at most " + std::to_string(kFiguresMax));
  }
  const int parameter = static_cast<unsigned char>(bytes[7]);
  if (parameter != RiceParameter(count)) {
    return InvalidArgument("figure index: Rice parameter " + std::to_string(parameter) + ", " + std::to_string(count) +
                           " figures are written with " + std::to_string(RiceParameter(count)));
  }
  BitReader bits(bytes.substr(kFigureHeaderBytes));
  if (count > bits.BitsLeft()) return InvalidArgument("figure index: its end is missing");
  std::vector<uint32_t> sorted;
  sorted.reserve(count);
  uint64_t next = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t quotient = 0;
    for (;; ++quotient) {
      if (bits.AtEnd()) return InvalidArgument("figure index: its end is missing");
      if (!bits.Next()) break;
      if (quotient > (uint64_t{1} << 32 >> parameter)) return OutOfRange("figure index: a step beyond 2^32");
    }
    if (bits.BitsLeft() < static_cast<size_t>(parameter)) return InvalidArgument("figure index: its end is missing");
    uint64_t rest = 0;
    for (int bit = 0; bit < parameter; ++bit) rest = rest << 1 | static_cast<uint64_t>(bits.Next());
    const uint64_t figure = next + (quotient << parameter) + rest;
    if (figure > 0xffffffffull) return OutOfRange("figure index: figure " + std::to_string(i) + " is above 2^32 - 1");
    sorted.push_back(static_cast<uint32_t>(figure));
    next = figure + 1;
  }
  if (bits.BitsLeft() >= 8) return InvalidArgument("figure index: bytes too many");
  while (!bits.AtEnd()) {
    if (bits.Next()) return InvalidArgument("figure index: the last byte is not filled with zeros");
  }
  return FigureIndex(std::move(sorted));
}

void FigureCollector::Add(const std::vector<uint32_t>& figures_of_one_piece) {
  ++pieces_;
  for (const uint32_t figure : figures_of_one_piece) {
    Seen& seen = seen_[figure];
    if (seen.last_piece == pieces_) continue;
    seen.last_piece = pieces_;
    ++seen.pieces;
  }
}

FigureIndex FigureCollector::Build(uint32_t pieces_max) const {
  std::vector<uint32_t> kept;
  for (const auto& [figure, seen] : seen_) {
    if (seen.pieces <= pieces_max) kept.push_back(figure);
  }
  std::sort(kept.begin(), kept.end());
  return FigureIndex(std::move(kept));
}

Borrowing MeasureBorrowing(const FigureIndex& index, const std::vector<music::Note>& notes,
                           const std::vector<music::Note>& source) {
  std::vector<uint32_t> own = FiguresOf(source);
  std::sort(own.begin(), own.end());
  const std::vector<uint32_t> figures = FiguresOf(notes);
  Borrowing borrowing;
  borrowing.notes = notes.size();
  size_t covered_to = 0;  // notes before this one are counted
  size_t run = 0;         // figures in a row
  for (size_t i = 0; i < figures.size(); ++i) {
    if (!index.Contains(figures[i]) || std::binary_search(own.begin(), own.end(), figures[i])) {
      run = 0;
      continue;
    }
    ++run;
    borrowing.longest = std::max(borrowing.longest, run + kFigureNotes - 1);
    borrowing.covered += i + kFigureNotes - std::max(covered_to, i);
    covered_to = i + kFigureNotes;
  }
  return borrowing;
}

}  // namespace ledgerline::fingerprint
