// bench_preference: how well tastes are learnt, and what training on preferences changes, by simulated listeners.
//
//   bench_preference hear --out FILE [--styles hymn,piano,waltz] [--seeds 1] [--candidates 8]   candidates' figures
//   bench_preference listen --hearings FILE [--rounds 40]               the table of docs/preferences.md
//   bench_preference judge --listener calm --pairs 40 --out FILE        a pairs file, judged by a simulated listener
//   bench_preference shift --listener calm --adapter FILE               new covers without and with an adapter
//
// The songs are the demo songs (public domain). Everything follows from the seeds. docs/preferences.md has the figures.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "inference/covers/cover_maker.h"
#include "inference/covers/written_accompaniment.h"
#include "inference/evaluation/note_grams.h"
#include "inference/model/model_file.h"
#include "inference/music/smf.h"
#include "tools/bench/preference/listening_test.h"
#include "tools/demo_songs/song.h"

namespace {

using namespace ledgerline;         // NOLINT: a program's main file
using namespace ledgerline::bench;  // NOLINT

struct Flags {
  std::string model = "inference/weights/ledgerline.model", adapter, out, hearings, listener = "calm";
  std::vector<std::string> styles = {"hymn", "piano", "waltz"};
  int seeds = 1, candidates = 8, rounds = 40, pairs = 40;
  uint64_t first_seed = 1;
  preference::FitSettings settings;
};

Result<std::unique_ptr<covers::CoverMaker>> MakerOf(const Flags& flags) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(flags.model));
  return covers::CoverMaker::Load(bytes);
}

struct Made {
  covers::CoverRecord record;
  covers::HeardCandidates heard;
};

// The candidates of one request. The cover itself is made with one of them, which fixes the record.
Result<Made> Candidates(covers::CoverMaker* maker, const std::string& song, const std::string& style, uint64_t seed,
                        int candidates, const std::string& adapter) {
  covers::CoverRequest request;
  request.source_midi = song;
  request.style = style;
  request.seed = seed;
  request.candidates = 1;
  request.adapter = adapter;
  ASSIGN_OR_RETURN(const covers::CoverResult cover, maker->MakeCover(request));
  Made made;
  made.record.conditioning = cover.conditioning;
  made.record.style = style;
  made.record.seed = seed;
  made.record.parameters = cover.parameters;
  made.record.parameters["candidates"] = std::to_string(candidates);
  made.record.adapter_hash = cover.adapter_hash;
  made.record.adapter = adapter;
  ASSIGN_OR_RETURN(made.heard, maker->Candidates(made.record));
  return made;
}

Hearing HearingOf(const std::string& song, const Made& made) {
  Hearing hearing{song, made.record.style, made.record.seed, {}};
  for (const covers::HeardCandidate& one : made.heard.candidates) {
    hearing.candidates.push_back(one.rejected.empty() ? one.figures : preference::Figures());
  }
  return hearing;
}

// Every song in every style with every seed. A request whose cover is turned down is passed over.
Status ForEachRequest(const Flags& flags, const std::string& adapter,
                      const std::function<Status(const std::string&, Made)>& use) {
  ASSIGN_OR_RETURN(const std::unique_ptr<covers::CoverMaker> maker, MakerOf(flags));
  int passed_over = 0;
  for (int s = 0; s < flags.seeds; ++s) {
    for (const demo::SongText& text : demo::DemoSongs()) {
      ASSIGN_OR_RETURN(const demo::Song song, demo::ParseSong(text.text));
      ASSIGN_OR_RETURN(const std::string midi, music::WriteSmf(song.score));
      for (const std::string& style : flags.styles) {
        Result<Made> made = Candidates(maker.get(), midi, style, flags.first_seed + static_cast<uint64_t>(s),
                                       flags.candidates, adapter);
        if (made.status().code() == StatusCode::kFailedPrecondition) {
          ++passed_over;
          continue;
        }
        RETURN_IF_ERROR(made.status());
        RETURN_IF_ERROR(use(std::string(text.slug), std::move(made).value()));
      }
    }
    std::fprintf(stderr, "seed %d of %d\n", s + 1, flags.seeds);
  }
  if (passed_over > 0) std::fprintf(stderr, "%d requests turned down\n", passed_over);
  return Status::Ok();
}

Status Hear(const Flags& flags) {
  std::vector<Hearing> hearings;
  RETURN_IF_ERROR(ForEachRequest(flags, "", [&](const std::string& song, Made made) {
    hearings.push_back(HearingOf(song, made));
    return Status::Ok();
  }));
  return model::WriteFileBytes(flags.out, FormatHearings(hearings));
}

