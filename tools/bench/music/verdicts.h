// Verdicts: the table's rows from the contest: which measures, in which direction, with which goals.
#ifndef LEDGERLINE_TOOLS_BENCH_MUSIC_VERDICTS_H_
#define LEDGERLINE_TOOLS_BENCH_MUSIC_VERDICTS_H_

#include <array>
#include <vector>

#include "inference/covers/borrowing_guard.h"
#include "inference/evaluation/style_health.h"
#include "inference/learning/dataset.h"
#include "inference/learning/ngram.h"
#include "inference/model/decoder.h"
#include "tools/bench/music/measured.h"
#include "tools/bench/music/table.h"

namespace ledgerline::bench {

// All columns, by style. kHuman holds held-out pieces of the styles.
using Contestants = std::array<ByStyle, kColumns>;

// Measures one by one, on `jobs` threads. The rounds and pieces are borrowed by the answer.
Result<Contestants> MeasureContest(const std::vector<Round>& rounds, const std::vector<const tokens::Piece*>& people,
                                   int jobs);

Table MusicTable(const Contestants& contestants);

// Overlap with real pieces (`corpus`: training pieces of the styles), different 8-grams, borrowing, failures.
Table CorpusTable(const Contestants& contestants, const std::vector<Round>& rounds,
                  const std::vector<Round>& free_rounds, const std::vector<const tokens::Piece*>& corpus,
                  const covers::BorrowingGuard& borrowing);

// A classifier of styles trained on `corpus`, asked about every column; and its confusion of held-out pieces and of
// covers. Errors: those of StyleClassifier::Train.
struct StyleVerdict {
  Row row{"style told", Better::kMore};
  Grid people, covers;
};
Result<StyleVerdict> JudgeStyles(const Contestants& contestants, const std::vector<const tokens::Piece*>& corpus);

// Loss of the model and the n-gram on the same rows, at most `rows` of a split, of the styles that the model knows.
// Errors: those of the decoder.
Result<Row> LossRow(const std::string& split, const learning::Dataset& dataset, model::Decoder* model,
                    const learning::Ngram& ngram, size_t rows, int jobs);

// Each style's covers against its profile, in permille of the corpus's own value.
Grid HealthGrid(const Contestants& contestants, const evaluation::StyleProfiles& profiles);

// Means of some measures, style by style, covers beside people.
Grid StyleGrid(const Contestants& contestants);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_MUSIC_VERDICTS_H_
