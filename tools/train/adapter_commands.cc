#include "tools/train/adapter_commands.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "crypto/sha256.h"
#include "inference/covers/style_book.h"
#include "inference/kernel/adapter_merge.h"
#include "inference/learning/adapter_trainer.h"

namespace ledgerline::train {
namespace {

using namespace learning;  // NOLINT: this file is about it

// What a style needs to be offered by the base alone; smaller ones come as adapters.
constexpr size_t kTrainingPieces = 60, kHeldOutPieces = 10;

struct Flags {
  std::string base, corpus, config, style, composer, pieces, split = "train", artist, out;
  bool shipped = false;
  std::vector<std::string> adapters;
  int threads = 1;
};

int Fail(const Status& status) {
  std::fprintf(stderr, "ledgerline-train: %s\n", status.ToString().c_str());
  return 3;
}

Dataset OfStyle(const Dataset& dataset, const std::string& style) {
  Dataset chosen;
  for (const DatasetPiece& item : dataset.pieces) {
    if (tokens::StyleName(item.piece.style) == style) chosen.pieces.push_back(item);
  }
  return chosen;
}

// The pieces of one split that --composer or --pieces names. Errors: kNotFound.
Result<Dataset> Chosen(const Flags& flags) {
  ASSIGN_OR_RETURN(const Dataset all, LoadDataset(flags.corpus, flags.split));
  std::set<std::string> ids;
  if (!flags.pieces.empty()) {
    ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(flags.pieces));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) ids.insert(line);
    }
  }
  Dataset chosen;
  for (const DatasetPiece& item : all.pieces) {
    if (flags.pieces.empty() ? item.composer == flags.composer : ids.count(item.id) > 0) chosen.pieces.push_back(item);
  }
  if (!chosen.pieces.empty()) return chosen;
  return NotFound("no piece of " + (flags.pieces.empty() ? "composer \"" + flags.composer + "\"" : flags.pieces) +
                  " is in the split " + flags.split + " and readable");
}

// Trains and writes one adapter. `unseen`: pieces that neither base nor adapter was trained on; may be empty.
Status TrainOne(const Flags& flags, const std::string& base, const AdapterConfig& config, const Dataset& pieces,
                const Dataset& unseen, const std::string& style, const std::string& out) {
  const auto report = [&](const std::string& line) {
    std::printf("%s: %s\n", out.c_str(), line.c_str());
    std::fflush(stdout);
  };
  ASSIGN_OR_RETURN(TrainedAdapter trained, TrainAdapter(base, pieces, config, report));
  model::AdapterCard& card = trained.file.card;
  card.style = style;
  card.artist = flags.artist;
  if (!style.empty()) {
    std::vector<const tokens::Piece*> used;
    for (const DatasetPiece& item : pieces.pieces) used.push_back(&item.piece);
    card.notes["melody." + style] = std::to_string(covers::MeanMelodyTenths(used));
    card.notes["texture." + style] = covers::FormatTextures(covers::CountTextures(used));
  }
  std::string apart;
  if (!unseen.pieces.empty()) {
    ASSIGN_OR_RETURN(const model::ModelFile file, model::ParseModelFile(base));
    ASSIGN_OR_RETURN(const Evaluation before, EvaluateAdapted(file, nullptr, unseen, config.held_out_rows));
    ASSIGN_OR_RETURN(const Evaluation after, EvaluateAdapted(file, &trained.file, unseen, config.held_out_rows));
    char text[160];
    std::snprintf(text, sizeof(text), "; %zu pieces of valid and test: %.4f -> %.4f", unseen.pieces.size(),
                  before.total, after.total);
    apart = text;
    card.notes["unseen_before"] = std::to_string(before.total);
    card.notes["unseen_after"] = std::to_string(after.total);
    card.notes["unseen_pieces"] = std::to_string(unseen.pieces.size());
  }
  const std::string bytes = model::SerialiseAdapterFile(trained.file);
  RETURN_IF_ERROR(model::WriteFileBytes(out, bytes));
  std::printf("%s: %zu bytes, %.0f s, best at step %lld; held out: %.4f -> %.4f nats a note%s\n", out.c_str(),
              bytes.size(), trained.seconds, static_cast<long long>(trained.best_step), trained.before.total,
              trained.after.total, apart.c_str());
  std::fflush(stdout);
  return Status::Ok();
}

