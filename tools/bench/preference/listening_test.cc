#include "tools/bench/preference/listening_test.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "inference/model/counter_random.h"

namespace ledgerline::bench {
namespace {

std::vector<std::string> Cells(std::string_view line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\t')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

template <typename T>
bool Whole(const std::string& text, T* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

// The numbers 0 to n - 1 in a drawn order.
std::vector<size_t> Shuffled(size_t n, model::CounterRandom random) {
  std::vector<size_t> order(n);
  for (size_t i = 0; i < n; ++i) order[i] = i;
  for (size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.Below(static_cast<uint32_t>(i))]);
  return order;
}

std::vector<size_t> Present(const Hearing& hearing) {
  std::vector<size_t> present;
  for (size_t c = 0; c < hearing.candidates.size(); ++c) {
    if (!hearing.candidates[c].empty()) present.push_back(c);
  }
  return present;
}

}  // namespace

std::string FormatHearings(const std::vector<Hearing>& hearings) {
  std::string text = "song\tstyle\tseed\tcandidate";
  bool headed = false;
  std::string rows;
  for (const Hearing& hearing : hearings) {
    for (const size_t c : Present(hearing)) {
      rows += hearing.song + "\t" + hearing.style + "\t" + std::to_string(hearing.seed) + "\t" + std::to_string(c);
      for (const auto& [name, value] : hearing.candidates[c]) {
        if (!headed) text += "\t" + name;
        rows += "\t" + std::to_string(value);
      }
      headed = true;
      rows += "\n";
    }
  }
  return text + "\n" + rows;
}

Result<std::vector<Hearing>> ParseHearings(std::string_view text) {
  std::vector<Hearing> hearings;
  std::vector<std::string> names;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::vector<std::string> cells = Cells(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (number == 1) {
      names = cells;
      if (names.size() < 5 || names[3] != "candidate") return InvalidArgument("hearings: no heading in line 1");
      continue;
    }
    Hearing hearing;
    size_t candidate = 0;
    bool good = cells.size() == names.size() && Whole(cells[2], &hearing.seed) && Whole(cells[3], &candidate) &&
                candidate < static_cast<size_t>(preference::kCandidatesMost);
    preference::Figures figures;
    for (size_t i = 4; good && i < cells.size(); ++i) good = Whole(cells[i], &figures[names[i]]);
    if (!good) return InvalidArgument("hearings: line " + std::to_string(number) + " has not the heading's cells");
    hearing.song = cells[0];
    hearing.style = cells[1];
    if (hearings.empty() || hearings.back().song != hearing.song || hearings.back().style != hearing.style ||
        hearings.back().seed != hearing.seed) {
      hearings.push_back(hearing);
    }
    hearings.back().candidates.resize(std::max(hearings.back().candidates.size(), candidate + 1));
    hearings.back().candidates[candidate] = figures;
  }
  return hearings;
}

preference::Comparison Judge(const SimulatedListener& listener, const std::map<std::string, double>& typical,
                             const Hearing& hearing, size_t a, size_t b, uint64_t seed, uint64_t draw) {
  preference::Comparison comparison;
  comparison.engine = "bench";
  comparison.style = hearing.style;
  comparison.seed = hearing.seed;
  comparison.conditioning = hearing.song + "\n" + hearing.style;  // names the request
  comparison.a = {static_cast<int>(a), hearing.candidates[a]};
  comparison.b = {static_cast<int>(b), hearing.candidates[b]};
  std::vector<preference::Figures> present;
  for (const size_t c : Present(hearing)) present.push_back(hearing.candidates[c]);
  comparison.typical = preference::TypicalDifferences(present);
  const double advantage = Advantage(listener, typical, comparison.a.figures, comparison.b.figures);
  comparison.preferred = PrefersFirst(advantage, seed, draw) ? preference::Preferred::kA : preference::Preferred::kB;
  comparison.why = "simulated: " + listener.name;
  return comparison;
}

Result<ListeningResult> Listen(const SimulatedListener& listener, const std::vector<Hearing>& hearings, int judged,
                               int rounds, uint64_t seed, const preference::FitSettings& settings) {
  const std::map<std::string, double> typical = TypicalDifferences(hearings);
  std::set<std::string> names;
  for (const Hearing& hearing : hearings) names.insert(hearing.song);
  const std::vector<std::string> songs(names.begin(), names.end());
  preference::Taste ranking;
  ranking.weights[preference::kRankingFigure] = {1'000'000, 0};
  ListeningResult result;
  int taste_right = 0, ranking_right = 0;
  for (int round = 0; round < rounds; ++round) {
    model::CounterRandom random(seed, static_cast<uint64_t>(round) + 1);
    const std::vector<size_t> order = Shuffled(songs.size(), random);
    std::set<std::string> heard;
    for (size_t i = 0; i < songs.size() / 2; ++i) heard.insert(songs[order[i]]);
    std::vector<const Hearing*> near, far;
    for (const size_t i : Shuffled(hearings.size(), model::CounterRandom(seed + 1, static_cast<uint64_t>(round)))) {
      if (Present(hearings[i]).size() < 2) continue;
      (heard.contains(hearings[i].song) ? near : far).push_back(&hearings[i]);
    }
    if (near.empty()) return FailedPrecondition("too few hearings to judge");
    std::vector<preference::Comparison> pairs;
    for (int p = 0; p < judged; ++p) {
      const Hearing& hearing = *near[static_cast<size_t>(p) % near.size()];
      const std::vector<size_t> present = Present(hearing);
      const auto first = random.Below(static_cast<uint32_t>(present.size()));
      auto second = random.Below(static_cast<uint32_t>(present.size() - 1));
      second += second >= first;
      pairs.push_back(Judge(listener, typical, hearing, present[first], present[second], seed + 2,
                            static_cast<uint64_t>(round * 1000 + p)));
    }
    ASSIGN_OR_RETURN(const preference::FittedTaste fitted, preference::FitTaste(pairs, Hash256(), settings));
    for (const Hearing* hearing : far) {
      const std::vector<size_t> present = Present(*hearing);
      for (size_t i = 1; i < present.size(); ++i) {
        preference::Comparison asked = Judge(listener, typical, *hearing, present[i - 1], present[i], seed, 0);
        const double advantage = Advantage(listener, typical, asked.a.figures, asked.b.figures);
        asked.preferred = advantage > 0 ? preference::Preferred::kA : preference::Preferred::kB;
        ASSIGN_OR_RETURN(const preference::Judged by_taste, preference::Foretold(fitted.taste, {asked}));
        ASSIGN_OR_RETURN(const preference::Judged by_ranking, preference::Foretold(ranking, {asked}));
        taste_right += by_taste.right;
        ranking_right += by_ranking.right;
        ++result.pairs;
      }
    }
  }
  if (result.pairs == 0) return FailedPrecondition("too few songs to ask about others");
  result.taste = static_cast<double>(taste_right) / result.pairs;
  result.ranking = static_cast<double>(ranking_right) / result.pairs;
  return result;
}

}  // namespace ledgerline::bench