Status ListenAll(const Flags& flags) {
  ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(flags.hearings));
  ASSIGN_OR_RETURN(const std::vector<Hearing> hearings, ParseHearings(text));
  const std::vector<int> counts = {4, 8, 12, 19, 40};
  std::printf("| listener | likes | generator's ranking |");
  for (const int count : counts) std::printf(" %d pairs |", count);
  std::printf("\n|---|---|---|");
  for (size_t i = 0; i < counts.size(); ++i) std::printf("---|");
  std::printf("\n");
  for (const SimulatedListener& listener : SimulatedListeners()) {
    std::printf("| %s | %s |", listener.name.c_str(), listener.likes.c_str());
    for (const int count : counts) {
      ASSIGN_OR_RETURN(const ListeningResult result,
                       Listen(listener, hearings, count, flags.rounds, flags.first_seed, flags.settings));
      if (count == counts[0]) std::printf(" %.2f |", result.ranking);
      std::printf(" %.2f |", result.taste);
      std::fflush(stdout);
    }
    std::printf("\n");
  }
  return Status::Ok();
}

Result<const SimulatedListener*> ListenerOf(const Flags& flags) {
  const SimulatedListener* const listener = FindListener(flags.listener);
  if (listener != nullptr) return listener;
  std::string known;
  for (const SimulatedListener& one : SimulatedListeners()) known += (known.empty() ? "" : ", ") + one.name;
  return InvalidArgument("--listener \"" + flags.listener + "\" is none of " + known);
}

Status JudgePairs(const Flags& flags) {
  ASSIGN_OR_RETURN(const SimulatedListener* const listener, ListenerOf(flags));
  ASSIGN_OR_RETURN(const std::string model, model::ReadFileBytes(flags.model));
  Flags asked = flags;
  const int each = static_cast<int>(demo::DemoSongs().size() * flags.styles.size());
  asked.seeds = (flags.pairs + each - 1) / each;
  std::vector<Made> all;
  std::vector<Hearing> hearings;
  RETURN_IF_ERROR(ForEachRequest(asked, "", [&](const std::string& song, Made made) {
    hearings.push_back(HearingOf(song, made));
    all.push_back(std::move(made));
    return Status::Ok();
  }));
  const std::map<std::string, double> typical = TypicalDifferences(hearings);
  ASSIGN_OR_RETURN(const std::unique_ptr<covers::CoverMaker> maker, MakerOf(flags));
  std::string text;
  int written = 0;
  for (size_t i = 0; i < all.size() && written < flags.pairs; ++i) {
    // The two that `taste hear` offers.
    const int kept = all[i].heard.chosen;
    const int other = kept < 0 ? -1 : preference::MostUnlike(hearings[i].candidates, static_cast<size_t>(kept));
    if (other < 0) continue;
    preference::Comparison pair = Judge(*listener, typical, hearings[i], static_cast<size_t>(kept),
                                        static_cast<size_t>(other), flags.first_seed, static_cast<uint64_t>(i));
    pair.model = maker->ModelHash();
    pair.engine = maker->EngineId();
    pair.kernel = maker->KernelVersion();
    pair.conditioning = all[i].record.conditioning;
    pair.train_leave = true;  // the songs are in the public domain
    for (const auto& [name, value] : all[i].record.parameters) {
      if (!name.starts_with("plan.")) pair.parameters[name] = value;
    }
    text += preference::FormatComparison(pair);
    ++written;
  }
  if (written < flags.pairs) return FailedPrecondition("only " + std::to_string(written) + " pairs came of the songs");
  return model::WriteFileBytes(flags.out, text);
}

struct Sampled {
  std::vector<Hearing> hearings;
  double distinct = 0;
  std::map<std::string, double> means;  // of each figure
};

