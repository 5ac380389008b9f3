#include "inference/influence/retraining.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "crypto/sha256.h"
#include "inference/learning/batch.h"
#include "inference/model/counter_random.h"
#include "inference/model/model_file.h"
#include "inference/tokens/vocabulary.h"

namespace ledgerline::influence {
namespace {

using learning::Dataset;
using learning::DatasetPiece;

constexpr uint64_t kSubsetStream = uint64_t{1} << 40;

// Nats a note of a stored network on each query, read alone.
Result<std::vector<double>> QueryLosses(const std::string& model_path, const Dataset& queries) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(model_path));
  ASSIGN_OR_RETURN(const model::ModelFile stored, model::ParseModelFile(bytes));
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(stored));
  std::vector<double> losses;
  for (const DatasetPiece& item : queries.pieces) {
    Dataset one;
    one.pieces.push_back(item);
    losses.push_back(
        learning::EvaluateNetwork(
            *network, learning::CoveringChunks(one, static_cast<size_t>(network->config().context), 1'000'000'000))
            .total);
  }
  return losses;
}

// losses.tsv: a line a query, its id and its nats a note.
std::string FormatLosses(const Dataset& queries, const std::vector<double>& losses) {
  std::string text;
  char number[32];
  for (size_t i = 0; i < losses.size(); ++i) {
    std::snprintf(number, sizeof(number), "%.9g", losses[i]);
    text += queries.pieces[i].id + "\t" + number + "\n";
  }
  return text;
}

Result<std::vector<double>> ParseLosses(const std::string& text, const Dataset& queries, const std::string& path) {
  std::vector<double> losses;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos || losses.size() >= queries.pieces.size() ||
        line.substr(0, tab) != queries.pieces[losses.size()].id) {
      return DataLoss(path + " line " + std::to_string(losses.size() + 1) + " is not of this plan's queries");
    }
    losses.push_back(std::atof(line.c_str() + tab + 1));
  }
  if (losses.size() != queries.pieces.size()) {
    return DataLoss(path + " has " + std::to_string(losses.size()) + " of " + std::to_string(queries.pieces.size()) +
                    " queries");
  }
  return losses;
}

// Trains one network, unless its losses are known.
Result<std::vector<double>> TrainOne(const Dataset& pieces, const Dataset& queries, const RetrainingPlan& plan,
                                     const std::string& dir, bool keep,
                                     const std::function<void(const std::string&)>& report) {
  const std::string path = dir + "/losses.tsv";
  if (std::filesystem::exists(path)) {
    ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(path));
    return ParseLosses(text, queries, path);
  }
  learning::TrainingConfig config = plan.training;
  config.evaluate_every = config.steps;  // once, at the end: every subset is judged after equally many steps
  ASSIGN_OR_RETURN(const learning::TrainingSummary summary, learning::Train(pieces, queries, config, "", dir, report));
  if (!summary.finished) return FailedPrecondition(dir + ": stopped by the clock; the same command goes on");
  ASSIGN_OR_RETURN(std::vector<double> losses, QueryLosses(dir + "/best.model", queries));
  RETURN_IF_ERROR(model::WriteFileBytes(path, FormatLosses(queries, losses)));
  std::error_code ignored;
  std::filesystem::remove(dir + "/checkpoint.state", ignored);
  if (!keep) std::filesystem::remove(dir + "/best.model", ignored);
  return losses;
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

Status RetrainingPlan::Check() const {
  struct Bound {
    const char* name;
    size_t value, lowest, highest;
  };
  for (const Bound& bound : {Bound{"pieces", pieces, 4, 100'000}, Bound{"queries", queries, 1, 10'000},
                             Bound{"subsets", subsets, 4, 10'000}}) {
    if (bound.value < bound.lowest || bound.value > bound.highest) {
      return OutOfRange(std::string(bound.name) + " " + std::to_string(bound.value) + " is outside " +
                        std::to_string(bound.lowest) + " to " + std::to_string(bound.highest));
    }
  }
  for (const std::string& style : styles) {
    if (tokens::StyleNumber(style) < 1) return InvalidArgument("style \"" + style + "\" is none that the corpus has");
  }
  return Status::Ok();
}

Result<Dataset> DrawPieces(const Dataset& split, const RetrainingPlan& plan, size_t count) {
  std::vector<std::pair<Hash256, const DatasetPiece*>> admitted;
  for (const DatasetPiece& item : split.pieces) {
    const size_t events = item.piece.EventCount();
    const bool styled = plan.styles.empty() || std::find(plan.styles.begin(), plan.styles.end(),
                                                         tokens::StyleName(item.piece.style)) != plan.styles.end();
    if (!styled || events < plan.events_min || events > plan.events_max) continue;
    admitted.emplace_back(crypto::Sha256(std::to_string(plan.seed) + "\n" + item.id), &item);
  }
  if (admitted.size() < count) {
    return FailedPrecondition("the split has " + std::to_string(admitted.size()) + " pieces of the wanted styles and " +
                              std::to_string(plan.events_min) + " to " + std::to_string(plan.events_max) + " notes; " +
                              std::to_string(count) + " are wanted");
  }
  std::sort(admitted.begin(), admitted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Dataset drawn;
  for (size_t i = 0; i < count; ++i) drawn.pieces.push_back(*admitted[i].second);
  return drawn;
}

std::vector<std::vector<bool>> DrawSubsets(const RetrainingPlan& plan) {
  std::vector<std::vector<bool>> subsets;
  for (size_t s = 0; s < plan.subsets; ++s) {
    model::CounterRandom random(plan.seed, kSubsetStream + s);
    std::vector<size_t> order(plan.pieces);
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::vector<bool> chosen(plan.pieces, false);
    for (size_t i = 0; i < plan.pieces / 2; ++i) {  // Fisher and Yates, as far as needed
      std::swap(order[i], order[i + random.Below(static_cast<uint32_t>(plan.pieces - i))]);
      chosen[order[i]] = true;
    }
    subsets.push_back(std::move(chosen));
  }
  return subsets;
}

Result<Retrained> Retrain(const Dataset& pieces, const Dataset& queries, const RetrainingPlan& plan,
                          const std::string& out_dir, const std::function<void(const std::string&)>& report) {
  RETURN_IF_ERROR(plan.Check());
  Retrained result;
  const std::string whole = out_dir + "/whole";
  std::error_code error;
  std::filesystem::create_directories(whole, error);
  ASSIGN_OR_RETURN(result.whole, TrainOne(pieces, queries, plan, whole, /*keep=*/true, report));
  result.model_path = whole + "/best.model";
  report("whole: " + std::to_string(Mean(result.whole)) + " nats a note over the queries");
  const std::vector<std::vector<bool>> subsets = DrawSubsets(plan);
  for (size_t s = 0; s < subsets.size(); ++s) {
    Dataset half;
    for (size_t i = 0; i < pieces.pieces.size(); ++i) {
      if (subsets[s][i]) half.pieces.push_back(pieces.pieces[i]);
    }
    const std::string name = "subset-" + std::to_string(s);
    std::filesystem::create_directories(out_dir + "/" + name, error);
    ASSIGN_OR_RETURN(std::vector<double> losses,
                     TrainOne(half, queries, plan, out_dir + "/" + name, /*keep=*/false, report));
    report(name + ": " + std::to_string(Mean(losses)) + " nats a note over the queries");
    result.subsets.push_back(std::move(losses));
  }
  return result;
}

}  // namespace ledgerline::influence
