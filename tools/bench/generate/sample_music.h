// Sample music: what the product's rows decode, cover and train on, the same in every run.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_SAMPLE_MUSIC_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_SAMPLE_MUSIC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "inference/tokens/positions.h"

namespace ledgerline::bench {

// A waltz of whole bars, at most `rows` rows; pitches differ with the stream, the rhythm does not.
tokens::Sequence SampleRows(size_t rows, uint64_t stream = 1);
// The bar's row that belongs to row i, or nothing.
std::vector<tokens::BarRow> BarsOf(const tokens::Sequence& sequence, size_t i);

// A song of `bars` bars in 4/4 for voice and piano, as a MIDI file.
std::string SampleSong(int bars);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_SAMPLE_MUSIC_H_
