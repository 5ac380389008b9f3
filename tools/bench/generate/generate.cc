// bench_generate: decoding speed at batch 1 on one thread, beside the memory-bandwidth limit measured in the same run.
//
// First the answer is checked: row by row through the cache must choose the same symbols as one pass over all rows.
// Then rows are timed as composing needs them: one outer step and the four fields. The limit is what reading all
// weights and the cache once a row would cost at the bandwidth that a plain sum reaches over a buffer of that size.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "inference/model/decoder.h"
#include "inference/model/model_file.h"
#include "inference/model/sampler.h"
#include "inference/tokens/positions.h"

namespace {

using namespace ledgerline;  // NOLINT: a program's main file

constexpr int kRepeats = 5;
constexpr size_t kRows = 320;

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int Fail(const Status& status) {
  std::fprintf(stderr, "bench_generate: %s\n", status.ToString().c_str());
  return 3;
}

// A waltz of whole bars, the same in every run.
tokens::Piece SamplePiece() {
  tokens::Piece piece;
  piece.style = tokens::StyleNumber("waltz");
  piece.roles = (1u << tokens::kKeysLow) | (1u << tokens::kKeysHigh);
  model::CounterRandom random(1, 1);
  for (int k = 0; k < 64; ++k) {
    tokens::PieceBar bar;
    bar.length = 72;
    bar.numerator = 3;
    bar.metre = tokens::MetreSymbol(3, 4);
    const int root = static_cast<int>(random.Below(3)) * 5 % 12;
    bar.chords.fill(tokens::ChordSymbolOf(root, tokens::kMajor));
    for (int onset = 0; onset < 72; onset += 24)
      bar.melody.push_back({onset, 72 + static_cast<int>(random.Below(12)), 24});
    bar.events = {{0, tokens::kKeysLow, 36 + root, tokens::DurationSymbol(24)}};
    for (const int onset : {24, 48}) {
      for (const int above : {0, 4, 7}) {
        bar.events.push_back({onset, tokens::kKeysLow, 48 + root + above, tokens::DurationSymbol(24)});
      }
    }
    bar.density = bar.MeasuredDensity();
    bar.polyphony = bar.MeasuredPolyphony();
    piece.bars.push_back(bar);
  }
  return piece;
}

int Highest(std::span<const float> logits) {
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// Gigabytes a second of a plain sum over `bytes`, the best of several passes.
double ReadBandwidth(size_t bytes) {
  std::vector<uint64_t> buffer(bytes / sizeof(uint64_t), 1);
  double best = 0;
  uint64_t sink = 0;
  for (int pass = 0; pass < 20; ++pass) {
    const double begin = Seconds();
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (size_t i = 0; i + 4 <= buffer.size(); i += 4)
      a += buffer[i], b += buffer[i + 1], c += buffer[i + 2], d += buffer[i + 3];
    sink += a + b + c + d;
    best = std::max(best, static_cast<double>(bytes) / (Seconds() - begin) / 1e9);
  }
  if (sink == 0) std::printf(" ");
  return best;
}

struct Timing {
  double rows_per_second = 0;
  double notes_per_second = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "inference/weights/ledgerline.model";
  if (path == "--help") {
    std::printf("usage: bench_generate [MODEL_FILE]\n");
    return 0;
  }
  const Result<std::string> bytes = model::ReadFileBytes(path);
  if (!bytes.ok()) return Fail(bytes.status());
  const Result<std::unique_ptr<model::Decoder>> loaded = model::Decoder::Load(*bytes);
  if (!loaded.ok()) return Fail(loaded.status());
  model::Decoder& decoder = **loaded;
  tokens::Sequence sequence = tokens::EncodeBars(SamplePiece(), 0, kRows, {});
  const size_t count = std::min(kRows, static_cast<size_t>(decoder.config().context));
  sequence.rows.resize(std::min(sequence.rows.size(), count));
  std::printf("%s\n%zu rows at batch 1\n", model::KernelVersion().c_str(), sequence.rows.size());

  auto bars_of = [&](size_t i) {
    return sequence.rows[i][tokens::kBarIndex] < 0
               ? std::vector<tokens::BarRow>{}
               : std::vector<tokens::BarRow>{sequence.bars[static_cast<size_t>(sequence.rows[i][tokens::kBarIndex])]};
  };
  // The answer: at several lengths, one pass over all rows against rows one by one.
  std::vector<int> stepped;
  for (size_t i = 0; i < sequence.rows.size(); ++i) {
    const std::vector<tokens::BarRow> bar = bars_of(i);
    if (const Status status = decoder.Read({sequence.rows[i]}, bar, std::vector<int64_t>(bar.size(), 0));
        !status.ok()) {
      return Fail(status);
    }
    stepped.push_back(Highest(*decoder.Onset(sequence.rows[i])));
  }
  int compared = 0;
  for (size_t length = 16; length <= sequence.rows.size(); length += 16) {
    decoder.Reset();
    const std::vector<tokens::Row> rows(sequence.rows.begin(),
                                        sequence.rows.begin() + static_cast<std::ptrdiff_t>(length));
    std::vector<tokens::BarRow> bars;
    std::vector<int64_t> places;
    for (size_t i = 0; i < length; ++i) {
      for (const tokens::BarRow& bar : bars_of(i)) {
        bars.push_back(bar);
        places.push_back(static_cast<int64_t>(i));
      }
    }
    if (const Status status = decoder.Read(rows, bars, places); !status.ok()) return Fail(status);
    const int whole = Highest(*decoder.Onset(rows.back()));
    if (whole != stepped[length - 1]) {
      std::printf("FAIL: row %zu chooses %d step by step and %d in one pass\n", length, stepped[length - 1], whole);
      return 1;
    }
    ++compared;
  }
  std::printf("answer: %d lengths choose the same symbol step by step and in one pass\n", compared);

  std::vector<Timing> timings;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    decoder.Reset();
    int notes = 0;
    const double begin = Seconds();
    for (size_t i = 0; i < sequence.rows.size(); ++i) {
      const tokens::Row& row = sequence.rows[i];
      const std::vector<tokens::BarRow> bar = bars_of(i);
      if (!decoder.Read({row}, bar, std::vector<int64_t>(bar.size(), 0)).ok()) return 1;
      if (row[tokens::kPredicts] != 1 || !decoder.Onset(row).ok()) continue;
      if (row[tokens::kTargetOnset] == tokens::kEndOfBar) continue;
      if (!decoder.Role(row).ok() || !decoder.Pitch(row).ok() || !decoder.Duration(row).ok()) return 1;
      ++notes;
    }
    const double seconds = Seconds() - begin;
    timings.push_back({static_cast<double>(sequence.rows.size()) / seconds, notes / seconds});
  }
  std::sort(timings.begin(), timings.end(),
            [](const Timing& x, const Timing& y) { return x.rows_per_second < y.rows_per_second; });
  const Timing& median = timings[kRepeats / 2];
  const size_t weights = bytes->size();
  const size_t cache = static_cast<size_t>(decoder.config().layers) * 2 * static_cast<size_t>(decoder.config().width) *
                       sizeof(float) * sequence.rows.size() / 2;
  const double near_gbs = ReadBandwidth(weights + cache), memory_gbs = ReadBandwidth(256u << 20);
  const double near_limit = near_gbs * 1e9 / static_cast<double>(weights + cache);
  const double memory_limit = memory_gbs * 1e9 / static_cast<double>(weights + cache);
  std::printf("decoding: %.0f positions/s (%.0f to %.0f), %.0f notes/s, median of %d\n", median.rows_per_second,
              timings.front().rows_per_second, timings.back().rows_per_second, median.notes_per_second, kRepeats);
  std::printf("a position reads %.2f MB of weights and %.2f MB of cache (mean)\n", static_cast<double>(weights) / 1e6,
              static_cast<double>(cache) / 1e6);
  std::printf("limit from memory: %.1f GB/s, %.0f positions/s; reached %.3f of it\n", memory_gbs, memory_limit,
              median.rows_per_second / memory_limit);
  std::printf("limit at this working set: %.1f GB/s, %.0f positions/s; reached %.3f of it\n", near_gbs, near_limit,
              median.rows_per_second / near_limit);
  return 0;
}
