// ledgerline-train: trains the generator's model from a corpus, or measures a model file on one of its splits.
//
//   ledgerline-train run --corpus DIR --config FILE [--from MODEL] --out DIR
//   ledgerline-train evaluate --corpus DIR --model FILE [--split valid] [--rows N]
//   ledgerline-train describe --corpus DIR [--ids SPLIT]       by style; or the pieces of a split that are read, one by
//   one ledgerline-train baseline --corpus DIR [--split valid]       unigram and n-gram, trained on the training split
//   ledgerline-train curve --log FILE --out FILE [--baseline NATS]  the loss log as an SVG
//   ledgerline-train adapt, judge-adapters, merge, corpus-summary   adapters: adapter_commands.h
//   ledgerline-train drums, drums-measure                      the groove model: drums_commands.h
//   ledgerline-train chorales                                  the JSB chorales benchmark: chorale_commands.h
//   ledgerline-train influence index, of, shares, validate     training pieces that a cover rests on:
//   influence_commands.h ledgerline-train figures --corpus DIR --out FILE             what training pieces have, for
//   the borrowing guard ledgerline-train pack --corpus DIR --model FILE --out FILE   adds the styles' textures: what
//   covers load ledgerline-train quantise --model FILE --out FILE            its large matrices as int8 with scales
//   ledgerline-train compare --corpus DIR --model FILE [--split valid] [--rows N]  the kernel's loss beside LibTorch's
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "inference/covers/borrowing_guard.h"
#include "inference/covers/cover_score.h"
#include "inference/covers/style_book.h"
#include "inference/learning/trainer.h"
#include "inference/model/model_file.h"
#include "tools/train/adapter_commands.h"
#include "tools/train/chorale_commands.h"
#include "tools/train/drums_commands.h"
#include "tools/train/influence_commands.h"
#include "tools/train/kernel_commands.h"
#include "tools/train/loss_curve.h"
#include "tools/train/preference_commands.h"

