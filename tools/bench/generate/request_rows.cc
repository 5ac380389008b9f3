#include "tools/bench/generate/request_rows.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "inference/covers/cover_maker.h"
#include "inference/model/decoder.h"
#include "inference/model/model_file.h"
#include "inference/music/render.h"
#include "inference/music/smf.h"
#include "tools/bench/generate/limits.h"
#include "tools/bench/generate/report.h"
#include "tools/bench/generate/sample_music.h"

namespace ledgerline::bench {
namespace {

constexpr int kBars = 32;

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// "VmRSS" or "VmHWM" of this process, in bytes (proc(5)).
double StatusBytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kilobytes = 0;
    if (word == name + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

MemoryUse MeasureHere(const std::string& model_path) {
  const double before = StatusBytes("VmRSS");
  std::unique_ptr<model::Decoder> decoder;
  {
    const Result<std::string> bytes = model::ReadFileBytes(model_path);
    if (!bytes.ok()) return {};
    Result<std::unique_ptr<model::Decoder>> loaded = model::Decoder::Load(*bytes);
    if (!loaded.ok()) return {};
    decoder = std::move(loaded).value();
  }
  const tokens::Sequence rows = SampleRows(static_cast<size_t>(decoder->config().context));
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    const std::vector<tokens::BarRow> bar = BarsOf(rows, i);
    if (!decoder->Read({rows.rows[i]}, bar, std::vector<int64_t>(bar.size(), 0)).ok()) return {};
  }
  return {StatusBytes("VmRSS") - before, StatusBytes("VmHWM") - before};
}

struct Timed {
  double seconds = 0, first_bar = 0;
  covers::CoverResult cover;
};
Result<Timed> TimeCover(covers::CoverMaker* maker, const std::string& song, uint64_t seed, int candidates) {
  Timed timed;
  covers::CoverRequest request;
  request.source_midi = song;
  request.style = "string-quartet";
  request.seed = seed;
  request.candidates = candidates;
  const double begin = WallSeconds();
  request.progress = [&](std::string_view stage, int, int) {
    if (timed.first_bar == 0 && stage == "composing") timed.first_bar = WallSeconds() - begin;
  };
  ASSIGN_OR_RETURN(timed.cover, maker->MakeCover(request));
  timed.seconds = WallSeconds() - begin;
  if (timed.cover.bars < kBars) return Internal("a cover of " + std::to_string(timed.cover.bars) + " bars");
  return timed;
}

// A single candidate may be turned down by a guard: then the next seed's is timed.
Result<Timed> TimeOneThatHolds(covers::CoverMaker* maker, const std::string& song, uint64_t seed, int candidates) {
  constexpr uint64_t kApart = 100;
  constexpr int kTries = 4;
  Result<Timed> timed = TimeCover(maker, song, seed, candidates);
  for (int t = 1; t < kTries && !timed.ok() && timed.status().code() == StatusCode::kFailedPrecondition; ++t) {
    timed = TimeCover(maker, song, seed + kApart * static_cast<uint64_t>(t), candidates);
  }
  return timed;
}

// Seconds of sound for each second of rendering. Errors: those of RenderScore; kInternal (a sound that is too short or
// silent).
Result<double> RenderRate(const std::string& midi) {
  ASSIGN_OR_RETURN(const music::Score score, music::ReadSmf(midi));
  const double begin = WallSeconds();
  ASSIGN_OR_RETURN(const music::PcmAudio audio, music::RenderScore(score, {}));
  const double seconds = WallSeconds() - begin;
  const double sound = static_cast<double>(audio.Frames()) / audio.frames_per_second;
  const auto loudest = std::max_element(audio.samples.begin(), audio.samples.end());
  if (sound < kBars || loudest == audio.samples.end() || *loudest < 1000) {
    return Internal("a sound of " + std::to_string(sound) + " s");
  }
  return sound / seconds;
}

}  // namespace

MemoryUse MeasureMemory(const std::string& model_path) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    const MemoryUse use = MeasureHere(model_path);
    const bool written = write(ends[1], &use, sizeof(use)) == static_cast<ssize_t>(sizeof(use));
    _exit(written ? 0 : 1);
  }
  MemoryUse use;
  close(ends[1]);
  if (child < 0 || read(ends[0], &use, sizeof(use)) != static_cast<ssize_t>(sizeof(use))) use = {};
  close(ends[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  return use;
}

int RunRequestRows(const std::string& model_path, const MemoryUse& memory, int repeats) {
  auto fail = [](const Status& status) {
    std::fprintf(stderr, "bench_generate: %s\n", status.ToString().c_str());
    return 3;
  };
  const Result<std::string> bytes = model::ReadFileBytes(model_path);
  if (!bytes.ok()) return fail(bytes.status());
  Result<std::unique_ptr<covers::CoverMaker>> maker = covers::CoverMaker::Load(*bytes);
  if (!maker.ok()) return fail(maker.status());
  const std::string song = SampleSong(kBars);
  Samples cover, first_bar, one, sixteen, render;
  for (int repeat = -1; repeat < repeats; ++repeat) {  // the first is a warm-up
    Timed timed[3];
    const int counts[3] = {1, 6, 16};
    for (int i = 0; i < 3; ++i) {
      Result<Timed> made = TimeOneThatHolds(maker->get(), song, static_cast<uint64_t>(repeat + 2), counts[i]);
      if (!made.ok()) return fail(made.status());
      timed[i] = std::move(made).value();
    }
    const Result<double> rate = RenderRate(timed[1].cover.midi);
    if (!rate.ok()) return fail(rate.status());
    if (repeat < 0) continue;
    one.Add(timed[0].seconds);
    cover.Add(timed[1].seconds);
    sixteen.Add(timed[2].seconds);
    first_bar.Add(timed[1].first_bar);
    render.Add(*rate);
  }
  PrintRow("cover, 32 bars, 4 tracks, 6 candidates", cover.text("s of wall clock"), "goal: at most 1 s",
           1 / cover.median(), 1);
  PrintRow("its first bar", first_bar.text("s of wall clock"), "goal: at most 0.1 s", 0.1 / first_bar.median(), 1);
  PrintRow("the same cover, 16 candidates", sixteen.text("s of wall clock"), "16 times one: " + one.text("s each"),
           16 * one.median() / sixteen.median(), -1);
  PrintRow("rendering it", render.text("s of sound/s"), "real time", render.median(), 50);
  PrintRow("memory of model and full cache", std::to_string(memory.kept / 1e6).substr(0, 5) + " MB",
           "goal: at most 60 MB; while loading " + std::to_string(memory.most / 1e6).substr(0, 5) + " MB",
           memory.kept > 0 ? 60e6 / memory.kept : 0, 1);
  return 0;
}

}  // namespace ledgerline::bench
