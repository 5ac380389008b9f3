#include "tools/train/chorale_commands.h"

#include <cstdio>
#include <memory>
#include <string>

#include "inference/chorales/chorale_ngram.h"
#include "inference/chorales/chorale_trainer.h"
#include "inference/model/model_file.h"

namespace ledgerline::train {
namespace {

using namespace chorales;  // NOLINT: this file is about nothing else

struct Flags {
  std::string data, config, out, model;
  bool evaluate = false;
  std::string split = "valid";
  int keys = 1;
};

int Fail(const Status& status) {
  std::fprintf(stderr, "ledgerline-train: %s\n", status.ToString().c_str());
  return 3;
}

Result<ChoraleSet> Load(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(path));
  return ParseChoraleFile(bytes);
}

void Print(const std::string& what, const ChoraleLoss& loss) {
  std::printf("%s: %.4f nats a note over %lld notes (soprano %.4f alto %.4f tenor %.4f bass %.4f)\n", what.c_str(),
              loss.Total(), static_cast<long long>(loss.notes()), loss.Voice(0), loss.Voice(1), loss.Voice(2),
              loss.Voice(3));
  std::fflush(stdout);
}

int Run(const Flags& flags) {
  const Result<ChoraleSet> set = Load(flags.data);
  if (!set.ok()) return Fail(set.status().WithContext(flags.data));
  const Result<std::string> text = model::ReadFileBytes(flags.config);
  if (!text.ok()) return Fail(text.status());
  const Result<ChoraleConfig> config = ChoraleConfig::Parse(*text);
  if (!config.ok()) return Fail(config.status().WithContext(flags.config));
  const Result<ChoraleSummary> summary = TrainChorales(*set, *config, flags.out, [](const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  });
  if (!summary.ok()) return Fail(summary.status());
  std::printf("%s after %lld steps, %.0f s; best valid %.4f nats a note at step %lld\n",
              summary->finished ? "finished" : "stopped by the clock", static_cast<long long>(summary->steps),
              summary->seconds, summary->best_valid, static_cast<long long>(summary->best_step));
  return 0;
}

int Evaluate(const Flags& flags) {
  const Result<ChoraleSet> set = Load(flags.data);
  if (!set.ok()) return Fail(set.status().WithContext(flags.data));
  const std::vector<Chorale>& pieces = flags.split == "train"   ? set->train
                                       : flags.split == "valid" ? set->valid
                                                                : set->test;
  const Result<ChoraleLoss> loss = EvaluateChorales(flags.model, pieces, flags.keys, 1);
  if (!loss.ok()) return Fail(loss.status());
  ChoraleNgram ngram;
  ngram.Train(set->train);
  Print(flags.split + ", n-gram", ngram.Evaluate(pieces));
  Print(flags.split + ", network", *loss);
  return 0;
}

}  // namespace

void AddChoraleCommand(CLI::App& app, std::function<int()>* action) {
  auto flags = std::make_shared<Flags>();
  CLI::App* chorales = app.add_subcommand("chorales", "Train or measure on the JSB chorales benchmark.");
  chorales->add_option("--data", flags->data, "The benchmark's JSON file, sixteenths")->required();
  CLI::Option* config =
      chorales->add_option("--config", flags->config, "Training configuration, \"key = value\" lines");
  CLI::Option* out = chorales->add_option("--out", flags->out, "Folder for checkpoint.state, best.model and loss.tsv");
  CLI::Option* model = chorales->add_option("--model", flags->model, "Model file to measure");
  CLI::Option* evaluate = chorales->add_flag("--evaluate", flags->evaluate, "Measure --model instead of training");
  chorales->add_option("--split", flags->split, "train, valid or test")
      ->capture_default_str()
      ->check(CLI::IsMember({"train", "valid", "test"}))
      ->needs(evaluate);
  chorales->add_option("--keys", flags->keys, "Mean of the distributions in so many keys, 1 to 12")
      ->capture_default_str()
      ->check(CLI::Range(1, 12))
      ->needs(evaluate);
  config->needs(out);
  out->needs(config);
  model->needs(evaluate);
  evaluate->needs(model)->excludes(config)->excludes(out);
  chorales->callback([flags, action] {
    if (!flags->evaluate && flags->config.empty()) throw CLI::RequiredError("--config with --out, or --evaluate");
    *action = [flags] { return flags->evaluate ? Evaluate(*flags) : Run(*flags); };
  });
}

}  // namespace ledgerline::train
