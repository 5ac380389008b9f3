// bench_music: measures of covers beside their floors, on songs that the model was not trained on.
//
//   bench_music --corpus DIR [--model FILE] [--figures FILE] [--covers 200] [--seed 1] [--jobs 2] [--markdown FILE]
//   bench_music --corpus DIR --profiles FILE        writes what the corpus shows, style by style, and measures nothing
//   bench_music --corpus DIR --people-apart DRAWS   how far people's own pieces are apart, and makes no covers
//   bench_music --corpus DIR --passages             how often composers of the training split take passages up
//
// docs/music_measures.md has the definitions, and the last run. Covers are made as the product makes them: the same
// plan, candidates, guards and ranking (covers::PlanCover, covers::Make). Seeds are fixed: a run repeats to the digit,
// whatever the number of jobs.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "inference/covers/form.h"
#include "inference/evaluation/style_features.h"
#include "inference/model/model_file.h"
#include "tools/bench/music/people_apart.h"
#include "tools/bench/music/verdicts.h"

namespace {

using namespace ledgerline;         // NOLINT: a program's main file
using namespace ledgerline::bench;  // NOLINT

struct Flags {
  std::string corpus, model = "inference/weights/ledgerline.model", figures = "inference/weights/ledgerline.figures";
  std::string songs = "test", markdown, profiles;
  size_t covers = 200, free_covers = 40, loss_rows = 300'000;
  int candidates = 8, jobs = 1, people_apart = 0;
  uint64_t seed = 1;
  bool passages = false;
};

const auto kStart = std::chrono::steady_clock::now();

void Say(const char* what) {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - kStart;
  std::fprintf(stderr, "%6.1f s  %s\n", passed.count(), what);
}

// The pieces of some styles, cut to their first bars, as long as covers are.
std::vector<tokens::Piece> Openings(const std::vector<const learning::Dataset*>& datasets,
                                    const std::set<std::string_view>& styles) {
  std::vector<tokens::Piece> openings;
  for (const learning::Dataset* dataset : datasets) {
    for (const learning::DatasetPiece& item : dataset->pieces) {
      if (styles.count(tokens::StyleName(item.piece.style)) == 0) continue;
      openings.push_back(item.piece);
      std::vector<tokens::PieceBar>& bars = openings.back().bars;
      if (bars.size() > evaluation::kFeatureBars) bars.resize(evaluation::kFeatureBars);
    }
  }
  return openings;
}

std::vector<const tokens::Piece*> Borrowed(const std::vector<tokens::Piece>& pieces) {
  std::vector<const tokens::Piece*> borrowed;
  for (const tokens::Piece& piece : pieces) borrowed.push_back(&piece);
  return borrowed;
}

// Of a hundred passages of each length, those that are taken up; of a hundred of their bars, those that are unchanged.
Grid PassagesOf(const std::vector<tokens::Piece>& corpus) {
  Grid grid{"Passages with an earlier one's melody and chords that are taken up, % (of how many)",
            {{"style", "one bar", "two", "three and four", "more", "bars unchanged, of two and more"}}};
  std::map<std::string, std::array<covers::PassageCounts, covers::kPassageLengths>> styles;
  for (const tokens::Piece& piece : corpus) {
    const auto counts = covers::CountPassages(piece);
    auto& sums = styles[std::string(tokens::StyleName(piece.style))];
    for (size_t i = 0; i < counts.size(); ++i) {
      sums[i].passages += counts[i].passages, sums[i].taken += counts[i].taken;
      sums[i].bars += counts[i].bars, sums[i].unchanged += counts[i].unchanged;
    }
  }
  const auto share = [](int part, int whole) {
    return Number(whole == 0 ? NAN : 100.0 * part / whole, 0) + " (" + std::to_string(whole) + ")";
  };
  for (const auto& [style, sums] : styles) {
    std::vector<std::string> line = {style};
    int bars = 0, unchanged = 0;
    for (size_t i = 0; i < sums.size(); ++i) {
      line.push_back(share(sums[i].taken, sums[i].passages));
      if (i > 0) bars += sums[i].bars, unchanged += sums[i].unchanged;
    }
    line.push_back(share(unchanged, bars));
    grid.lines.push_back(std::move(line));
  }
  return grid;
}

evaluation::StyleProfiles ProfilesOf(const std::vector<tokens::Piece>& corpus) {
  evaluation::StyleProfiles profiles;
  for (const covers::StyleTraits& style : covers::OfferedStyles()) {
    std::vector<const tokens::Piece*> pieces;
    for (const tokens::Piece& piece : corpus) {
      if (tokens::StyleName(piece.style) == style.name) pieces.push_back(&piece);
    }
    if (!pieces.empty()) profiles[std::string(style.name)] = evaluation::ProfileOf(pieces);
  }
  return profiles;
}

Status Run(const Flags& flags) {
  ASSIGN_OR_RETURN(const learning::Dataset train, learning::LoadDataset(flags.corpus, "train"));
  std::set<std::string_view> styles;
  for (const covers::StyleTraits& style : covers::OfferedStyles()) styles.insert(style.name);
  if (flags.passages) {
    std::printf("%s", AsText(PassagesOf(Openings({&train}, styles))).c_str());
    return Status::Ok();
  }
  const evaluation::StyleProfiles profiles = ProfilesOf(Openings({&train}, styles));
  if (!flags.profiles.empty()) return model::WriteFileBytes(flags.profiles, evaluation::FormatProfiles(profiles));
  ASSIGN_OR_RETURN(const learning::Dataset valid, learning::LoadDataset(flags.corpus, "valid"));
  ASSIGN_OR_RETURN(const learning::Dataset test, learning::LoadDataset(flags.corpus, "test"));
  ASSIGN_OR_RETURN(const learning::Dataset demo, learning::LoadDataset(flags.corpus, "demo"));
  Say("corpus read");
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(flags.model));
  ASSIGN_OR_RETURN(const std::unique_ptr<model::Decoder> decoder, model::Decoder::Load(bytes));
  styles.clear();
  for (const covers::StyleTraits* style : StylesOf(*decoder)) styles.insert(style->name);
  const std::vector<tokens::Piece> corpus = Openings({&train}, styles);
  if (flags.people_apart > 0) {
    ASSIGN_OR_RETURN(const ValuesByStyle own, MeasurePieces(corpus, flags.jobs));
    ASSIGN_OR_RETURN(const ValuesByStyle held_out, MeasurePieces(Openings({&valid, &test}, styles), flags.jobs));
    const size_t each = flags.covers / styles.size();
    std::printf("%s", AsText(PeopleApart(own, held_out, each, flags.people_apart, flags.seed)).c_str());
    return Status::Ok();
  }
  covers::BorrowingGuard borrowing;
  if (!flags.figures.empty()) {
    ASSIGN_OR_RETURN(const std::string figures, model::ReadFileBytes(flags.figures));
    ASSIGN_OR_RETURN(borrowing, covers::BorrowingGuard::Load(figures));
  }
  learning::Ngram ngram(false);
  ngram.Train(train);
  Say("n-gram trained");