Result<Sampled> Sample(const Flags& flags, const std::string& adapter) {
  Sampled sampled;
  std::vector<std::vector<uint64_t>> grams;
  double count = 0;
  RETURN_IF_ERROR(ForEachRequest(flags, adapter, [&](const std::string& song, Made made) -> Status {
    sampled.hearings.push_back(HearingOf(song, made));
    ASSIGN_OR_RETURN(const tokens::Piece plan, covers::PlannedPiece(made.record.conditioning));
    for (const covers::HeardCandidate& one : made.heard.candidates) {
      if (!one.rejected.empty()) continue;
      ASSIGN_OR_RETURN(const music::Score score, music::ReadSmf(one.midi));
      grams.push_back(evaluation::GramsOf(covers::WrittenAccompaniment(plan, score)));
      count += 1;
      for (const auto& [name, value] : one.figures) sampled.means[name] += static_cast<double>(value) / 1e6;
    }
    return Status::Ok();
  }));
  for (auto& [name, mean] : sampled.means) mean /= std::max(count, 1.0);
  evaluation::DistinctGrams distinct(20'000);
  for (const auto& piece : grams) distinct.Add(piece);
  sampled.distinct = distinct.Share();
  std::fprintf(stderr, "%.0f candidates, %zu grams\n", count, distinct.total());
  return sampled;
}

// The same requests without and with the adapter, candidate by candidate as they come, not ranked.
Status Shift(const Flags& flags) {
  ASSIGN_OR_RETURN(const SimulatedListener* const listener, ListenerOf(flags));
  ASSIGN_OR_RETURN(const std::string adapter, model::ReadFileBytes(flags.adapter));
  ASSIGN_OR_RETURN(const Sampled before, Sample(flags, ""));
  ASSIGN_OR_RETURN(const Sampled after, Sample(flags, adapter));
  const std::map<std::string, double> typical = TypicalDifferences(before.hearings);
  std::printf("| figure | without | with |\n|---|---|---|\n");
  for (const auto& [name, mean] : before.means) {
    const bool liked = listener->weights.contains(name);
    std::printf("| %s%s | %.3f | %.3f |\n", name.c_str(), liked ? " (hidden preference)" : "", mean,
                after.means.at(name));
  }
  std::printf("| distinct 8-grams | %.3f | %.3f |\n", before.distinct, after.distinct);
  double wins = 0, asked = 0;
  std::map<std::string, const Hearing*> by_request;
  for (const Hearing& hearing : before.hearings) {
    by_request[hearing.song + "\n" + hearing.style + "\n" + std::to_string(hearing.seed)] = &hearing;
  }
  for (const Hearing& hearing : after.hearings) {
    const auto other = by_request.find(hearing.song + "\n" + hearing.style + "\n" + std::to_string(hearing.seed));
    if (other == by_request.end()) continue;
    for (size_t c = 0; c < hearing.candidates.size(); ++c) {
      if (hearing.candidates[c].empty() || other->second->candidates[c].empty()) continue;
      wins += Advantage(*listener, typical, hearing.candidates[c], other->second->candidates[c]) > 0;
      asked += 1;
    }
  }
  std::printf("\nThe listener prefers the candidate with the adapter in %.0f of %.0f (%.3f)\n", wins, asked,
              wins / std::max(asked, 1.0));
  return Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("How well tastes are learnt, and what training on preferences changes, by simulated listeners.");
  app.require_subcommand(1);
  Flags flags;
  std::function<Status()> work;
  const auto making = [&flags](CLI::App* command) {
    command->add_option("--model", flags.model, "Model file")->capture_default_str();
    command->add_option("--styles", flags.styles, "Comma-separated")->delimiter(',')->capture_default_str();
    command->add_option("--candidates", flags.candidates, "Of each request")->check(CLI::Range(2, 16));
    command->add_option("--first-seed", flags.first_seed, "Of the requests")->capture_default_str();
  };
  CLI::App* hear = app.add_subcommand("hear", "Make candidates of the demo songs and write their figures");
  making(hear);
  hear->add_option("--seeds", flags.seeds, "Requests of each song and style")->check(CLI::Range(1, 1000));
  hear->add_option("--out", flags.out, "Tab-separated file")->required();
  hear->callback([&] { work = [&] { return Hear(flags); }; });
  CLI::App* listen = app.add_subcommand("listen", "Accuracy on unheard songs, by listener and number of judged pairs");
  listen->add_option("--hearings", flags.hearings, "What `hear` wrote")->required();
  listen->add_option("--rounds", flags.rounds, "Of drawing, judging, fitting and asking")->capture_default_str();
  listen->add_option("--ranking-weight", flags.settings.ranking_weight, "The prior's")->capture_default_str();
  listen->add_option("--deviation", flags.settings.deviation, "The prior's")->capture_default_str();
  listen->callback([&] { work = [&] { return ListenAll(flags); }; });
  CLI::App* judge = app.add_subcommand("judge", "A pairs file by a simulated listener");
  making(judge);
  judge->add_option("--listener", flags.listener, "Such as calm")->capture_default_str();
  judge->add_option("--pairs", flags.pairs, "How many")->check(CLI::Range(1, 10'000));
  judge->add_option("--out", flags.out, "Pairs file (docs/formats/pairs.md)")->required();
  judge->callback([&] { work = [&] { return JudgePairs(flags); }; });
  CLI::App* shift = app.add_subcommand("shift", "New covers without and with an adapter, as a listener sees them");
  making(shift);
  shift->add_option("--seeds", flags.seeds, "Requests of each song and style")->check(CLI::Range(1, 1000));
  shift->add_option("--listener", flags.listener, "Such as calm")->capture_default_str();
  shift->add_option("--adapter", flags.adapter, "Adapter file")->required();
  shift->callback([&] { work = [&] { return Shift(flags); }; });
  CLI11_PARSE(app, argc, argv);
  const Status status = work();
  if (status.ok()) return 0;
  std::fprintf(stderr, "bench_preference: %s\n", status.ToString().c_str());
  return 3;
}