namespace {

using namespace ledgerline;            // NOLINT: a program's main file
using namespace ledgerline::learning;  // NOLINT

int Fail(const Status& status) {
  std::fprintf(stderr, "ledgerline-train: %s\n", status.ToString().c_str());
  return 3;
}

// Pieces, bars and notes by style, and what was skipped.
void PrintDataset(const char* name, const Dataset& dataset) {
  std::map<int, std::array<size_t, 4>> styles;
  for (const DatasetPiece& item : dataset.pieces) {
    std::array<size_t, 4>& counts = styles[item.piece.style];
    counts[0] += 1;
    counts[1] += item.piece.bars.size();
    counts[2] += item.piece.EventCount();
    for (const tokens::PieceBar& bar : item.piece.bars) counts[3] += bar.melody.size();
  }
  std::printf("%s: %zu pieces\n%-16s %8s %8s %9s %9s\n", name, dataset.pieces.size(), "style", "pieces", "bars",
              "notes", "melody");
  for (const auto& [style, counts] : styles) {
    std::printf("%-16s %8zu %8zu %9zu %9zu\n", std::string(tokens::StyleName(style)).c_str(), counts[0], counts[1],
                counts[2], counts[3]);
  }
  for (const auto& [reason, count] : dataset.skipped) std::printf("skipped, %s: %d\n", reason.c_str(), count);
  std::fflush(stdout);
}

int Run(const std::string& corpus, const std::string& config_path, const std::string& start, const std::string& out) {
  std::ifstream in(config_path);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return Fail(NotFound("cannot read " + config_path));
  const Result<TrainingConfig> config = TrainingConfig::Parse(text.str());
  if (!config.ok()) return Fail(config.status().WithContext(config_path));
  const Result<Dataset> train = LoadDataset(corpus, "train");
  if (!train.ok()) return Fail(train.status());
  const Result<Dataset> valid = LoadDataset(corpus, "valid");
  if (!valid.ok()) return Fail(valid.status());
  PrintDataset("train", *train);
  const Result<TrainingSummary> summary = Train(*train, *valid, *config, start, out, [](const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  });
  if (!summary.ok()) return Fail(summary.status());
  std::printf("%s after %lld steps, %lld rows, %lld notes, %.0f s; best valid %.4f nats a note at step %lld\n",
              summary->finished ? "finished" : "stopped by the clock", static_cast<long long>(summary->steps),
              static_cast<long long>(summary->rows), static_cast<long long>(summary->notes), summary->seconds,
              summary->best_valid.total, static_cast<long long>(summary->best_step));
  return 0;
}

void PrintEvaluation(const std::string& what, const Evaluation& result) {
  std::printf("%s: %.4f nats a note over %lld notes (onset %.4f role %.4f pitch %.4f duration %.4f)\n", what.c_str(),
              result.total, static_cast<long long>(result.notes), result.onset, result.role, result.pitch,
              result.duration);
  std::fflush(stdout);
}

int Baseline(const std::string& corpus, const std::string& split) {
  const Result<Dataset> train = LoadDataset(corpus, "train");
  if (!train.ok()) return Fail(train.status());
  const Result<Dataset> judged = LoadDataset(corpus, split);
  if (!judged.ok()) return Fail(judged.status());
  for (const bool unigram : {true, false}) {
    Ngram ngram(unigram);
    ngram.Train(*train);
    PrintEvaluation(split + (unigram ? ", unigram" : ", n-gram"), ngram.Evaluate(*judged));
  }
  return 0;
}

// The figure index of the training split, and what human pieces of the other splits have in common with it.
int Figures(const std::string& corpus, const std::string& out) {
  const Result<Dataset> train = LoadDataset(corpus, "train");
  if (!train.ok()) return Fail(train.status());
  fingerprint::FigureCollector collector;
  for (const DatasetPiece& item : train->pieces) collector.Add(fingerprint::FiguresOf(covers::TextureOf(item.piece)));
  const std::string bytes = collector.Build(covers::kFigurePiecesMax).Serialise();
  const Status written = model::WriteFileBytes(out, bytes);
  if (!written.ok()) return Fail(written);
  const Result<covers::BorrowingGuard> guard = covers::BorrowingGuard::Load(bytes);
  if (!guard.ok()) return Fail(guard.status());
  std::printf("%zu pieces, %zu bytes\n", train->pieces.size(), bytes.size());
  for (const char* split : {"valid", "test"}) {
    const Result<Dataset> judged = LoadDataset(corpus, split);
    if (!judged.ok()) return Fail(judged.status());
    std::vector<double> covered, longest;
    for (const DatasetPiece& item : judged->pieces) {
      const fingerprint::Borrowing found = guard->Measure(item.piece);
      covered.push_back(static_cast<double>(found.CoveredPpm()) / 1e4);
      longest.push_back(static_cast<double>(found.longest));
    }
    for (const auto& [name, values] : {std::pair("% of the notes", &covered), std::pair("notes in a row", &longest)}) {
      std::sort(values->begin(), values->end());
      double sum = 0;
      for (const double value : *values) sum += value;
      const auto at = [&, of = values](double share) {
        return (*of)[static_cast<size_t>(share * static_cast<double>(of->size() - 1))];
      };
      std::printf("%s, %s: mean %.1f, median %.1f, p90 %.1f, p95 %.1f, p99 %.1f\n", split, name,
                  sum / static_cast<double>(values->size()), at(.5), at(.9), at(.95), at(.99));
    }
  }
  return 0;
}

int Curve(const std::string& log, const std::string& out, double baseline) {
  const Result<std::string> tsv = model::ReadFileBytes(log);
  if (!tsv.ok()) return Fail(tsv.status());
  const Result<std::string> svg = LossCurveSvg(*tsv, baseline);
  if (!svg.ok()) return Fail(svg.status());
  const Status written = model::WriteFileBytes(out, *svg);
  return written.ok() ? 0 : Fail(written);
}

// Adds what the planner needs to know of each offered style, measured on the training split.
int Pack(const std::string& corpus, const std::string& model_path, const std::string& out) {
  const Result<Dataset> train = LoadDataset(corpus, "train");
  if (!train.ok()) return Fail(train.status());
  const Result<std::string> bytes = model::ReadFileBytes(model_path);
  if (!bytes.ok()) return Fail(bytes.status());
  Result<model::ModelFile> file = model::ParseModelFile(*bytes);
  if (!file.ok()) return Fail(file.status());
  std::vector<covers::StyleTraits> styles = covers::OfferedStyles();
  styles.insert(styles.end(), covers::AdapterStyles().begin(), covers::AdapterStyles().end());
  for (const covers::StyleTraits& style : styles) {
    std::vector<const tokens::Piece*> pieces;
    for (const DatasetPiece& item : train->pieces) {
      if (tokens::StyleName(item.piece.style) == style.name) pieces.push_back(&item.piece);
    }
    file->metadata["melody." + std::string(style.name)] = std::to_string(covers::MeanMelodyTenths(pieces));
    file->metadata["texture." + std::string(style.name)] = covers::FormatTextures(covers::CountTextures(pieces));
  }
  const Status written = model::WriteFileBytes(out, model::SerialiseModelFile(*file));
  return written.ok() ? 0 : Fail(written);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Trains and measures the generator's model."};
  app.require_subcommand(1);
  std::string corpus, config, out, model, split = "valid";
  int64_t rows = 1'000'000'000;
  int threads = 1;
  CLI::App* run = app.add_subcommand("run", "Train, or go on training, from a corpus.");
  run->add_option("--corpus", corpus, "Folder with manifest.tsv and MIDI files")->required();
  run->add_option("--config", config, "Training configuration, \"key = value\" lines")->required();
  std::string start;
  run->add_option("--from", start,
                  "Begin with this model file's parameters; a run that has a checkpoint goes on from that");
  run->add_option("--out", out, "Folder for checkpoint.state, best.model and loss.tsv")->required();
  CLI::App* evaluate = app.add_subcommand("evaluate", "Nats per note of a model file on a split.");
  evaluate->add_option("--corpus", corpus, "Folder with manifest.tsv and MIDI files")->required();
  evaluate->add_option("--model", model, "Model file")->required();
  evaluate->add_option("--split", split, "train, valid, test or demo");
  evaluate->add_option("--rows", rows, "At most so many rows");
  evaluate->add_option("--threads", threads, "Threads");
  CLI::App* describe = app.add_subcommand("describe", "What the corpus gives, by style.");
  describe->add_option("--corpus", corpus, "Folder with manifest.tsv and MIDI files")->required();
  std::string ids;
  describe->add_option("--ids", ids, "List the pieces of this split that are read: the manifest's id, and the style");
  CLI::App* baseline = app.add_subcommand("baseline", "Nats per note of unigram and n-gram baselines on a split.");
  baseline->add_option("--corpus", corpus, "Folder with manifest.tsv and MIDI files")->required();
  baseline->add_option("--split", split, "valid, test or demo");
  std::string log;
  double nats = 0;
  CLI::App* curve = app.add_subcommand("curve", "Draw a run's loss log.");
  curve->add_option("--log", log, "loss.tsv of a run")->required();
  curve->add_option("--out", out, "SVG file to write")->required();
  curve->add_option("--baseline", nats, "Nats a note of a baseline, for a dashed line");
  CLI::App* figures =
      app.add_subcommand("figures", "Write the figure index of the training split, and judge human pieces.");
  figures->add_option("--corpus", corpus, "Folder with manifest.tsv and MIDI files")->required();
  figures->add_option("--out", out, "Figure index to write")->required();
  CLI::App* pack = app.add_subcommand("pack", "Add the styles' textures to a trained model.");
  pack->add_option("--corpus", corpus, "Folder with manifest.tsv and MIDI files")->required();
  pack->add_option("--model", model, "Model file from a run")->required();
  pack->add_option("--out", out, "Model file to write")->required();
  std::function<int()> chosen;
  train::AddDrumsCommands(app, &chosen);
  train::AddChoraleCommand(app, &chosen);
  train::AddAdapterCommands(app, &chosen);
  train::AddInfluenceCommands(app, &chosen);
  train::AddPreferenceCommand(app, &chosen);
  CLI::App* quantise = app.add_subcommand("quantise", "Write a model's large matrices as int8 with scales.");
  quantise->add_option("--model", model, "Model file")->required();
  quantise->add_option("--out", out, "Model file to write")->required();
  CLI::App* compare = app.add_subcommand("compare", "The exact kernel's loss beside LibTorch's, on the same rows.");
  compare->add_option("--corpus", corpus, "Folder with manifest.tsv and MIDI files")->required();
  compare->add_option("--model", model, "Model file")->required();
  compare->add_option("--split", split, "train, valid, test or demo");
  compare->add_option("--rows", rows, "At most so many rows");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (chosen) return chosen();
  if (*quantise) return train::Quantise(model, out);
  if (*compare) return train::Compare(corpus, model, split, rows);
  if (*run) return Run(corpus, config, start, out);
  if (*baseline) return Baseline(corpus, split);
  if (*curve) return Curve(log, out, nats);
  if (*figures) return Figures(corpus, out);
  if (*pack) return Pack(corpus, model, out);
  if (*describe && !ids.empty()) {
    const Result<Dataset> dataset = LoadDataset(corpus, ids);
    if (!dataset.ok()) return Fail(dataset.status());
    for (const DatasetPiece& item : dataset->pieces) {
      std::printf("%s\t%s\n", item.id.c_str(), std::string(tokens::StyleName(item.piece.style)).c_str());
    }
    return 0;
  }
  if (*describe) {
    for (const char* name : {"train", "valid", "test", "demo"}) {
      const Result<Dataset> dataset = LoadDataset(corpus, name);
      if (!dataset.ok()) return Fail(dataset.status());
      PrintDataset(name, *dataset);
    }
    return 0;
  }
  const Result<Dataset> dataset = LoadDataset(corpus, split);
  if (!dataset.ok()) return Fail(dataset.status());
  const Result<Evaluation> result = Evaluate(model, *dataset, rows, threads);
  if (!result.ok()) return Fail(result.status());
  PrintEvaluation(split, *result);
  return 0;
}
