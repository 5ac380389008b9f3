#include "tools/train/influence_commands.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "crypto/sha256.h"
#include "inference/influence/damped_fisher.h"
#include "inference/influence/datamodel_score.h"
#include "inference/influence/piece_gradients.h"
#include "inference/influence/retraining.h"
#include "inference/influence/validation_file.h"
#include "inference/learning/kept_memory.h"
#include "inference/model/model_file.h"
#include "inference/music/score_file.h"
#include "inference/tokens/arranger.h"
#include "tools/train/influence_shares.h"
#include "tools/train/recorded_cover.h"

namespace ledgerline::train {
namespace {

using namespace influence;  // NOLINT: this file is about it

struct Flags {
  std::string model, corpus, out, config, index, midi, genre, served, name, by = "piece";
  std::vector<std::string> cover;  // DIR ENTRY
  size_t top = 15;
  size_t pieces = 0;
  InfluenceMethod method;
  RetrainingPlan plan;
  SharesRequest shares;
  int threads = 1;
  bool json = false;
};

double SecondsSince(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// Every training piece, or `count` of them in the order of a hash of seed and id.
Result<learning::Dataset> IndexedPieces(const Flags& flags) {
  ASSIGN_OR_RETURN(learning::Dataset train, learning::LoadDataset(flags.corpus, "train"));
  if (flags.pieces == 0 || flags.pieces >= train.pieces.size()) return train;
  RetrainingPlan plan;
  plan.seed = flags.method.seed;
  plan.events_min = 1;
  plan.events_max = SIZE_MAX;
  return DrawPieces(train, plan, flags.pieces);
}

Status Index(const Flags& flags) {
  learning::KeepFreedMemory();
  at::set_num_threads(flags.threads);
  RETURN_IF_ERROR(flags.method.Check());
  ASSIGN_OR_RETURN(const std::string model, model::ReadFileBytes(flags.model));
  ASSIGN_OR_RETURN(const learning::Dataset pieces, IndexedPieces(flags));
  const auto began = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const InfluenceIndex index, MakeIndex(model, pieces, flags.corpus, flags.method, [&](size_t done) {
                     if (done % 100 != 0) return;
                     std::fprintf(stderr, "%zu of %zu pieces, %.0f s\n", done, pieces.pieces.size(),
                                  SecondsSince(began));
                   }));
  ASSIGN_OR_RETURN(const std::string bytes, index.Serialise());
  RETURN_IF_ERROR(model::WriteFileBytes(flags.out, bytes));
  std::printf(
      "%s: %zu pieces, %u matrices, %zu numbers a piece, %zu bytes, %.0f s\n  %s\n  model %s, served as %s\n  SHA-256 "
      "%s\n",
      flags.out.c_str(), index.pieces.size(), index.matrices, index.Dimensions(), bytes.size(), SecondsSince(began),
      index.method.Name().c_str(), index.model.ToHex().c_str(), index.served.ToHex().c_str(),
      crypto::Sha256(bytes).ToHex().c_str());
  return Status::Ok();
}

// What is asked about: its name, and the piece.
Result<std::pair<std::string, tokens::Piece>> AskedPiece(const Flags& flags, const InfluenceIndex& index) {
  if (flags.cover.empty() == flags.midi.empty()) return InvalidArgument("give one of --cover and --midi");
  if (!flags.midi.empty()) {
    ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(flags.midi));
    const Result<music::Score> score = music::ReadScore(bytes);
    if (!score.ok()) return score.status().WithContext(flags.midi);
    Result<tokens::Piece> piece = tokens::ArrangeForTraining(*score, flags.genre);
    if (!piece.ok()) return piece.status().WithContext(flags.midi + " as " + flags.genre);
    return std::pair(flags.name.empty() ? flags.midi : flags.name, *std::move(piece));
  }
  if (flags.served.empty()) return InvalidArgument("--cover needs --served, the model file that made it");
  char* end = nullptr;
  const uint64_t entry = std::strtoull(flags.cover[1].c_str(), &end, 10);
  if (flags.cover[1].empty() || *end != '\0') {
    return InvalidArgument("--cover: \"" + flags.cover[1] + "\" is not an entry's index");
  }
  ASSIGN_OR_RETURN(RecordedCover cover, ComposeRecordedCover(flags.cover[0], entry, flags.served));
  if (cover.model != index.served) {
    return FailedPrecondition("the index is of a model served as " + index.served.ToHex() + ", the cover was made by " +
                              cover.model.ToHex());
  }
  return std::pair(cover.id, std::move(cover.piece));
}

const std::string& GroupOf(const IndexedPiece& piece, const std::string& by) {
  return by == "composer" ? piece.composer : by == "collection" ? piece.collection : piece.id;
}

void PrintInfluences(const Flags& flags, const InfluenceIndex& index, const std::vector<double>& influences,
                     const std::vector<uint64_t>& whole) {
  struct Group {
    std::string name;
    size_t pieces = 0;
    uint64_t whole = 0;
    double sum = 0;
    const IndexedPiece* one = nullptr;
  };
  std::map<std::string, Group> groups;
  for (size_t i = 0; i < influences.size(); ++i) {
    Group& group = groups[GroupOf(index.pieces[i], flags.by)];
    group.name = GroupOf(index.pieces[i], flags.by);
    ++group.pieces;
    group.whole += whole[i];
    group.sum += influences[i];
    group.one = &index.pieces[i];
  }
  std::vector<Group> order;
  for (const auto& [name, group] : groups) order.push_back(group);
  std::stable_sort(order.begin(), order.end(), [](const Group& a, const Group& b) { return a.whole > b.whole; });
  if (order.size() > flags.top) order.resize(flags.top);
  if (flags.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Group& group : order) {
      list.push_back({{flags.by, group.name},
                      {"pieces", group.pieces},
                      {"influence", group.whole},
                      {"signed_influence", group.sum}});
    }
    std::printf("%s\n", list.dump(2).c_str());
    return;
  }
  std::printf("%-44s %7s %12s %14s\n", flags.by.c_str(), "pieces", "influence %", "signed");
  for (const Group& group : order) {
    std::printf("%-44.44s %7zu %12.3f %14.4f  %s\n", group.name.c_str(), group.pieces,
                static_cast<double>(group.whole) / 1e7, group.sum,
                flags.by == "piece" ? group.one->composer.c_str() : "");
  }
}

