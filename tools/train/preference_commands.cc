#include "tools/train/preference_commands.h"

#include <cstdio>
#include <memory>

#include "crypto/sha256.h"
#include "inference/preference/preference_trainer.h"

namespace ledgerline::train {
namespace {

using namespace preference;  // NOLINT: this file is about it

struct Flags {
  std::string model, pairs, config, work, out, listener;
};

Status Prefer(const Flags& flags) {
  PreferenceConfig config;
  if (!flags.config.empty()) {
    ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(flags.config));
    const Result<PreferenceConfig> read = PreferenceConfig::Parse(text);
    if (!read.ok()) return read.status().WithContext(flags.config);
    config = *read;
  }
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(flags.model));
  ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(flags.pairs));
  Result<std::vector<Comparison>> pairs = ParsePairs(text);
  if (!pairs.ok()) return pairs.status().WithContext(flags.pairs);
  if (!flags.listener.empty()) {
    std::erase_if(*pairs, [&](const Comparison& pair) { return pair.listener != flags.listener; });
  }
  const auto report = [](const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  };
  const Result<TrainedPreference> trained =
      TrainPreference(bytes, *pairs, crypto::Sha256(text), config, flags.work, report);
  if (!trained.ok()) return trained.status().WithContext(flags.pairs);
  if (!trained->finished) {
    std::printf("out of time; the same command goes on from %s\n", flags.work.c_str());
    return Status::Ok();
  }
  RETURN_IF_ERROR(model::WriteFileBytes(flags.out, model::SerialiseAdapterFile(trained->file)));
  const auto line = [](const char* what, const PreferenceEvaluation& e) {
    std::printf("%s: %d of %d preferences (%.2f), loss %.4f, KL %.4f nats a note\n", what, e.right, e.pairs,
                e.Accuracy(), e.loss, e.kl);
  };
  std::printf("%s: best at step %lld\n", flags.out.c_str(), static_cast<long long>(trained->best_step));
  line("pairs learnt from", trained->seen);
  line("pairs held out", trained->held_out);
  std::printf("distinct 8-grams of new covers: %.4f -> %.4f\n", trained->distinct_before, trained->distinct_after);
  return Status::Ok();
}

}  // namespace

void AddPreferenceCommand(CLI::App& app, std::function<int()>* action) {
  auto flags = std::make_shared<Flags>();
  CLI::App* prefer = app.add_subcommand("prefer", "Train an adapter on which of two candidates listeners preferred.");
  prefer->add_option("--model", flags->model, "The model file that made the candidates")->required();
  prefer->add_option("--pairs", flags->pairs, "Pairs file of `ledgerline taste judge`; 20 preferences at least")
      ->required();
  prefer->add_option("--listener", flags->listener, "Only this listener's pairs");
  prefer->add_option("--config", flags->config, "Configuration, such as tools/train/preferences.conf");
  prefer->add_option("--work", flags->work, "Folder for checkpoint.state and loss.tsv; a run in it goes on")
      ->required();
  prefer->add_option("--out", flags->out, "Adapter file to write")->required();
  prefer->callback([action, flags] {
    *action = [flags] {
      const Status status = Prefer(*flags);
      if (status.ok()) return 0;
      std::fprintf(stderr, "ledgerline-train: %s\n", status.ToString().c_str());
      return 3;
    };
  });
}

}  // namespace ledgerline::train
