// People apart: how far people's own pieces are from one another by the table's distances, so that a goal can be judged
// by what chance alone makes of few pieces a style.
#ifndef LEDGERLINE_TOOLS_BENCH_MUSIC_PEOPLE_APART_H_
#define LEDGERLINE_TOOLS_BENCH_MUSIC_PEOPLE_APART_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "inference/tokens/piece.h"
#include "tools/bench/music/measured.h"
#include "tools/bench/music/table.h"

namespace ledgerline::bench {

using ValuesByStyle = std::map<std::string, std::vector<Values>>;

// Every piece measured, on `jobs` threads. Errors: none but of the threads' work.
Result<ValuesByStyle> MeasurePieces(const std::vector<tokens::Piece>& pieces, int jobs);

// The mean over `draws` draws of the distance, style by style, between two halves of each style's pieces. Pieces that
// have no value are left out, and so is a style with fewer than two; NAN without any style.
double HalvesApart(const ValuesByStyle& people, Measure measure, int draws, uint64_t seed);

// The same between `count` pieces of `corpus`, drawn with replacement, and all of `people`: what the table would say of
// covers that are people's own.
double SamplesApart(const ValuesByStyle& corpus, const ValuesByStyle& people, Measure measure, size_t count, int draws,
                    uint64_t seed);

// A line for each measure whose goal is a fifth of people's value: that fifth, and the two distances.
Grid PeopleApart(const ValuesByStyle& corpus, const ValuesByStyle& people, size_t count, int draws, uint64_t seed);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_MUSIC_PEOPLE_APART_H_