Status Of(const Flags& flags) {
  at::set_num_threads(flags.threads);
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(flags.index));
  const Result<InfluenceIndex> index = InfluenceIndex::Parse(bytes);
  if (!index.ok()) return index.status().WithContext(flags.index);
  ASSIGN_OR_RETURN(const std::string model, model::ReadFileBytes(flags.model));
  if (crypto::Sha256(model) != index->model) {
    return FailedPrecondition("the index is of model " + index->model.ToHex() + "; " + flags.model + " is " +
                              crypto::Sha256(model).ToHex());
  }
  ASSIGN_OR_RETURN(const auto asked, AskedPiece(flags, *index));
  ASSIGN_OR_RETURN(const model::ModelFile stored, model::ParseModelFile(model));
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(stored));
  PieceGradients gradients(network, index->method);
  if (gradients.matrices() != index->matrices) {
    return FailedPrecondition("the index has " + std::to_string(index->matrices) + " matrices, this program measures " +
                              std::to_string(gradients.matrices()));
  }
  ASSIGN_OR_RETURN(const PieceGradient gradient, gradients.Of(asked.second));
  ASSIGN_OR_RETURN(const DampedFisher fisher, DampedFisher::Of(*index));
  const std::vector<double> influences = InfluencesOn(*index, fisher, gradient.projected);
  ASSIGN_OR_RETURN(const std::vector<uint64_t> whole, WholeInfluences(influences));
  if (!flags.json) {
    const auto above = std::count_if(whole.begin(), whole.end(), [](uint64_t value) { return value > 0; });
    std::printf("%s: %u events, %.4f nats a note; %zu pieces, %td of them with influence above 0\n",
                asked.first.c_str(), gradient.events, gradient.nats / gradient.events, index->pieces.size(), above);
  }
  PrintInfluences(flags, *index, influences, whole);
  if (flags.out.empty()) return Status::Ok();
  return model::WriteFileBytes(flags.out, FormatCoverInfluences(*index, crypto::Sha256(bytes), asked.first, whole));
}

