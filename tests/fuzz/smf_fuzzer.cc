// The SMF reader on any bytes: it must not crash, and what it reads must be written and read again unchanged, analysed
// and fingerprinted. Without a corpus the fuzzer starts from a small file that is made here.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "inference/fingerprint/melodic.h"
#include "inference/music/analysis.h"
#include "inference/music/expression.h"
#include "inference/music/smf.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using namespace ledgerline;

std::string Seed(unsigned seed) {
  music::Score score;
  score.title = "Seed";
  score.ticks_per_quarter = 24 << (seed % 4);
  score.metres = {{0, 1, 4}, {24, 3, 4}};
  score.tempos = {{0, 500'000}};
  score.keys = {{0, -3, true}};
  score.markers = {{0, "Cm"}};
  for (unsigned p = 0; p < 1 + seed % 3; ++p) {
    music::Part part{"Part", static_cast<int>(p * 40), p == 2, {}};
    for (unsigned i = 0; i < 12; ++i)
      part.notes.push_back({i * 12, 18, static_cast<int>(60 + i * (seed + 5) % 13), 80});
    score.parts.push_back(part);
  }
  return music::WriteSmf(score).value();
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (size < 14 || std::memcmp(data, "MThd", 4) != 0) {
    const std::string file = Seed(seed);
    if (file.size() <= max_size) {
      std::memcpy(data, file.data(), file.size());
      return file.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto score = music::ReadSmf(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!score.ok()) return 0;
  const auto bytes = music::WriteSmf(*score);
  if (bytes.ok()) {
    const auto again = music::ReadSmf(*bytes);
    if (!again.ok() || !(*again == *score)) std::abort();
  }
  const auto analysis = music::Analyse(*score);
  if (analysis.ok()) {
    if (analysis->chords.empty() || analysis->chords.back().end != analysis->bars.back().end) std::abort();
    music::Expressive(*score, {});
  }
  const auto print = fingerprint::FingerprintOfAllLines(*score);
  if (!(fingerprint::MelodicFingerprint::FromBytes(print.ToBytes()).value() == print)) std::abort();
  return 0;
}
