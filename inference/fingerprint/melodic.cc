#include "inference/fingerprint/melodic.h"

#include <algorithm>
#include <iterator>

#include "crypto/sha256.h"
#include "inference/music/melody.h"

namespace ledgerline::fingerprint {
namespace {

constexpr std::string_view kMelodicMagic = "LLMF";
constexpr uint8_t kMelodicVersion = 1;
constexpr size_t kMelodicHeaderBytes = 8;  // magic, version, notes in a gram, count (two bytes)
constexpr size_t kGramBytes = 8;

constexpr int kIntervalBits = 6;  // -31 to 31, stored with 32 added; wider leaps are cut
constexpr int kRatioBits = 3;     // 0 to 4
constexpr int kRatioClasses = 5;
constexpr size_t kIntervals = kGramNotes - 1;
constexpr size_t kRatios = kGramNotes - 2;
static_assert(kIntervals * kIntervalBits + kRatios * kRatioBits <= 64);

// Of the second inter-onset time to the first: under 2/5, under 3/4, about one, from 4/3, from 5/2. The bounds lie
// between the ratios that music has (1/3, 1/2, 2/3, 1, 3/2, 2, 3), where a shaky hand or a coarse grid rarely crosses
// them.
int RatioClass(int64_t first, int64_t second) {
  if (5 * second < 2 * first) return 0;
  if (4 * second < 3 * first) return 1;
  if (3 * second < 4 * first) return 2;
  if (2 * second < 5 * first) return 3;
  return 4;
}

uint64_t Gram(const music::Note* notes) {
  uint64_t gram = 0;
  for (size_t i = 0; i < kIntervals; ++i) {
    const int interval = std::clamp(notes[i + 1].pitch - notes[i].pitch, -31, 31);
    gram = (gram << kIntervalBits) | static_cast<uint64_t>(interval + 32);
  }
  for (size_t i = 0; i < kRatios; ++i) {
    const int ratio = RatioClass(notes[i + 1].onset - notes[i].onset, notes[i + 2].onset - notes[i + 1].onset);
    gram = (gram << kRatioBits) | static_cast<uint64_t>(ratio);
  }
  return gram;
}

// A scale run or a repeated note, which any piece may have, says nothing about which tune this is: phrases need at
// least three moves, up as well as down.
bool IsFigure(const music::Note* notes) {
  int up = 0, down = 0;
  for (size_t i = 0; i < kIntervals; ++i) {
    if (notes[i + 1].pitch > notes[i].pitch) ++up;
    if (notes[i + 1].pitch < notes[i].pitch) ++down;
  }
  return up + down < 3 || up == 0 || down == 0;
}

bool IsGram(uint64_t gram) {
  for (size_t i = 0; i < kRatios; ++i, gram >>= kRatioBits) {
    if ((gram & ((1u << kRatioBits) - 1)) >= kRatioClasses) return false;
  }
  for (size_t i = 0; i < kIntervals; ++i, gram >>= kIntervalBits) {
    if ((gram & ((1u << kIntervalBits) - 1)) == 0) return false;  // -32 is never written
  }
  return gram == 0;
}

// SplitMix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
uint64_t Mixed(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

void AddLine(const std::vector<music::Note>& line, std::vector<uint64_t>& grams) {
  for (size_t i = 0; i + kGramNotes <= line.size(); ++i) {
    if (!IsFigure(&line[i])) grams.push_back(Gram(&line[i]));
  }
}

// The top line of a part whose chords may be spread a little, by hand or by a coarse grid: notes that follow the first
// of a chord within kSpreadTicks count as struck together.
std::vector<music::Note> TopLine(std::vector<music::Note> notes) {
  constexpr int64_t kSpreadTicks = 2;
  std::sort(notes.begin(), notes.end());
  int64_t onset = -1 - kSpreadTicks;
  for (music::Note& note : notes) {
    if (note.onset > onset + kSpreadTicks) {
      onset = note.onset;
    } else {
      note.duration += note.onset - onset;
      note.onset = onset;
    }
  }
  return music::Skyline(notes);
}

MelodicFingerprint Settled(std::vector<uint64_t> grams) {
  std::sort(grams.begin(), grams.end());
  grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
  if (grams.size() > kMaxGrams) {
    std::sort(grams.begin(), grams.end(), [](uint64_t a, uint64_t b) { return Mixed(a) < Mixed(b); });
    grams.resize(kMaxGrams);
    std::sort(grams.begin(), grams.end());
  }
  return {std::move(grams)};
}

// The mixed value up to which a fingerprint is complete: a full one may have been thinned.
uint64_t CompleteUpTo(const MelodicFingerprint& print) {
  if (print.grams.size() < kMaxGrams) return UINT64_MAX;
  uint64_t highest = 0;
  for (const uint64_t gram : print.grams) highest = std::max(highest, Mixed(gram));
  return highest;
}

struct Comparison {
  size_t a = 0, b = 0, shared = 0;
};

// Counts over the stretch of mixed values in which both are complete, so that thinning one of them biases no ratio.
Comparison Compared(const MelodicFingerprint& a, const MelodicFingerprint& b) {
  const uint64_t limit = std::min(CompleteUpTo(a), CompleteUpTo(b));
  const auto counts = [limit](uint64_t gram) { return limit == UINT64_MAX || Mixed(gram) <= limit; };
  Comparison result;
  result.a = static_cast<size_t>(std::count_if(a.grams.begin(), a.grams.end(), counts));
  result.b = static_cast<size_t>(std::count_if(b.grams.begin(), b.grams.end(), counts));
  std::vector<uint64_t> both;
  std::set_intersection(a.grams.begin(), a.grams.end(), b.grams.begin(), b.grams.end(), std::back_inserter(both));
  result.shared = static_cast<size_t>(std::count_if(both.begin(), both.end(), counts));
  return result;
}

}  // namespace

Hash256 MelodicFingerprint::Digest() const { return crypto::Sha256(ToBytes()); }

std::string MelodicFingerprint::ToBytes() const {
  std::string bytes(kMelodicMagic);
  bytes += static_cast<char>(kMelodicVersion);
  bytes += static_cast<char>(kGramNotes);
  bytes += static_cast<char>(grams.size() >> 8);
  bytes += static_cast<char>(grams.size());
  for (const uint64_t gram : grams) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(gram >> shift);
  }
  return bytes;
}

Result<MelodicFingerprint> MelodicFingerprint::FromBytes(std::string_view bytes) {
  if (bytes.size() < kMelodicHeaderBytes || bytes.substr(0, 4) != kMelodicMagic) {
    return InvalidArgument("melodic fingerprint: the bytes do not begin with LLMF and a header of 8 bytes");
  }
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  if (byte(4) != kMelodicVersion) {
    return InvalidArgument("melodic fingerprint: version " + std::to_string(byte(4)) + " is not 1");
  }
  if (byte(5) != kGramNotes) {
    return InvalidArgument("melodic fingerprint: notes in a gram " + std::to_string(byte(5)) + " is not " +
                           std::to_string(kGramNotes));
  }
  const size_t count = static_cast<size_t>(byte(6)) << 8 | byte(7);
  if (count > kMaxGrams) {
    return OutOfRange("melodic fingerprint: count " + std::to_string(count) + " is above " + std::to_string(kMaxGrams));
  }
  if (bytes.size() != kMelodicHeaderBytes + count * kGramBytes) {
    return InvalidArgument("melodic fingerprint: length " + std::to_string(bytes.size()) + " is not " +
                           std::to_string(kMelodicHeaderBytes + count * kGramBytes) + ", as its count says");
  }
  MelodicFingerprint print;
  for (size_t i = 0; i < count; ++i) {
    uint64_t gram = 0;
    for (size_t k = 0; k < kGramBytes; ++k) gram = gram << 8 | byte(kMelodicHeaderBytes + i * kGramBytes + k);
    if (!IsGram(gram)) return InvalidArgument("melodic fingerprint: gram " + std::to_string(i) + " is no phrase");
    if (i > 0 && gram <= print.grams.back()) {
      return InvalidArgument("melodic fingerprint: gram " + std::to_string(i) + " is not above the one before it");
    }
    print.grams.push_back(gram);
  }
  return print;
}

MelodicFingerprint FingerprintOfLine(const std::vector<music::Note>& line) {
  std::vector<uint64_t> grams;
  AddLine(line, grams);
  return Settled(std::move(grams));
}

MelodicFingerprint FingerprintOfMelody(const music::Score& score) {
  const music::Score grid = score.Quantised();
  const int part = music::ChooseMelodyPart(grid);
  return part < 0 ? MelodicFingerprint{} : FingerprintOfLine(TopLine(grid.parts[static_cast<size_t>(part)].notes));
}

MelodicFingerprint FingerprintOfAllLines(const music::Score& score) {
  std::vector<uint64_t> grams;
  for (const music::Part& part : score.Quantised().parts) {
    if (!part.drums) AddLine(TopLine(part.notes), grams);
  }
  return Settled(std::move(grams));
}

size_t Shared(const MelodicFingerprint& a, const MelodicFingerprint& b) { return Compared(a, b).shared; }

int64_t ContainmentPpm(const MelodicFingerprint& part, const MelodicFingerprint& whole) {
  const Comparison compared = Compared(part, whole);
  return compared.a == 0 ? 0 : static_cast<int64_t>(compared.shared * 1'000'000 / compared.a);
}

int64_t SimilarityPpm(const MelodicFingerprint& a, const MelodicFingerprint& b) {
  const Comparison compared = Compared(a, b);
  const size_t united = compared.a + compared.b - compared.shared;
  return united == 0 ? 0 : static_cast<int64_t>(compared.shared * 1'000'000 / united);
}

}  // namespace ledgerline::fingerprint
