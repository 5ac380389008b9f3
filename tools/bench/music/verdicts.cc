#include "tools/bench/music/verdicts.h"

#include <algorithm>
#include <cmath>

#include "inference/evaluation/note_grams.h"
#include "tools/bench/music/parallel.h"

namespace ledgerline::bench {
namespace {

using tokens::Piece;

std::string StyleOf(const Piece& piece) { return std::string(tokens::StyleName(piece.style)); }

// Values of one measure in all columns.
Row RowOf(const Contestants& contestants, Measure measure, Better better) {
  Row row(std::string(MeasureName(measure)), better);
  for (size_t c = 0; c < kColumns; ++c) {
    row.values[c] = MeanOf(contestants[c], measure);
    row.distance[c] = DistanceOf(contestants[c], contestants[kHuman], measure);
  }
  return row;
}

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

Row OverlapRow(const char* name, const Contestants& contestants, const ByStyle& corpus,
               evaluation::Moments evaluation::TextureMoments::*of) {
  Row row(name, Better::kMore);
  for (size_t c = 0; c < kColumns; ++c) {
    double sum = 0, count = 0;
    for (const auto& [style, sums] : contestants[c]) {
      const auto real = corpus.find(style);
      if (real == corpus.end()) continue;
      sum += evaluation::OverlapArea(sums.texture.*of, real->second.texture.*of);
      count += 1;
    }
    if (count > 0) row.values[c] = sum / count;
  }
  row.goal = ">= .80";
  row.reached = row.values[kCover] >= 0.80;
  return row;
}

// The share of different grams over that of the style's training pieces, at the same number of grams.
double DistinctRatio(const StyleSums& outputs, const StyleSums& corpus) {
  evaluation::DistinctGrams all;
  for (const Piece* piece : outputs.pieces) all.Add(evaluation::GramsOf(*piece));
  evaluation::DistinctGrams same(all.total());
  // Spread over the list, so that one composer's pieces do not stand for all.
  const size_t count = corpus.pieces.size(), stride = count > 7 ? 7 : 1;
  for (size_t offset = 0; offset < stride; ++offset) {
    for (size_t i = offset; i < count; i += stride) {
      if (!same.Add(evaluation::GramsOf(*corpus.pieces[i]))) return all.Share() / same.Share();
    }
  }
  // Too few real notes: the same number of both, as far as they reach.
  evaluation::DistinctGrams fewer(same.total());
  for (const Piece* piece : outputs.pieces) fewer.Add(evaluation::GramsOf(*piece));
  return same.total() == 0 ? NAN : fewer.Share() / same.Share();
}

}  // namespace

Result<Contestants> MeasureContest(const std::vector<Round>& rounds, const std::vector<const Piece*>& people,
                                   int jobs) {
  struct Job {
    size_t column;
    const Piece* piece;
    const Piece* own;
    std::string style;
    Values values{};
  };
  std::vector<Job> work;
  for (const Piece* piece : people) work.push_back({kHuman, piece, nullptr, StyleOf(*piece)});
  for (const Round& round : rounds) {
    for (size_t c = 0; c < kColumns; ++c) {
      if (!round.entries[c]) continue;
      work.push_back({c, &*round.entries[c], round.keeps_metre ? &round.own : nullptr, std::string(round.style->name)});
    }
  }
  RETURN_IF_ERROR(InParallel(work.size(), jobs, [&](size_t i) {
    work[i].values = MeasureAccompaniment(*work[i].piece, work[i].own);
    return Status::Ok();
  }));
  Contestants contestants;
  for (const Job& job : work) contestants[job.column][job.style].Add(*job.piece, job.values);
  return contestants;
}

Table MusicTable(const Contestants& contestants) {
  Table table{"The accompaniment alone (in brackets: mean distance from people, style by style)", {}};
  const auto reach = [&](Measure measure, double goal, Better better) {
    Row row = RowOf(contestants, measure, better);
    row.goal = ">= " + Number(goal, 2);
    row.reached = row.values[kCover] >= goal;
    table.rows.push_back(std::move(row));
  };
  // A fault: no more of it than people allow themselves.
  const auto avoid = [&](Measure measure) {
    Row row = RowOf(contestants, measure, Better::kLess);
    row.goal = "<= people";
    row.reached = row.values[kCover] <= row.values[kHuman] + 0.0005;
    table.rows.push_back(std::move(row));
  };
  const auto near = [&](Measure measure) {
    Row row = RowOf(contestants, measure, Better::kNearer);
    row.goal = "within 1/5";
    row.reached = row.distance[kCover] <= row.values[kHuman] / 5;
    table.rows.push_back(std::move(row));
  };
  // How far a cover's form is from that of its own song's accompaniment, cover by cover; as near as the rows of
  // likeness ask for, a fifth of what people's pieces have.
  const auto follow = [&](Measure measure, Measure of) {
    Row row = RowOf(contestants, measure, Better::kLess);
    const double goal = MeanOf(contestants[kHuman], of) / 5;
    row.goal = "<= " + Number(goal, 3);
    row.reached = row.values[kCover] <= goal;
    table.rows.push_back(std::move(row));
  };
  reach(kChroma, 0.75, Better::kMore);
  reach(kGroove, 0.75, Better::kMore);
  // Enough, and then as people do: chords without a passing note agree with the plan entirely, and are nobody's style.
  reach(kChordAgreement, 0.80, Better::kNearer);
  reach(kChordTones, 0.83, Better::kNearer);
  avoid(kClash);
  near(kBassSteps);
  near(kInnerSteps);
  avoid(kLeaps);
  avoid(kParallels);
  avoid(kCrossings);
  avoid(kSpans);
  near(kOnsets);
  near(kNotes);
  near(kPolyphony);
  near(kNextBar);
  near(kGs);
  near(kReturns);
  near(kShortStructure);
  near(kLongStructure);
  follow(kShortFromSong, kShortStructure);
  follow(kLongFromSong, kLongStructure);
  near(kEntropy);
  return table;
}

Table CorpusTable(const Contestants& contestants, const std::vector<Round>& rounds,
                  const std::vector<Round>& free_rounds, const std::vector<const Piece*>& corpus,
                  const covers::BorrowingGuard& borrowing) {
  Table table{"Against the corpus, and as a product", {}};
  ByStyle real;
  for (const Piece* piece : corpus) {
    StyleSums& sums = real[StyleOf(*piece)];
    sums.texture.Add(*piece);
    sums.pieces.push_back(piece);
  }
  table.rows.push_back(OverlapRow("overlap, density", contestants, real, &evaluation::TextureMoments::density));
  table.rows.push_back(OverlapRow("overlap, pitch", contestants, real, &evaluation::TextureMoments::pitch));
  table.rows.push_back(OverlapRow("overlap, duration", contestants, real, &evaluation::TextureMoments::duration));

  // Enough, and then as the corpus: notes at random have the most different grams.
  Row distinct("distinct 8-grams, of the corpus's", Better::kNearer);
  for (size_t c = 0; c < kColumns; ++c) {
    double sum = 0, apart = 0, count = 0;
    for (const auto& [style, sums] : contestants[c]) {
      const double ratio = real.count(style) == 0 ? NAN : DistinctRatio(sums, real[style]);
      if (!std::isnan(ratio)) sum += ratio, apart += std::abs(ratio - 1), count += 1;
    }
    if (count > 0) distinct.values[c] = sum / count, distinct.distance[c] = apart / count;
  }
  distinct.goal = ">= .80";
  distinct.reached = distinct.values[kCover] >= 0.80;
  table.rows.push_back(distinct);

  Row mean("borrowed, % of notes, mean", Better::kLess), p95("borrowed, % of notes, p95", Better::kLess);
  for (size_t c = 0; c < kColumns && borrowing.knows_pieces(); ++c) {
    if (c == kMelody || c == kBlocks) continue;  // they borrow nothing, being nobody's
    std::vector<double> shares;
    double sum = 0;
    for (const auto& [style, sums] : contestants[c]) {
      for (const Piece* piece : sums.pieces) {
        shares.push_back(static_cast<double>(borrowing.Measure(*piece).CoveredPpm()) / 1e4);
        sum += shares.back();
      }
    }
    if (shares.empty()) continue;
    mean.values[c] = sum / static_cast<double>(shares.size());
    p95.values[c] = Percentile(shares, 0.95);
  }
  mean.digits = p95.digits = 1;
  p95.goal = "<= people";
  p95.reached = p95.values[kCover] <= p95.values[kHuman];
  table.rows.push_back(mean);
  table.rows.push_back(p95);

  Row refused("songs refused by a style, %", Better::kLess), failures("failed after 8 candidates, %", Better::kLess),
      turned("candidates turned down, %", Better::kLess), same("equal candidates, %", Better::kLess),
      duplicates("duplicates among outputs", Better::kLess);
  const auto percent = [](double part, double whole) { return whole == 0 ? 0 : 100 * part / whole; };
  const auto count = static_cast<double>(rounds.size());
  double refusals = 0, failed = 0, ngram_failed = 0, rejected = 0, equal = 0, candidates = 0;
  for (const Round& round : rounds) {
    refusals += !round.refusal.empty();
    if (!round.refusal.empty()) continue;
    failed += !round.failure.empty();
    ngram_failed += !round.entries[kNgram].has_value();
    rejected += round.candidates_rejected;
    candidates += round.candidates;
    equal += round.candidates - round.candidates_distinct;
  }
  refused.values[kCover] = percent(refusals, count);
  failures.values[kCover] = percent(failed, count - refusals);
  failures.values[kNgram] = percent(ngram_failed, count - refusals);
  failures.goal = "< 2";
  failures.reached = failures.values[kCover] < 2;
  turned.values[kCover] = percent(rejected, candidates);
  same.values[kCover] = percent(equal, candidates);
  refused.digits = failures.digits = turned.digits = same.digits = 1;
  for (const size_t c : {size_t{kCover}, size_t{kNgram}}) {
    std::vector<const Piece*> outputs;
    for (const Round& round : rounds) {
      if (round.entries[c]) outputs.push_back(&*round.entries[c]);
    }
    duplicates.values[c] = static_cast<double>(evaluation::CountDuplicates(outputs));
  }
  duplicates.digits = 0;
  duplicates.goal = "0";
  duplicates.reached = duplicates.values[kCover] == 0;
  table.rows.insert(table.rows.end(), {refused, failures, turned, same, duplicates});

  for (const auto& [list, name, goal] : {std::tuple(&rounds, "melody accuracy, locked, ", 1.0),
                                         std::tuple(&free_rounds, "melody accuracy, free, ", 0.9)}) {
    double sum = 0, made = 0, least = 1;
    for (const Round& round : *list) {
      if (!round.entries[kCover]) continue;
      sum += round.melody_f1;
      least = std::min(least, round.melody_f1);
      made += 1;
    }
    if (made == 0) continue;
    for (const auto& [which, value] : {std::pair("mean", sum / made), std::pair("least", least)}) {
      Row row(std::string(name) + which, Better::kMore);
      row.values[kCover] = value;
      row.goal = goal == 1.0 ? "1.0" : ">= .90";
      row.reached = value >= goal - 1e-9;
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Grid HealthGrid(const Contestants& contestants, const evaluation::StyleProfiles& profiles) {
  Grid grid{"Stagnation: permille of the corpus's own value, style by style (below 800 is an alarm)", {}};
  for (const auto& [style, sums] : contestants[kCover]) {
    const auto profile = profiles.find(style);
    if (profile == profiles.end()) continue;
    const std::vector<evaluation::HealthRow> rows = evaluation::JudgeHealth(sums.pieces, profile->second);
    if (rows.empty()) continue;
    if (grid.lines.empty()) {
      grid.lines.push_back({"style", "outputs"});
      for (const evaluation::HealthRow& row : rows) grid.lines[0].push_back(row.measure);
    }
    std::vector<std::string> line = {style, std::to_string(sums.pieces.size())};
    for (const evaluation::HealthRow& row : rows) {
      line.push_back(std::to_string(row.permille) + (row.alarm ? " ALARM" : ""));
    }
    grid.lines.push_back(std::move(line));
  }
  return grid;
}

Grid StyleGrid(const Contestants& contestants) {
  Grid grid{"Style by style: covers / people", {{"style", "covers", "people"}}};
  constexpr std::array kShown = {kChroma, kGroove, kChordTones, kClash,   kBassSteps, kInnerSteps, kParallels,
                                 kOnsets, kNotes,  kPolyphony,  kNextBar, kGs,        kReturns,    kShortStructure};
  for (const Measure measure : kShown) grid.lines[0].emplace_back(MeasureName(measure));
  for (const auto& [style, sums] : contestants[kCover]) {
    const auto people = contestants[kHuman].find(style);
    const size_t count = people == contestants[kHuman].end() ? 0 : people->second.pieces.size();
    std::vector<std::string> line = {style, std::to_string(sums.pieces.size()), std::to_string(count)};
    for (const Measure measure : kShown) {
      std::string cell = Number(sums.Mean(measure), 2);
      if (count > 0 && !std::isnan(people->second.Mean(measure)))
        cell += " / " + Number(people->second.Mean(measure), 2);
      line.push_back(cell);
    }
    grid.lines.push_back(std::move(line));
  }
  return grid;
}

}  // namespace ledgerline::bench
