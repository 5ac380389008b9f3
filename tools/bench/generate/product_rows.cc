#include "tools/bench/generate/product_rows.h"

#include <chrono>
#include <cstring>

#include "inference/covers/cover_maker.h"
#include "inference/kernel/exact_decoder.h"
#include "inference/model/counter_random.h"
#include "inference/model/model_file.h"
#include "inference/model/torch_decoder.h"
#include "inference/music/smf.h"
#include "tools/bench/generate/limits.h"
#include "tools/bench/generate/report.h"

namespace ledgerline::bench {
namespace {

using model::Field;

constexpr size_t kRows = 320;
constexpr Field kFields[] = {Field::kOnset, Field::kRole, Field::kPitch, Field::kDuration};

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A waltz of whole bars, the same in every run.
tokens::Sequence SampleRows() {
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
    for (int onset = 0; onset < 72; onset += 24) {
      bar.melody.push_back({onset, 72 + static_cast<int>(random.Below(12)), 24});
    }
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
  tokens::Sequence sequence = tokens::EncodeBars(piece, 0, kRows, {});
  return sequence;
}

// A song of `bars` bars in 4/4 for voice and piano.
std::string SampleSong(int bars) {
  music::Score score;
  score.title = "Bench";
  score.ticks_per_quarter = 480;
  score.metres = {{0, 4, 4}};
  score.keys = {{0, 0, false}};
  music::Part voice{"Voice", 52, false, {}}, piano{"Piano", 0, false, {}};
  const int roots[4] = {60, 65, 67, 60};
  for (int bar = 0; bar < bars; ++bar) {
    const int root = roots[bar % 4];
    const int64_t at = bar * 1920;
    for (int beat = 0; beat < 4; ++beat) {
      voice.notes.push_back({at + beat * 480, 480, root + 12 + ((bar + beat) % 3 == 0 ? 4 : 7), 80});
      piano.notes.push_back({at + beat * 480, 480, root - 24 + (beat % 2 == 0 ? 0 : 7), 80});
    }
    for (const int interval : {0, 4, 7}) piano.notes.push_back({at, 1920, root + interval, 80});
  }
  score.parts = {voice, piano};
  return music::WriteSmf(score).value();
}

std::vector<tokens::BarRow> BarsOf(const tokens::Sequence& sequence, size_t i) {
  if (sequence.rows[i][tokens::kBarIndex] < 0) return {};
  return {sequence.bars[static_cast<size_t>(sequence.rows[i][tokens::kBarIndex])]};
}

std::string LogitBytes(model::Decoder* decoder, const tokens::Row& row) {
  std::string bytes;
  for (const Field field : kFields) {
    const std::span<const float> logits = decoder->Logits(field, row).value();
    bytes.append(reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float));
  }
  return bytes;
}

struct Rates {
  double rows, notes;
};
// As composing does: each row read, and the fields of those that predict a note.
Rates DecodeRates(model::Decoder* decoder, const tokens::Sequence& sequence) {
  decoder->Reset();
  int notes = 0;
  const double begin = ThreadSeconds();
  for (size_t i = 0; i < sequence.rows.size(); ++i) {
    const tokens::Row& row = sequence.rows[i];
    const std::vector<tokens::BarRow> bar = BarsOf(sequence, i);
    decoder->Read({row}, bar, std::vector<int64_t>(bar.size(), 0)).IgnoreError();
    if (row[tokens::kPredicts] != 1) continue;
    const bool note = row[tokens::kTargetOnset] != tokens::kEndOfBar;
    for (const Field field : kFields) {
      if (note || field == Field::kOnset) decoder->Logits(field, row).status().IgnoreError();
    }
    notes += note;
  }
  const double seconds = ThreadSeconds() - begin;
  return {static_cast<double>(sequence.rows.size()) / seconds, notes / seconds};
}

}  // namespace