Status Adapt(const Flags& flags) {
  const int ways = !flags.style.empty() + !flags.composer.empty() + !flags.pieces.empty() + flags.shipped;
  if (ways != 1) return InvalidArgument("give one of --style, --composer, --pieces and --shipped");
  ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(flags.config));
  const Result<AdapterConfig> config = AdapterConfig::Parse(text);
  if (!config.ok()) return config.status().WithContext(flags.config);
  ASSIGN_OR_RETURN(const std::string base, model::ReadFileBytes(flags.base));
  if (flags.style.empty() && !flags.shipped) {
    ASSIGN_OR_RETURN(const Dataset pieces, Chosen(flags));
    return TrainOne(flags, base, *config, pieces, {}, "", flags.out);
  }
  ASSIGN_OR_RETURN(const Dataset train, LoadDataset(flags.corpus, "train"));
  ASSIGN_OR_RETURN(Dataset unseen, LoadDataset(flags.corpus, "valid"));
  ASSIGN_OR_RETURN(const Dataset test, LoadDataset(flags.corpus, "test"));
  unseen.pieces.insert(unseen.pieces.end(), test.pieces.begin(), test.pieces.end());
  std::vector<std::string> styles;
  if (!flags.style.empty()) styles.push_back(flags.style);
  if (flags.shipped) {
    for (const covers::StyleTraits& style : covers::AdapterStyles()) styles.emplace_back(style.name);
  }
  for (const std::string& style : styles) {
    if (tokens::StyleNumber(style) < 1) return InvalidArgument("--style \"" + style + "\" is none that the corpus has");
    const std::string out =
        flags.shipped ? (std::filesystem::path(flags.out) / (style + ".adapter")).string() : flags.out;
    const Status trained = TrainOne(flags, base, *config, OfStyle(train, style), OfStyle(unseen, style), style, out);
    if (!trained.ok()) return trained.WithContext(style);
  }
  return Status::Ok();
}

// Each adapter, and the base, on the pieces that each adapter held out.
Status Judge(const Flags& flags) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(flags.base));
  ASSIGN_OR_RETURN(const model::ModelFile base, model::ParseModelFile(bytes));
  ASSIGN_OR_RETURN(const Dataset all, LoadDataset(flags.corpus, flags.split));
  std::vector<model::AdapterFile> adapters;
  for (const std::string& path : flags.adapters) {
    ASSIGN_OR_RETURN(const std::string file, model::ReadFileBytes(path));
    Result<model::AdapterFile> adapter = model::ParseAdapterFile(file);
    if (!adapter.ok()) return adapter.status().WithContext(path);
    const Status fits = model::CheckAdapterBase(*adapter, crypto::Sha256(bytes));
    if (!fits.ok()) return fits.WithContext(path);
    adapters.push_back(std::move(adapter).value());
  }
  std::printf("%-28s %6s %7s %8s", "held-out pieces of", "pieces", "notes", "base");
  for (const std::string& path : flags.adapters) {
    std::printf(" %14.14s", std::filesystem::path(path).stem().string().c_str());
  }
  std::printf("\n");
  bool good = true;
  for (size_t i = 0; i < adapters.size(); ++i) {
    Dataset judged;
    for (const DatasetPiece& item : all.pieces) {
      for (const model::AdapterPiece& piece : adapters[i].card.held_out) {
        if (piece.id == item.id) judged.pieces.push_back(item);
      }
    }
    if (judged.pieces.empty()) {
      return NotFound(flags.adapters[i] + ": none of its held-out pieces is in the split " + flags.split);
    }
    constexpr int64_t kAllRows = 1'000'000'000;
    ASSIGN_OR_RETURN(const Evaluation alone, EvaluateAdapted(base, nullptr, judged, kAllRows));
    std::printf("%-28.28s %6zu %7lld %8.4f", std::filesystem::path(flags.adapters[i]).stem().string().c_str(),
                judged.pieces.size(), static_cast<long long>(alone.notes), alone.total);
    std::vector<double> losses;
    for (const model::AdapterFile& adapter : adapters) {
      ASSIGN_OR_RETURN(const Evaluation with, EvaluateAdapted(base, &adapter, judged, kAllRows));
      losses.push_back(with.total);
      std::printf(" %14.4f", with.total);
      std::fflush(stdout);
    }
    std::printf("   gain over the base %.4f", alone.total - losses[i]);
    good = good && losses[i] < alone.total;
    for (size_t other = 0; other < adapters.size(); ++other) {
      if (other == i) continue;
      std::printf(", over %s %.4f", std::filesystem::path(flags.adapters[other]).stem().string().c_str(),
                  losses[other] - losses[i]);
      good = good && losses[i] < losses[other];
    }
    std::printf("\n");
  }
  if (good) return Status::Ok();
  return DataLoss("an adapter is not the best on its own artist's held-out pieces");
}

