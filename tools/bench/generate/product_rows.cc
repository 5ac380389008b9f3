#include "tools/bench/generate/product_rows.h"

#include <cstring>
#include <memory>

#include "inference/kernel/exact_decoder.h"
#include "inference/model/model_file.h"
#include "inference/model/torch_decoder.h"
#include "tools/bench/generate/limits.h"
#include "tools/bench/generate/report.h"
#include "tools/bench/generate/sample_music.h"

namespace ledgerline::bench {
namespace {

using model::Decoder;
using model::Field;

constexpr size_t kRows = 320, kLate = 1024, kLateRows = 128, kPrefix = 192, kCandidates = 16;
constexpr Field kFields[] = {Field::kOnset, Field::kRole, Field::kPitch, Field::kDuration};

bool Asks(const tokens::Row& row, Field field) {
  if (row[tokens::kPredicts] != 1) return false;
  return field == Field::kOnset || row[tokens::kTargetOnset] != tokens::kEndOfBar;
}

std::string LogitBytes(Decoder* decoder, const tokens::Row& row) {
  std::string bytes;
  for (const Field field : kFields) {
    const std::span<const float> logits = decoder->Logits(field, row).value();
    bytes.append(reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float));
  }
  return bytes;
}

// Reads rows [first, last) in one pass.
Status ReadTogether(Decoder* decoder, const tokens::Sequence& sequence, size_t first, size_t last) {
  std::vector<tokens::BarRow> bars;
  std::vector<int64_t> places;
  for (size_t i = first; i < last; ++i) {
    for (const tokens::BarRow& bar : BarsOf(sequence, i)) {
      bars.push_back(bar);
      places.push_back(static_cast<int64_t>(i - first));
    }
  }
  const auto begin = sequence.rows.begin();
  return decoder->Read({begin + static_cast<int64_t>(first), begin + static_cast<int64_t>(last)}, bars, places);
}

struct Rates {
  double rows, notes;
};
// As composing does: each of the rows [first, last) read, and the fields of those that predict a note.
Rates DecodeRates(Decoder* decoder, const tokens::Sequence& sequence, size_t first, size_t last) {
  int notes = 0;
  const double begin = ThreadSeconds();
  for (size_t i = first; i < last; ++i) {
    const tokens::Row& row = sequence.rows[i];
    const std::vector<tokens::BarRow> bar = BarsOf(sequence, i);
    decoder->Read({row}, bar, std::vector<int64_t>(bar.size(), 0)).IgnoreError();
    for (const Field field : kFields) {
      if (Asks(row, field)) decoder->Logits(field, row).status().IgnoreError();
    }
    notes += Asks(row, Field::kPitch);
  }
  const double seconds = ThreadSeconds() - begin;
  return {static_cast<double>(last - first) / seconds, notes / seconds};
}

// Positions a second of candidates that share a beginning and are served together, each with notes of its own.
double CandidatesRate(const Decoder& model, const std::vector<tokens::Sequence>& candidates) {
  std::vector<std::unique_ptr<Decoder>> decoders;
  std::vector<Decoder::Step> steps(candidates.size());
  std::vector<Decoder::Step*> served;
  for (size_t c = 0; c < candidates.size(); ++c) {
    decoders.push_back(model.Another());
    steps[c].decoder = decoders.back().get();
    served.push_back(&steps[c]);
  }
  const tokens::Sequence& beginning = candidates[0];
  for (Decoder::Step& step : steps) {
    step.reads = true;
    step.rows.assign(beginning.rows.begin(), beginning.rows.begin() + kPrefix);
    for (size_t i = 0; i < kPrefix; ++i) {
      for (const tokens::BarRow& bar : BarsOf(beginning, i)) {
        step.bars.push_back(bar);
        step.places.push_back(static_cast<int64_t>(i));
      }
    }
  }
  decoders[0]->Serve(served);
  const double begin = ThreadSeconds();
  for (size_t i = kPrefix; i < beginning.rows.size(); ++i) {
    for (size_t c = 0; c < candidates.size(); ++c) {
      steps[c].reads = true;
      steps[c].rows.assign(1, candidates[c].rows[i]);
      steps[c].bars = BarsOf(candidates[c], i);
      steps[c].places.assign(steps[c].bars.size(), 0);
    }
    decoders[0]->Serve(served);
    for (const Field field : kFields) {
      if (!Asks(beginning.rows[i], field)) continue;
      for (Decoder::Step& step : steps) {
        step.reads = false;
        step.field = field;
      }
      decoders[0]->Serve(served);
    }
  }
  return static_cast<double>((beginning.rows.size() - kPrefix) * candidates.size()) / (ThreadSeconds() - begin);
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
  kernel::ExactDecoder* decoder = exact->get();
  const model::ModelConfig& shape = decoder->config();
  std::vector<tokens::Sequence> candidates;
  for (size_t c = 0; c < kCandidates; ++c) candidates.push_back(SampleRows(kRows, c + 1));
  const tokens::Sequence& sequence = candidates[0];
  const size_t rows_here = sequence.rows.size();

  // The answer: one pass over all rows, and row by row, give the same bits.
  if (const Status status = ReadTogether(decoder, sequence, 0, rows_here); !status.ok()) return fail(status);
  const std::string whole = LogitBytes(decoder, sequence.rows.back());
  decoder->Reset();
  DecodeRates(decoder, sequence, 0, rows_here);
  if (LogitBytes(decoder, sequence.rows.back()) != whole) {
    std::printf("FAIL: row by row and in one pass differ\n");
    return 1;
  }
  std::printf("product: d%d, %d layers, %d heads, %d key heads, hidden %d, inner %d and %d, context %d; %s\n",
              shape.width, shape.layers, shape.heads, shape.KeyValueHeads(), shape.hidden, shape.inner_width,
              shape.inner_hidden, shape.context, model::KernelVersion().c_str());
  std::printf("answer: %zu rows, the same bits row by row and in one pass\n", rows_here);

  const size_t weights = decoder->weight_bytes(), cache = decoder->cache_bytes();
  const bool has_late = static_cast<size_t>(shape.context) >= kLate + kLateRows;
  const tokens::Sequence late_rows = has_late ? SampleRows(kLate + kLateRows) : tokens::Sequence{};
  Samples rows, notes, torch_rows, torch_notes, early, late, one, many, reading, dots;
  for (int repeat = -1; repeat < repeats; ++repeat) {  // the first is a warm-up
    decoder->Reset();
    const Rates ours = DecodeRates(decoder, sequence, 0, rows_here);
    (*torch)->Reset();
    const Rates theirs = DecodeRates(torch->get(), sequence, 0, rows_here);
    const double alone = CandidatesRate(*decoder, {candidates[0]}), together = CandidatesRate(*decoder, candidates);
    Rates first{0, 0}, last{0, 0};
    if (has_late) {
      decoder->Reset();
      first = DecodeRates(decoder, late_rows, 0, kLateRows);
      decoder->Reset();
      if (const Status status = ReadTogether(decoder, late_rows, 0, kLate); !status.ok()) return fail(status);
      last = DecodeRates(decoder, late_rows, kLate, late_rows.rows.size());
    }
    if (repeat < 0) continue;
    rows.Add(ours.rows);
    notes.Add(ours.notes);
    torch_rows.Add(theirs.rows);
    torch_notes.Add(theirs.notes);
    one.Add(alone);
    many.Add(together);
    early.Add(first.rows);
    late.Add(last.rows);
    reading.Add(ReadGigabytes(weights + cache / 2) * 1e9 / static_cast<double>(weights + cache / 2));
    dots.Add(Int8PeakGops());
  }
  PrintRow("product, batch 1", rows.text("positions/s"), "LibTorch " + torch_rows.text("positions/s"),
           rows.median() / torch_rows.median(), -1);
  PrintRow("product, batch 1", notes.text("notes/s"), "LibTorch " + torch_notes.text("notes/s"),
           notes.median() / torch_notes.median(), -1);
  PrintRow("product, layers", rows.text("positions/s"), "reading them once a position " + reading.text("/s"),
           rows.median() / reading.median(), -1);
  if (has_late) {
    PrintRow("product from 1,024", late.text("positions/s"), "from 0 " + early.text("positions/s"),
             late.median() / early.median(), 0.5);
  } else {
    std::printf("product from 1,024: left out, the model's context is %d\n", shape.context);
  }
  PrintRow("product, 16 candidates from 192", many.text("positions/s"), "one " + one.text("positions/s"),
           many.median() / one.median(), 6);
  if (dots.median() > 0) {
    const double limit = dots.median() * 1e9 / (2 * static_cast<double>(weights));
    char text[96];
    std::snprintf(text, sizeof(text), "int8 arithmetic of the layers %.4g Gop/s: %.0f positions/s", dots.median(),
                  limit);
    PrintRow("product, 16 candidates from 192", many.text("positions/s"), text, many.median() / limit, -1);
    PrintRow("product, what that arithmetic allows", std::to_string(static_cast<int>(limit)) + " positions/s",
             "one " + one.text("positions/s"), limit / one.median(), -1);
  }
  return 0;
}

}  // namespace ledgerline::bench
