// Contest: the covers and, for each, what stands beside it: the floors, filled into the same plan.
#ifndef LEDGERLINE_TOOLS_BENCH_MUSIC_CONTEST_H_
#define LEDGERLINE_TOOLS_BENCH_MUSIC_CONTEST_H_

#include <array>
#include <optional>
#include <vector>

#include "inference/covers/borrowing_guard.h"
#include "inference/covers/style_book.h"
#include "inference/learning/ngram.h"
#include "inference/model/decoder.h"
#include "tools/bench/music/songs.h"

namespace ledgerline::bench {

// Columns of the table.
enum Column : size_t { kCover, kHuman, kMelody, kBlocks, kNgram, kRandom, kColumns };

struct Round {
  size_t song = 0;
  const covers::StyleTraits* style = nullptr;
  std::string refusal;      // why the song cannot be planned in the style
  std::string failure;      // the last guard, when all candidates were turned down
  bool keeps_metre = true;  // so that bars compare with the song's own
  tokens::Piece own;        // the song's accompaniment, from the cover's first bar on
  std::array<std::optional<tokens::Piece>, kColumns> entries;  // none for kHuman, and where all candidates failed
  int candidates = 0;                                          // that the model made
  int candidates_rejected = 0;
  int candidates_distinct = 0;  // different accompaniments among the model's candidates
  double melody_f1 = 1;         // of the written file against the song
};

// From which the floor "another piece" is drawn; a song is never its own other.
struct OtherPiece {
  std::string id;
  const tokens::Piece* piece = nullptr;
};

// The offered styles that the model was taught, in order.
std::vector<const covers::StyleTraits*> StylesOf(const model::Decoder& model);

struct ContestSettings {
  size_t covers = 200;
  int candidates = 8;
  uint64_t seed = 1;
  int jobs = 1;
  bool free = false;  // the melody varies as far as it may; no floors are made
};

// Round i covers song i mod N in style (i + i / N) mod S of StylesOf with seed + i: every song comes in turn, in
// another style each time. Nothing depends on `jobs`. Errors: kFailedPrecondition (the model knows no style, no songs),
// those of composing. A song that a style has no plan for (a metre without a reading in three) is a refusal.
Result<std::vector<Round>> HoldContest(const std::vector<Song>& songs, const std::vector<OtherPiece>& others,
                                       model::Decoder* model, const learning::Ngram* ngram,
                                       const covers::BorrowingGuard& borrowing, const ContestSettings& settings);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_MUSIC_CONTEST_H_