  const bool tuning = flags.songs == "valid";
  std::vector<const learning::Dataset*> demos = {&demo}, others = {&test};
  if (tuning) demos = {}, others = {&valid};
  ASSIGN_OR_RETURN(const std::vector<Song> songs, LoadSongs(flags.corpus, demos, others, flags.seed));
  std::vector<OtherPiece> other_pieces;
  for (const learning::DatasetPiece& item : (tuning ? valid : test).pieces)
    other_pieces.push_back({item.id, &item.piece});
  ContestSettings settings{flags.covers, flags.candidates, flags.seed, flags.jobs, false};
  ASSIGN_OR_RETURN(const std::vector<Round> rounds,
                   HoldContest(songs, other_pieces, decoder.get(), &ngram, borrowing, settings));
  Say("covers made");
  settings.covers = flags.free_covers;
  settings.free = true;
  std::vector<Round> free_rounds;
  if (flags.free_covers > 0) {
    ASSIGN_OR_RETURN(free_rounds, HoldContest(songs, other_pieces, decoder.get(), &ngram, borrowing, settings));
  }
  Say("free covers made");
  const std::vector<tokens::Piece> people = Openings({&valid, &test}, styles);
  ASSIGN_OR_RETURN(const Contestants contestants, MeasureContest(rounds, Borrowed(people), flags.jobs));
  Say("measured");
  Table music = MusicTable(contestants);
  ASSIGN_OR_RETURN(const StyleVerdict told, JudgeStyles(contestants, Borrowed(corpus)));
  Say("styles told");
  Table product = CorpusTable(contestants, rounds, free_rounds, Borrowed(corpus), borrowing);
  product.rows.insert(product.rows.begin(), told.row);
  if (flags.loss_rows > 0) {
    for (const auto& [name, dataset] : {std::pair("valid", &valid), std::pair("test", &test)}) {
      if (tuning && dataset == &test) continue;
      ASSIGN_OR_RETURN(Row row, LossRow(name, *dataset, decoder.get(), ngram, flags.loss_rows, flags.jobs));
      product.rows.push_back(std::move(row));
    }
  }
  Say("losses");

