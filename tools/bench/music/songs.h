// Songs: what is covered: songs of the corpus that nothing was trained on, with their own accompaniment.
#ifndef LEDGERLINE_TOOLS_BENCH_MUSIC_SONGS_H_
#define LEDGERLINE_TOOLS_BENCH_MUSIC_SONGS_H_

#include <string>
#include <vector>

#include "inference/learning/dataset.h"
#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::bench {

struct Song {
  std::string id;
  music::Score score;  // as a request brings it
  tokens::Piece own;   // as the corpus has it, with its accompaniment
};

// Every piece of `demo`, then the art songs, hymns, folk songs and arias of the others, in the manifest's order, of 8
// to 128 bars; then shuffled by the seed. Errors: those of reading the files.
Result<std::vector<Song>> LoadSongs(const std::string& corpus_dir, const std::vector<const learning::Dataset*>& demo,
                                    const std::vector<const learning::Dataset*>& others, uint64_t seed);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_MUSIC_SONGS_H_
