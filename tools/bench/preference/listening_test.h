// A listening test of tastes: simulated listeners judge a few pairs, a taste is fitted, and it is asked about pairs of
// other songs.
#ifndef LEDGERLINE_TOOLS_BENCH_PREFERENCE_LISTENING_TEST_H_
#define LEDGERLINE_TOOLS_BENCH_PREFERENCE_LISTENING_TEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "inference/preference/taste_fit.h"
#include "schemas/status.h"
#include "tools/bench/preference/simulated_listener.h"

namespace ledgerline::bench {

// Tab-separated: song, style, seed, candidate, and a column a figure. Candidates that were turned down are left out.
std::string FormatHearings(const std::vector<Hearing>& hearings);
// Errors: kInvalidArgument (names the line).
Result<std::vector<Hearing>> ParseHearings(std::string_view text);

struct ListeningResult {
  double taste = 0, ranking = 0;  // of pairs of songs that were not judged, the share whose preference is foretold
  int pairs = 0;                  // so many were asked, over all rounds
};

// `rounds` times: draws half of the songs, lets the listener judge `judged` pairs of candidates of these (one a
// request, as long as there are requests; the kept candidate and the most unlike, as `taste hear` does), fits a taste,
// and asks about every pair of neighbouring candidates of the other songs. A preference is foretold where taste and
// hidden preference, without slips, are of one mind.
Result<ListeningResult> Listen(const SimulatedListener& listener, const std::vector<Hearing>& hearings, int judged,
                               int rounds, uint64_t seed, const preference::FitSettings& settings = {});

// A judged pair of a hearing's candidates `a` and `b`.
preference::Comparison Judge(const SimulatedListener& listener, const std::map<std::string, double>& typical,
                             const Hearing& hearing, size_t a, size_t b, uint64_t seed, uint64_t draw);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_PREFERENCE_LISTENING_TEST_H_