  std::string text = AsText(music) + AsText(product), page = AsMarkdown(music) + AsMarkdown(product);
  for (const Grid& grid : {StyleGrid(contestants), told.people, told.covers, HealthGrid(contestants, profiles)}) {
    text += AsText(grid);
    page += AsMarkdown(grid);
  }
  std::map<std::string, int> failures;
  for (const Round& round : rounds) {
    const std::string& why = round.refusal.empty() ? round.failure : round.refusal;
    if (!why.empty()) ++failures[std::string(round.style->name) + ", " + songs[round.song].id + ": " + why];
  }
  std::printf("%zu songs, %zu covers, %d candidates each, seed %llu, model %s\n", songs.size(), rounds.size(),
              flags.candidates, static_cast<unsigned long long>(flags.seed), flags.model.c_str());
  std::printf("%s", text.c_str());
  for (const auto& [failure, count] : failures) std::printf("no cover: %s\n", failure.c_str());
  if (flags.markdown.empty()) return Status::Ok();
  ASSIGN_OR_RETURN(const std::string old, model::ReadFileBytes(flags.markdown));
  const std::string head = std::to_string(songs.size()) + " songs, " + std::to_string(rounds.size()) + " covers, " +
                           std::to_string(flags.candidates) + " candidates each, seed " + std::to_string(flags.seed) +
                           ", " + std::to_string(free_rounds.size()) + " free covers.\n";
  Result<std::string> written = WithTables(old, head + page + "\n");
  if (!written.ok()) return written.status().WithContext(flags.markdown);
  return model::WriteFileBytes(flags.markdown, *written);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures covers beside their floors, on songs that the model was not trained on."};
  Flags flags;
  app.add_option("--corpus", flags.corpus, "Folder with manifest.tsv and MIDI files")->required();
  app.add_option("--model", flags.model, "Model file");
  app.add_option("--figures", flags.figures, "Figure index of the borrowing guard; empty: borrowing is not judged");
  app.add_option("--songs", flags.songs, "test (with demo), or valid: for tuning")
      ->check(CLI::IsMember({"test", "valid"}));
  app.add_option("--covers", flags.covers, "How many covers")->check(CLI::Range(1, 100'000));
  app.add_option("--free-covers", flags.free_covers, "How many with a free melody")->check(CLI::Range(0, 100'000));
  app.add_option("--candidates", flags.candidates, "Candidates of each cover")->check(CLI::Range(1, 16));
  app.add_option("--loss-rows", flags.loss_rows, "Rows of each split for the loss; 0: no losses");
  app.add_option("--seed", flags.seed, "Seed of songs and covers");
  app.add_option("--jobs", flags.jobs, "Threads")->check(CLI::Range(1, 64));
  app.add_option("--markdown", flags.markdown, "Page whose tables are replaced");
  app.add_flag("--passages", flags.passages, "Count how often composers take passages up");
  app.add_option("--people-apart", flags.people_apart, "How often people's own pieces are drawn and compared")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--profiles", flags.profiles, "Write the style profiles of the training split here, and stop");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status status = Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "bench_music: %s\n", status.ToString().c_str());
  return 3;
}