int RunProductRows(const std::string& model_path, int repeats) {
  auto fail = [](const Status& status) {
    std::fprintf(stderr, "bench_generate: %s\n", status.ToString().c_str());
    return 3;
  };
  const Result<std::string> bytes = model::ReadFileBytes(model_path);
  if (!bytes.ok()) return fail(bytes.status());
  const Result<const kernel::Ops*> ops = kernel::ChooseOps();
  if (!ops.ok()) return fail(ops.status());
  const auto exact = kernel::ExactDecoder::Load(*bytes, **ops, kernel::Precision::kInt8);
  if (!exact.ok()) return fail(exact.status());
  const Result<std::unique_ptr<model::TorchDecoder>> torch = model::TorchDecoder::Load(*bytes);
  if (!torch.ok()) return fail(torch.status());
  Result<std::unique_ptr<covers::CoverMaker>> maker = covers::CoverMaker::Load(*bytes);
  if (!maker.ok()) return fail(maker.status());
  const tokens::Sequence sequence = SampleRows();

  // The answer: one pass over all rows, and row by row, give the same bits.
  std::vector<tokens::BarRow> bars;
  std::vector<int64_t> places;
  for (size_t i = 0; i < sequence.rows.size(); ++i) {
    for (const tokens::BarRow& bar : BarsOf(sequence, i)) {
      bars.push_back(bar);
      places.push_back(static_cast<int64_t>(i));
    }
  }
  if (const Status status = (*exact)->Read(sequence.rows, bars, places); !status.ok()) return fail(status);
  const std::string whole = LogitBytes(exact->get(), sequence.rows.back());
  DecodeRates(exact->get(), sequence);
  if (LogitBytes(exact->get(), sequence.rows.back()) != whole) {
    std::printf("FAIL: row by row and in one pass differ\n");
    return 1;
  }
  std::printf("product: %s, %zu rows, the same bits row by row and in one pass\n", model::KernelVersion().c_str(),
              sequence.rows.size());

  Samples rows, notes, torch_rows, torch_notes, cover, first_bar, one_candidate, limits;
  const std::string song = SampleSong(32);
  const size_t weights = (*exact)->weight_bytes(), cache = (*exact)->cache_bytes();
  for (int repeat = -1; repeat < repeats; ++repeat) {  // the first is a warm-up
    const Rates ours = DecodeRates(exact->get(), sequence), theirs = DecodeRates(torch->get(), sequence);
    double first = 0;
    covers::CoverRequest request;
    request.source_midi = song;
    request.style = "string-quartet";
    request.seed = static_cast<uint64_t>(repeat + 2);
    double seconds[2] = {0, 0};
    for (const int candidates : {1, 6}) {
      request.candidates = candidates;
      first = 0;
      const double begin = WallSeconds();
      request.progress = [&](std::string_view stage, int, int) {
        if (first == 0 && stage == "composing") first = WallSeconds() - begin;
      };
      const Result<covers::CoverResult> result = (*maker)->MakeCover(request);
      if (!result.ok()) return fail(result.status());
      seconds[candidates == 6] = WallSeconds() - begin;
    }
    if (repeat < 0) continue;
    rows.Add(ours.rows);
    notes.Add(ours.notes);
    torch_rows.Add(theirs.rows);
    torch_notes.Add(theirs.notes);
    one_candidate.Add(seconds[0]);
    cover.Add(seconds[1]);
    first_bar.Add(first);
    limits.Add(ReadGigabytes(weights + cache / 2) * 1e9 / static_cast<double>(weights + cache / 2));
  }
  PrintRow("product, batch 1", rows.text("positions/s"), "LibTorch " + torch_rows.text("positions/s"),
           rows.median() / torch_rows.median(), -1);
  PrintRow("product, batch 1", notes.text("notes/s"), "LibTorch " + torch_notes.text("notes/s"),
           notes.median() / torch_notes.median(), -1);
  PrintRow("product, layers", rows.text("positions/s"), "reading them once a position " + limits.text("/s"),
           rows.median() / limits.median(), -1);
  PrintRow("cover, 32 bars, 4 tracks, 6 candidates", cover.text("s of wall clock"), "goal: at most 1 s",
           1 / cover.median(), 1);
  PrintRow("the same, 1 candidate", one_candidate.text("s of wall clock"), "", 1 / one_candidate.median(), -1);
  PrintRow("the first bar of it", first_bar.text("s of wall clock"), "goal: at most 0.1 s", 0.1 / first_bar.median(),
           1);
  std::printf("memory: layers %.2f MB, cache of %zu rows %.2f MB\n", static_cast<double>(weights) / 1e6,
              sequence.rows.size(), static_cast<double>(cache) / 1e6);
  return 0;
}

}  // namespace ledgerline::bench