Status Validate(const Flags& flags) {
  RETURN_IF_ERROR(flags.method.Check());
  ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(flags.config));
  RetrainingPlan plan = flags.plan;
  const Result<learning::TrainingConfig> config = learning::TrainingConfig::Parse(text);
  if (!config.ok()) return config.status().WithContext(flags.config);
  plan.training = *config;
  ASSIGN_OR_RETURN(const learning::Dataset train, learning::LoadDataset(flags.corpus, "train"));
  ASSIGN_OR_RETURN(const learning::Dataset valid, learning::LoadDataset(flags.corpus, "valid"));
  RETURN_IF_ERROR(plan.Check());
  ASSIGN_OR_RETURN(const learning::Dataset pieces, DrawPieces(train, plan, plan.pieces));
  ASSIGN_OR_RETURN(const learning::Dataset queries, DrawPieces(valid, plan, plan.queries));
  const auto say = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  ASSIGN_OR_RETURN(const Retrained retrained, Retrain(pieces, queries, plan, flags.out, say));

  ASSIGN_OR_RETURN(const std::string model, model::ReadFileBytes(retrained.model_path));
  ASSIGN_OR_RETURN(const model::ModelFile stored, model::ParseModelFile(model));
  ASSIGN_OR_RETURN(const InfluenceIndex index, MakeIndex(model, pieces, flags.corpus, flags.method, {}));
  ASSIGN_OR_RETURN(const DampedFisher fisher, DampedFisher::Of(index));
  ASSIGN_OR_RETURN(model::Transformer network, model::NetworkOf(stored));
  PieceGradients gradients(network, flags.method);
  // The index is sorted by id, the subsets count pieces as they were drawn.
  std::map<std::string, size_t> row_of;
  for (size_t i = 0; i < index.pieces.size(); ++i) row_of[index.pieces[i].id] = i;
  const std::vector<std::vector<bool>> subsets = DrawSubsets(plan);
  std::vector<std::vector<double>> predicted, by_notes, seen;
  for (size_t q = 0; q < queries.pieces.size(); ++q) {
    ASSIGN_OR_RETURN(const PieceGradient gradient, gradients.Of(queries.pieces[q].piece));
    const std::vector<double> influences = InfluencesOn(index, fisher, gradient.projected);
    predicted.emplace_back();
    by_notes.emplace_back();
    seen.emplace_back();
    for (size_t s = 0; s < subsets.size(); ++s) {
      double sum = 0, notes = 0;
      for (size_t i = 0; i < pieces.pieces.size(); ++i) {
        if (!subsets[s][i]) continue;
        sum += influences[row_of.at(pieces.pieces[i].id)];
        notes += static_cast<double>(pieces.pieces[i].piece.EventCount());
      }
      predicted.back().push_back(sum);
      by_notes.back().push_back(notes);
      seen.back().push_back(-retrained.subsets[s][q]);
    }
  }
  ASSIGN_OR_RETURN(const DatamodelScore score, ScoreDatamodel(predicted, seen, plan.seed));
  ASSIGN_OR_RETURN(const DatamodelScore prior, ScoreDatamodel(by_notes, seen, plan.seed));
  const auto ppm = [](double value) { return static_cast<int64_t>(std::llround(value * 1e6)); };
  ValidationFile file;
  file.method = flags.method.Name();
  file.model = index.model;
  file.parameters = static_cast<uint64_t>(network->ParameterCount());
  file.pieces = plan.pieces;
  file.queries = plan.queries;
  file.subsets = plan.subsets;
  file.steps = static_cast<uint64_t>(plan.training.steps);
  file.seed = plan.seed;
  file.lds_ppm = ppm(score.score);
  file.low_ppm = ppm(score.low);
  file.high_ppm = ppm(score.high);
  const std::string path = flags.out + "/influence.validation";
  RETURN_IF_ERROR(model::WriteFileBytes(path, file.Serialise()));
  size_t above = 0;
  for (const double value : score.by_query) above += value > 0;
  std::printf(
      "%s\n%llu parameters; %zu pieces, %zu queries, %zu subsets\nLDS %.4f, 95 %% interval %.4f to %.4f; above 0 for "
      "%zu of %zu queries\nnotes of the subset alone: %.4f, %.4f to %.4f\n%s\n",
      file.method.c_str(), static_cast<unsigned long long>(file.parameters), plan.pieces, plan.queries, plan.subsets,
      score.score, score.low, score.high, above, score.by_query.size(), prior.score, prior.low, prior.high,
      path.c_str());
  return Status::Ok();
}

Status Shares(const Flags& flags) {
  SharesRequest request = flags.shares;
  request.index = flags.index;
  request.json = flags.json;
  return PrintShares(request);
}

}  // namespace