Status Merge(const Flags& flags) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(flags.base));
  ASSIGN_OR_RETURN(const model::ModelFile base, model::ParseModelFile(bytes));
  ASSIGN_OR_RETURN(const std::string file, model::ReadFileBytes(flags.adapters[0]));
  ASSIGN_OR_RETURN(const model::AdapterFile adapter, model::ParseAdapterFile(file));
  RETURN_IF_ERROR(model::CheckAdapterBase(adapter, crypto::Sha256(bytes)));
  ASSIGN_OR_RETURN(const model::ModelFile merged, kernel::MergeAdapter(base, adapter));
  return model::WriteFileBytes(flags.out, model::SerialiseModelFile(merged));
}

Status Summary(const Flags& flags) {
  std::map<std::string, std::array<size_t, 3>> counts;
  const char* const splits[3] = {"train", "valid", "test"};
  for (size_t s = 0; s < 3; ++s) {
    ASSIGN_OR_RETURN(const Dataset dataset, LoadDataset(flags.corpus, splits[s]));
    for (const DatasetPiece& item : dataset.pieces) ++counts[std::string(tokens::StyleName(item.piece.style))][s];
  }
  std::printf("%-16s %6s %6s %6s  %-6s %s\n", "style", "train", "valid", "test", "enough", "offered");
  for (const auto& [style, of] : counts) {
    const bool enough = of[0] >= kTrainingPieces && of[1] + of[2] >= kHeldOutPieces;
    const covers::StyleTraits* const traits = covers::FindStyle(style);
    const char* const offered = traits == nullptr ? "no"
                                : traits->adapter ? "by the base, or by an adapter"
                                                  : "by the base";
    std::printf("%-16s %6zu %6zu %6zu  %-6s %s\n", style.c_str(), of[0], of[1], of[2], enough ? "yes" : "no", offered);
  }
  std::printf("Enough: at least %zu training pieces and %zu of valid and test.\n", kTrainingPieces, kHeldOutPieces);
  return Status::Ok();
}

}  // namespace

void AddAdapterCommands(CLI::App& app, std::function<int()>* action) {
  auto flags = std::make_shared<Flags>();
  const auto runs = [action, flags](CLI::App* command, Status (*work)(const Flags&)) {
    command->callback([action, flags, work] {
      *action = [flags, work] {
        const Status status = work(*flags);
        if (status.ok()) return 0;
        if (status.code() != StatusCode::kDataLoss) return Fail(status);
        Fail(status);
        return 1;
      };
    });
  };
  CLI::App* adapt = app.add_subcommand("adapt", "Train an adapter (LoRA) of a base model on a few pieces.");
  adapt->add_option("--base", flags->base, "The model file that covers are made with")->required();
  adapt->add_option("--corpus", flags->corpus, "Folder with manifest.tsv and MIDI files")->required();
  adapt->add_option("--config", flags->config, "Configuration, such as tools/train/adapters.conf")->required();
  adapt->add_option("--style", flags->style, "The training pieces of one style");
  adapt->add_flag("--shipped", flags->shipped,
                  "Ragtime, march and krakowiak, the styles of the fewest pieces; --out is a folder");
  adapt->add_option("--composer", flags->composer, "The pieces of --split by this composer");
  adapt->add_option("--pieces", flags->pieces, "The pieces of --split that this file names, an id a line");
  adapt->add_option("--split", flags->split, "For --composer and --pieces")->capture_default_str();
  adapt->add_option("--artist", flags->artist, "The party without whose leave the adapter is not used");
  adapt->add_option("--out", flags->out, "Adapter file to write")->required();
  runs(adapt, Adapt);
  CLI::App* judge = app.add_subcommand(
      "judge-adapters",
      "Adapters on their own and on each other's held-out pieces; exit 1 if one is not its own best.");
  judge->add_option("--base", flags->base, "The model file that they were trained on")->required();
  judge->add_option("--corpus", flags->corpus, "Folder with manifest.tsv and MIDI files")->required();
  judge->add_option("--split", flags->split, "Where their pieces are")->capture_default_str();
  judge->add_option("--adapter", flags->adapters, "Adapter file; at least two")->required()->expected(2, 64);
  runs(judge, Judge);
  CLI::App* merge = app.add_subcommand("merge", "Write base and adapter as one model file, for evaluate and compare.");
  merge->add_option("--base", flags->base, "Model file")->required();
  merge->add_option("--adapter", flags->adapters, "Adapter file")->required()->expected(1);
  merge->add_option("--out", flags->out, "Model file to write")->required();
  runs(merge, Merge);
  CLI::App* summary = app.add_subcommand("corpus-summary", "Pieces by style and split, and how each may be offered.");
  summary->add_option("--corpus", flags->corpus, "Folder with manifest.tsv and MIDI files")->required();
  runs(summary, Summary);
}

}  // namespace ledgerline::train
