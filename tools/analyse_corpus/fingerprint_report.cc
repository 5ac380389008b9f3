#include "tools/analyse_corpus/fingerprint_report.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>

#include "inference/fingerprint/melodic.h"
#include "inference/fingerprint/nearest.h"

namespace ledgerline::music {
namespace {

using fingerprint::MelodicFingerprint;

constexpr size_t kMinGrams = 20;  // shorter tunes are not judged

Score Changed(const Score& score, int semitones, int percent, int jitter, std::mt19937& random) {
  Score changed = score.Quantised();
  for (Part& part : changed.parts) {
    for (Note& note : part.notes) {
      const int moved = jitter == 0 ? 0 : static_cast<int>(random() % static_cast<uint32_t>(2 * jitter + 1)) - jitter;
      note.pitch = std::clamp(note.pitch + semitones, 0, 127);
      note.onset = std::max<int64_t>(0, (note.onset * percent + 50) / 100 + moved);
      note.duration = std::max<int64_t>(1, note.duration * percent / 100);
    }
    std::sort(part.notes.begin(), part.notes.end());
  }
  return changed;
}

}  // namespace

void PrintFingerprintReport(const std::vector<NamedScore>& pieces) {
  std::vector<const NamedScore*> judged;
  std::vector<MelodicFingerprint> tunes, textures;
  for (const NamedScore& piece : pieces) {
    MelodicFingerprint tune = fingerprint::FingerprintOfMelody(piece.score);
    if (tune.grams.size() < kMinGrams) continue;
    judged.push_back(&piece);
    tunes.push_back(std::move(tune));
    textures.push_back(fingerprint::FingerprintOfAllLines(piece.score));
  }
  const auto match = [](const MelodicFingerprint& tune, const MelodicFingerprint& texture) {
    return fingerprint::TuneMatch{{}, fingerprint::Shared(tune, texture), fingerprint::ContainmentPpm(tune, texture)};
  };
  std::printf("%zu pieces, %zu with at least %zu phrases\n", pieces.size(), judged.size(), kMinGrams);
  size_t pairs = 0, matches = 0;
  std::vector<int64_t> containments;
  for (size_t a = 0; a < judged.size(); ++a) {
    for (size_t b = 0; b < judged.size(); ++b) {
      if (a == b) continue;
      ++pairs;
      const auto found = match(tunes[a], textures[b]);
      containments.push_back(found.containment_ppm);
      if (!found.IsMatch()) continue;
      ++matches;
      std::printf("  %4.1f %% (%zu phrases) of %s in %s\n", static_cast<double>(found.containment_ppm) / 1e4,
                  found.shared, judged[a]->name.c_str(), judged[b]->name.c_str());
    }
  }
  if (containments.empty()) return;
  std::sort(containments.begin(), containments.end());
  const auto percentile = [&](double p) {
    return static_cast<double>(containments[static_cast<size_t>(p * static_cast<double>(containments.size() - 1))]) /
           1e4;
  };
  std::printf(
      "different pieces: %zu of %zu pairs match; containment median %.1f %%, 99th percentile %.1f %%, 99.9th %.1f %%\n",
      matches, pairs, percentile(0.5), percentile(0.99), percentile(0.999));
  struct Change {
    int percent, jitter;
  };
  std::mt19937 random(7);
  for (const Change change :
       {Change{100, 0}, Change{50, 0}, Change{70, 0}, Change{137, 0}, Change{100, 1}, Change{137, 1}, Change{100, 2}}) {
    size_t found = 0;
    for (size_t i = 0; i < judged.size(); ++i) {
      const int semitones = static_cast<int>(random() % 12) - 6;
      const Score changed = Changed(judged[i]->score, semitones, change.percent, change.jitter, random);
      if (match(tunes[i], fingerprint::FingerprintOfAllLines(changed)).IsMatch()) ++found;
    }
    std::printf(
        "the same piece, transposed, at %d %% of its note lengths, onsets off by up to %d/24 beat: %.1f %% found\n",
        change.percent, change.jitter, 100.0 * static_cast<double>(found) / static_cast<double>(judged.size()));
  }
}

void PrintContainment(const std::vector<NamedScore>& pieces) {
  if (pieces.empty()) return;
  const MelodicFingerprint tune = fingerprint::FingerprintOfMelody(pieces[0].score);
  for (size_t i = 1; i < pieces.size(); ++i) {
    const int64_t ppm = fingerprint::ContainmentPpm(tune, fingerprint::FingerprintOfAllLines(pieces[i].score));
    std::printf("%.1f %% of the %zu phrases of %s are in %s\n", static_cast<double>(ppm) / 1e4, tune.grams.size(),
                pieces[0].name.c_str(), pieces[i].name.c_str());
  }
}

}  // namespace ledgerline::music
