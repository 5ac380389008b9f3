#include "tools/train/drums_commands.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "crypto/sha256.h"
#include "inference/drums/groove.h"
#include "inference/drums/groove_dataset.h"
#include "inference/drums/groove_measures.h"
#include "inference/drums/groove_trainer.h"

namespace ledgerline::train {
namespace {

using namespace drums;  // NOLINT: this file is about them

constexpr int kDrawnBars = 16;     // of a groove that is measured
constexpr int kDrawnGrooves = 24;  // of each style

int Fail(const Status& status) {
  std::fprintf(stderr, "ledgerline-train: %s\n", status.ToString().c_str());
  return 3;
}

struct Flags {
  std::string groove, file, split = "validation";
  uint64_t seed = 1;
  GrooveSettings settings;
  std::string style = "rock";
  int bars = 8, beats = 4, intensity = 50;
};

void PrintBits(const std::string& what, const GrooveBits& bits) {
  const auto steps = static_cast<double>(std::max<int64_t>(bits.steps, 1));
  const auto hits = static_cast<double>(std::max<int64_t>(bits.hits, 1));
  const double nats = std::log(2.0);
  std::printf(
      "%s: %.4f bits a step, %.4f nats a hit (floors: by place %.4f, %.4f; the bar before %.4f, %.4f) over %lld "
      "steps, %lld hits\n",
      what.c_str(), bits.model / steps, bits.model / hits * nats, bits.place / steps, bits.place / hits * nats,
      bits.repeat / steps, bits.repeat / hits * nats, static_cast<long long>(bits.steps),
      static_cast<long long>(bits.hits));
}

int Train(const Flags& flags) {
  const Result<GrooveDataset> train = LoadGrooveDataset(flags.groove, "train");
  if (!train.ok()) return Fail(train.status());
  for (const auto& [reason, files] : train->skipped) std::printf("skipped, %s: %d files\n", reason.c_str(), files);
  GrooveTraining training;
  training.seed = flags.seed;
  const Result<GrooveModel> model = TrainGrooveModel(train->performances, training);
  if (!model.ok()) return Fail(model.status());
  const std::string bytes = SerialiseGrooveModel(*model);
  std::ofstream out(flags.file, std::ios::binary);
  out << bytes;
  if (!out.flush()) return Fail(Unavailable("cannot write " + flags.file));
  for (int style = 0; style < kGrooveStyles; ++style) {
    std::printf("%-15s %6u bars\n", std::string(GrooveStyleName(style)).c_str(),
                model->trained_bars[static_cast<size_t>(style)]);
  }
  std::printf("%zu contexts, %zu tables, %zu bytes, sha256 %s\n", model->keys.size(),
              model->velocities.size() + model->deviations.size(), bytes.size(), crypto::Sha256(bytes).ToHex().c_str());
  return 0;
}

// The plan of a real groove that is `kDrawnBars` long or more: 4/4, a section of eight bars, fills at their ends.
std::vector<GrooveBar> DrawnPlan() {
  std::vector<GrooveBar> plan(kDrawnBars);
  for (size_t k = 0; k < plan.size(); ++k) plan[k].phrase = static_cast<int>(k % 8);
  return plan;
}

int Measure(const Flags& flags) {
  std::ifstream in(flags.file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return Fail(NotFound("cannot read " + flags.file));
  const Result<GrooveModel> model = ParseGrooveModel(bytes);
  if (!model.ok()) return Fail(model.status().WithContext(flags.file));
  const Result<GrooveDataset> train = LoadGrooveDataset(flags.groove, "train");
  if (!train.ok()) return Fail(train.status());
  const Result<GrooveDataset> judged = LoadGrooveDataset(flags.groove, flags.split);
  if (!judged.ok()) return Fail(judged.status());
  PrintBits(flags.split, MeasureBits(*model, train->performances, judged->performances));

  const BarRuns runs(train->performances);
  std::vector<int> human, drawn;
  for (const Performance& performance : judged->performances) {
    for (size_t k = 0; k + kDrawnBars <= performance.bars.size(); k += kDrawnBars) {
      human.push_back(runs.Longest({performance.bars.begin() + static_cast<std::ptrdiff_t>(k),
                                    performance.bars.begin() + static_cast<std::ptrdiff_t>(k + kDrawnBars)}));
    }
  }
  std::printf("%-15s %6s %9s %6s %8s %6s | overlap with real bars: %7s %8s %9s %7s\n", "style", "bars", "hits/beat",
              "drawn", "repeated", "drawn", "density", "velocity", "deviation", "drums");
  for (int style = 0; style < kGrooveStyles; ++style) {
    std::vector<const std::vector<DrumBar>*> real;
    std::vector<std::vector<DrumBar>> grooves;
    // Beats of all splits: most styles have too few bars in one.
    for (const Performance& performance : train->performances) {
      if (performance.style == style && !performance.bars[0].fill) real.push_back(&performance.bars);
    }
    for (int g = 0; g < kDrawnGrooves; ++g) {
      Result<std::vector<DrumBar>> groove =
          DrawGroove(*model, style, DrawnPlan(), flags.settings, flags.seed * 1000 + static_cast<uint64_t>(g));
      if (!groove.ok()) return Fail(groove.status());
      drawn.push_back(runs.Longest(*groove));
      grooves.push_back(std::move(groove).value());
    }
    std::vector<const std::vector<DrumBar>*> made;
    for (const std::vector<DrumBar>& groove : grooves) made.push_back(&groove);
    const GrooveProfile a = ProfileOf(real), b = ProfileOf(made);
    std::printf("%-15s %6lld %9.2f %6.2f %8.2f %6.2f | %31.2f %8.2f %9.2f %7.2f\n",
                std::string(GrooveStyleName(style)).c_str(), static_cast<long long>(a.bars), a.hits_per_beat,
                b.hits_per_beat, a.repeated, b.repeated, Overlap(a.density, b.density), Overlap(a.velocity, b.velocity),
                Overlap(a.deviation, b.deviation), Overlap(a.drums, b.drums));
  }
  auto spread = [](const char* what, std::vector<int>& values) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    double sum = 0;
    for (const int value : values) sum += value;
    std::printf(
        "longest run of bars as in a training performance, %s, of %d bars: mean %.2f, median %d, p95 %d, most "
        "%d, over %zu\n",
        what, kDrawnBars, sum / static_cast<double>(values.size()), values[values.size() / 2],
        values[values.size() * 95 / 100], values.back(), values.size());
  };
  spread("people", human);
  spread("drawn", drawn);
  return 0;
}

// One line a drum and bar: a digit for each hit, its velocity in tenths of 127.
int DrawTab(const Flags& flags) {
  std::ifstream in(flags.file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const Result<GrooveModel> model = ParseGrooveModel(bytes);
  if (!model.ok()) return Fail(model.status().WithContext(flags.file));
  const int style = GrooveStyleNumber(flags.style);
  if (style < 0) return Fail(InvalidArgument("--style '" + flags.style + "' is not one of " + GrooveStyleList()));
  std::vector<GrooveBar> plan(static_cast<size_t>(flags.bars));
  for (size_t k = 0; k < plan.size(); ++k) {
    plan[k].beats = flags.beats;
    plan[k].phrase = static_cast<int>(k);
    plan[k].fill = k + 1 == plan.size();
    plan[k].intensity = flags.intensity;
  }
  const Result<std::vector<DrumBar>> groove = DrawGroove(*model, style, plan, flags.settings, flags.seed);
  if (!groove.ok()) return Fail(groove.status());
  for (int drum = kDrums; drum-- > 0;) {
    std::string line;
    for (const DrumBar& bar : *groove) {
      line += "|";
      for (const Beat& beat : bar.beats) {
        for (int s = 0; s < beat.StepCount(); ++s) {
          const Step& step = beat.steps[static_cast<size_t>(s)];
          const bool hit = step.mask >> drum & 1;
          line += hit ? static_cast<char>('0' + step.strokes[static_cast<size_t>(drum)].velocity * 10 / 128) : '-';
        }
        line += beat.triplet ? "  " : " ";
      }
    }
    std::printf("%-10s %s\n", std::string(TraitsOf(drum).name).c_str(), line.c_str());
  }
  return 0;
}

}  // namespace

void AddDrumsCommands(CLI::App& app, std::function<int()>* action) {
  auto flags = std::make_shared<Flags>();
  CLI::App* train = app.add_subcommand("drums", "Train the groove model from the Groove MIDI Dataset.");
  train->add_option("--groove", flags->groove, "Folder with info.csv and the MIDI files")->required();
  train->add_option("--out", flags->file, "The groove model file to write")->required();
  train->add_option("--seed", flags->seed, "Of the order of performances")->capture_default_str();
  train->callback([flags, action] { *action = [flags] { return Train(*flags); }; });
  CLI::App* measure = app.add_subcommand("drums-measure", "Measure a groove model against real drumming.");
  measure->add_option("--groove", flags->groove, "Folder with info.csv and the MIDI files")->required();
  measure->add_option("--model", flags->file, "Groove model file")->required();
  measure->add_option("--split", flags->split, "validation or test")->capture_default_str();
  measure->add_option("--seed", flags->seed, "Of the grooves that are drawn")->capture_default_str();
  measure->add_option("--sharpness", flags->settings.sharpness_permille, "In thousandths")->capture_default_str();
  measure->add_option("--lead", flags->settings.lead_permille, "In thousandths")->capture_default_str();
  CLI::App* draw = app.add_subcommand("drums-draw", "Draw a groove and print it as a tab; its last bar is a fill.");
  draw->add_option("--model", flags->file, "Groove model file")->required();
  draw->add_option("--style", flags->style, "Such as rock")->capture_default_str();
  draw->add_option("--bars", flags->bars, "Bars")->capture_default_str()->check(CLI::Range(1, 64));
  draw->add_option("--beats", flags->beats, "Quarters a bar")->capture_default_str();
  draw->add_option("--intensity", flags->intensity, "0 to 100")->capture_default_str();
  draw->add_option("--seed", flags->seed, "Of the groove")->capture_default_str();
  draw->callback([flags, action] { *action = [flags] { return DrawTab(*flags); }; });
  measure->callback([flags, action] { *action = [flags] { return Measure(*flags); }; });
}

}  // namespace ledgerline::train
