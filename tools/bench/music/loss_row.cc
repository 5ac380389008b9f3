// The loss's part of the verdicts: model and n-gram on the same rows.
#include "inference/learning/decoder_evaluation.h"
#include "tools/bench/music/parallel.h"
#include "tools/bench/music/verdicts.h"

namespace ledgerline::bench {

Result<Row> LossRow(const std::string& split, const learning::Dataset& dataset, model::Decoder* model,
                    const learning::Ngram& ngram, size_t rows, int jobs) {
  learning::Dataset known;  // an older model lacks the newest styles
  for (const learning::DatasetPiece& item : dataset.pieces) {
    if (item.piece.style < model->config().styles) known.pieces.push_back(item);
  }
  const std::vector<tokens::Sequence> all =
      learning::CoveringChunks(known, static_cast<size_t>(model->config().context), rows);
  constexpr size_t kAtOnce = 16;
  const size_t groups = (all.size() + kAtOnce - 1) / kAtOnce;
  std::vector<learning::Evaluation> results(groups);
  RETURN_IF_ERROR(InParallel(groups, jobs, [&](size_t group) -> Status {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(group * kAtOnce);
    const auto last = all.begin() + static_cast<std::ptrdiff_t>(std::min((group + 1) * kAtOnce, all.size()));
    const std::unique_ptr<model::Decoder> decoder = model->Another();
    ASSIGN_OR_RETURN(results[group], learning::EvaluateDecoder(decoder.get(), {first, last}));
    return Status::Ok();
  }));
  double nats = 0, notes = 0;
  for (const learning::Evaluation& result : results) {
    nats += result.total * static_cast<double>(result.notes);
    notes += static_cast<double>(result.notes);
  }
  Row row("nats a note, " + split + ", " + std::to_string(static_cast<int64_t>(notes)) + " notes", Better::kLess);
  row.values[kCover] = notes == 0 ? NAN : nats / notes;
  row.values[kNgram] = ngram.Evaluate(all).total;
  row.goal = "< n-gram";
  row.reached = row.values[kCover] < row.values[kNgram];
  return row;
}

}  // namespace ledgerline::bench