void AddInfluenceCommands(CLI::App& app, std::function<int()>* action) {
  auto flags = std::make_shared<Flags>();
  const auto runs = [action, flags](CLI::App* command, Status (*work)(const Flags&)) {
    command->callback([action, flags, work] {
      *action = [flags, work] {
        const Status status = work(*flags);
        if (status.ok()) return 0;
        std::fprintf(stderr, "ledgerline-train: %s\n", status.ToString().c_str());
        return status.code() == StatusCode::kDataLoss ? 1 : 3;
      };
    });
  };
  CLI::App* group = app.add_subcommand("influence", "Which training pieces a cover rests on, and shares of it.");
  group->require_subcommand(1);
  CLI::App* index = group->add_subcommand("index", "Write the projected gradients of the training pieces.");
  index->add_option("--model", flags->model, "The model file in floats")->required();
  index->add_option("--corpus", flags->corpus, "Folder with manifest.tsv and MIDI files")->required();
  index->add_option("--out", flags->out, "Index to write")->required();
  index->add_option("--pieces", flags->pieces, "So many training pieces, drawn by the seed (default: all)");
  index->add_option("--seed", flags->method.seed, "Of the projections, and of the draw")->capture_default_str();
  index->add_option("--rank", flags->method.rank, "Of the projections, 1 to 64")->capture_default_str();
  index->add_option("--rows", flags->method.rows, "Rows read of a piece, from its beginning")->capture_default_str();
  index->add_option("--threads", flags->threads, "Threads")->capture_default_str();
  runs(index, Index);
  CLI::App* of = group->add_subcommand("of", "The influence of training pieces on one cover or score.");
  of->add_option("--index", flags->index, "Index of `influence index`")->required();
  of->add_option("--model", flags->model, "The model file in floats that the index is of")->required();
  of->add_option("--cover", flags->cover, "A ledger's directory, and the index of the cover's entry")->expected(2);
  of->add_option("--served", flags->served, "The model file that made the cover");
  of->add_option("--midi", flags->midi, "A score instead: MIDI or MusicXML, read as a training piece is");
  of->add_option("--genre", flags->genre, "Of that score, as the corpus has it: art-song, mazurka, ...");
  of->add_option("--name", flags->name, "Of that score, in what --out writes (default: its path)");
  of->add_option("--by", flags->by, "What is printed: piece, composer or collection")
      ->check(CLI::IsMember({"piece", "composer", "collection"}))
      ->capture_default_str();
  of->add_option("--top", flags->top, "Lines printed")->capture_default_str();
  of->add_option("--out", flags->out, "Where to put the influences in whole numbers, for `influence shares`");
  of->add_flag("--json", flags->json, "Print JSON");
  runs(of, Of);
  CLI::App* validate = group->add_subcommand("validate", "Hold influence against retraining on halves of some pieces.");
  validate->add_option("--corpus", flags->corpus, "Folder with manifest.tsv and MIDI files")->required();
  validate->add_option("--config", flags->config, "Of the networks, such as tools/train/influence.conf")->required();
  validate->add_option("--out", flags->out, "Folder; a run that was broken off goes on from what is there")->required();
  validate->add_option("--pieces", flags->plan.pieces, "Training pieces")->capture_default_str();
  validate->add_option("--queries", flags->plan.queries, "Pieces of the valid split")->capture_default_str();
  validate->add_option("--subsets", flags->plan.subsets, "Halves, each trained on once")->capture_default_str();
  validate->add_option("--style", flags->plan.styles, "Of pieces and queries; may be repeated (default: any)");
  validate->add_option("--draw", flags->plan.seed, "Seed of pieces, queries, subsets")->capture_default_str();
  validate->add_option("--seed", flags->method.seed, "Of the projections")->capture_default_str();
  validate->add_option("--rank", flags->method.rank, "Of the projections")->capture_default_str();
  validate->add_option("--rows", flags->method.rows, "Rows read of a piece")->capture_default_str();
  runs(validate, Validate);
  CLI::App* shares = group->add_subcommand("shares", "Shares of a training pool, from the influences of its covers.");
  shares->add_option("--index", flags->index, "The index that they were measured with")->required();
  shares->add_option("--influences", flags->shares.influences, "What `influence of --out` wrote; may be repeated");
  shares->add_option("--owners", flags->shares.owners,
                     "match,owner,consent_index as CSV (docs/influence.md; default: each collection owns its pieces)");
  shares->add_option("--validation", flags->shares.validation, "influence.validation of `influence validate`");
  shares->add_option("--period", flags->shares.period, "The pool's, such as 2026-11")->capture_default_str();
  shares->add_option("--statement", flags->shares.statement_out,
                     "Where to put the influences piece by piece: the blob");
  shares->add_option("--event", flags->shares.event_out, "Where to put the event, for `ledgerline batch`");
  shares->add_flag("--json", flags->json, "Print the event as JSON");
  runs(shares, Shares);
}

}  // namespace ledgerline::train
