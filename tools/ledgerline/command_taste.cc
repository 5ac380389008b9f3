// ledgerline taste: what a listener likes, learnt from which of two candidates was preferred. `hear` stands in
// command_taste_hear.cc.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "inference/preference/comparison.h"
#include "inference/preference/taste_fit.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;
using preference::Comparison;
using preference::Preferred;
using preference::Taste;

struct TasteFlags {
  std::string heard, prefers, pairs, listener, why, output, file;
};

Status CheckListener(const std::string& listener) {
  const bool hex = listener.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (listener.empty() || (listener.size() == 32 && hex)) return Status::Ok();
  return InvalidArgument("--listener '" + listener.substr(0, 60) + "' is not 32 lower-case hex digits");
}

// Adds one line to a file that may not be there yet. The line goes out in one write, and onto the medium.
Status Append(const std::string& path, const std::string& line) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return InvalidArgument("--pairs '" + path + "' cannot be opened: " + std::strerror(errno));
  const ssize_t written = ::write(file, line.data(), line.size());
  const bool kept = written == static_cast<ssize_t>(line.size()) && ::fsync(file) == 0;
  const std::string reason = written >= 0 && !kept ? "not all of it was written" : std::strerror(errno);
  ::close(file);
  if (!kept) return Unavailable("--pairs '" + path + "': " + reason);
  return Status::Ok();
}

Status RunJudge(Context& context, const TasteFlags& flags) {
  const std::string path = IsDirectory(flags.heard) ? flags.heard + "/comparison.json" : flags.heard;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, preference::kMaxComparisonBytes));
  Result<Comparison> heard = preference::ParseComparison(text);
  if (!heard.ok()) return heard.status().WithContext(path);
  Comparison judged = std::move(heard).value();
  RETURN_IF_ERROR(CheckListener(flags.listener));
  if (flags.why.size() > preference::kMaxReasonBytes) {
    return OutOfRange("--why has " + std::to_string(flags.why.size()) + " bytes; the bound is " +
                      std::to_string(preference::kMaxReasonBytes));
  }
  judged.preferred = flags.prefers == "a" ? Preferred::kA : flags.prefers == "b" ? Preferred::kB : Preferred::kSame;
  judged.listener = flags.listener;
  judged.why = flags.why;
  std::string before;
  if (Exists(flags.pairs)) {
    ASSIGN_OR_RETURN(before, Named("--pairs", ReadFile(flags.pairs, preference::kMaxPairsBytes)));
  }
  const Result<std::vector<Comparison>> pairs = preference::ParsePairs(before);
  if (!pairs.ok()) return pairs.status().WithContext("--pairs " + flags.pairs);
  for (size_t i = 0; i < pairs->size(); ++i) {
    const Comparison& other = (*pairs)[i];
    const bool same_two = (other.a.candidate == judged.a.candidate && other.b.candidate == judged.b.candidate) ||
                          (other.a.candidate == judged.b.candidate && other.b.candidate == judged.a.candidate);
    if (other.Request() == judged.Request() && other.listener == judged.listener && same_two) {
      return AlreadyExists("these two are judged already, in line " + std::to_string(i + 1) + " of " + flags.pairs +
                           ": take that line out to judge them anew");
    }
  }
  if (pairs->size() == preference::kMaxComparisons) {
    return OutOfRange("--pairs '" + flags.pairs + "' has " + std::to_string(pairs->size()) +
                      " comparisons already; that is the bound");
  }
  RETURN_IF_ERROR(Append(flags.pairs, preference::FormatComparison(judged)));
  const size_t count = pairs->size() + 1;
  context.console.Say(Counted(count, "pair", "pairs") + " in " + flags.pairs +
                      ". Learn from them: " + "ledgerline taste fit --pairs " + flags.pairs + " -o FILE" +
                      (count < preference::kTrainingPairs ? "" : ", or ledgerline-train prefer"));
  context.console.PrintJson({{"pairs", count}, {"entry", judged.entry}, {"preferred", flags.prefers}});
  return Status::Ok();
}

std::string Percent(const preference::Judged& judged) {
  if (judged.of == 0) return "nothing to tell by";
  return std::to_string(judged.right) + " of " + std::to_string(judged.of) + " (" +
         std::to_string((100 * judged.right + judged.of / 2) / judged.of) + " %)";
}

Json JsonOf(const preference::Judged& judged) { return {{"right", judged.right}, {"of", judged.of}}; }

std::string Decimal(int64_t millionths) {
  char text[48];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(millionths) / 1e6);
  return text;
}

// The figures by how much they decide: weight times what two candidates typically differ by.
std::vector<std::pair<std::string, double>> ByImportance(const Taste& taste) {
  std::vector<std::pair<std::string, double>> order;
  for (const auto& [name, weight] : taste.weights) {
    order.emplace_back(name, static_cast<double>(weight.weight) * static_cast<double>(weight.spread) / 1e12);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& x, const auto& y) { return std::abs(x.second) > std::abs(y.second); });
  return order;
}

Json Explain(Context& context, const Taste& taste) {
  std::vector<std::vector<std::string>> table{{"FIGURE", "LIKED", "LOG ODDS A TYPICAL DIFFERENCE", "WHICH IS"}};
  Json figures = Json::array();
  for (const auto& [name, odds] : ByImportance(taste)) {
    char text[32];
    std::snprintf(text, sizeof text, "%+.2f", odds);
    const preference::TasteWeight& weight = taste.weights.at(name);
    table.push_back({name,
                     weight.weight > 0   ? "more"
                     : weight.weight < 0 ? "less"
                                         : "either",
                     text, Decimal(weight.spread)});
    figures.push_back(
        {{"figure", name}, {"weight", weight.weight}, {"spread", weight.spread}, {"typical_log_odds", odds}});
  }
  context.console.Say(FormatTable(table, {2, 3}) +
                      "\nWhat the figures are: docs/preferences.md. A typical difference with +1.00 is preferred 73 "
                      "times of 100.");
  return figures;
}

Status RunFit(Context& context, const TasteFlags& flags) {
  RETURN_IF_ERROR(CheckListener(flags.listener));
  ASSIGN_OR_RETURN(const std::string text, Named("--pairs", ReadFile(flags.pairs, preference::kMaxPairsBytes)));
  Result<std::vector<Comparison>> read = preference::ParsePairs(text);
  if (!read.ok()) return read.status().WithContext("--pairs " + flags.pairs);
  std::vector<Comparison> pairs = std::move(read).value();
  if (!flags.listener.empty()) {
    std::erase_if(pairs, [&](const Comparison& pair) { return pair.listener != flags.listener; });
    if (pairs.empty()) return NotFound("--listener " + flags.listener + " judged none of the pairs in " + flags.pairs);
  }
  const Result<preference::FittedTaste> fitted = preference::FitTaste(pairs, crypto::Sha256(text));
  if (!fitted.ok()) return fitted.status().WithContext("--pairs " + flags.pairs);
  if (!fitted->converged) return Internal("the fit did not converge; please report it with the pairs file");
  const std::string bytes = preference::FormatTaste(fitted->taste);
  RETURN_IF_ERROR(WriteNewFile(flags.output, bytes));
  context.console.Say(Counted(static_cast<uint64_t>(fitted->preferences), "preference", "preferences") + " and " +
                      Counted(static_cast<uint64_t>(fitted->draws), "draw", "draws") + " about " +
                      Counted(static_cast<uint64_t>(fitted->requests), "request", "requests") +
                      "; the fit converged in " + Counted(static_cast<uint64_t>(fitted->steps), "step", "steps") +
                      (fitted->separated ? ", and explains every preference: only the prior bounds the weights" : "") +
                      ".");
  const Json figures = Explain(context, fitted->taste);
  context.console.Say("Preferences foretold: by the generator's own ranking " + Percent(fitted->ranking) +
                      ", by the taste " + Percent(fitted->seen) + " of those it was fitted to, " +
                      Percent(fitted->unseen) + " where the pair's request was left out of the fit.");
  if (fitted->unseen.of > 0 && 2 * fitted->unseen.right <= fitted->unseen.of) {
    context.console.Warn("left out, the preferences are foretold no better than by a coin: judge more pairs first");
  }
  if (pairs.size() >= preference::kTrainingPairs) {
    context.console.Say("From " + std::to_string(preference::kTrainingPairs) +
                        " pairs on the model itself can learn: ledgerline-train prefer (docs/preferences.md)");
  }
  context.console.Say(flags.output + ": SHA-256 " + crypto::Sha256(bytes).ToHex() + "\nUse it: ledgerline cover ... " +
                      "--taste " + flags.output);
  context.console.PrintJson(
      {{"taste_sha256", crypto::Sha256(bytes).ToHex()},
       {"pairs_sha256", fitted->taste.pairs.ToHex()},
       {"preferences", fitted->preferences},
       {"draws", fitted->draws},
       {"requests", fitted->requests},
       {"steps", fitted->steps},
       {"separated", fitted->separated},
       {"foretold",
        {{"ranking", JsonOf(fitted->ranking)}, {"seen", JsonOf(fitted->seen)}, {"left_out", JsonOf(fitted->unseen)}}},
       {"figures", figures}});
  return Status::Ok();
}

Status RunShow(Context& context, const TasteFlags& flags) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(flags.file, preference::kMaxTasteBytes));
  const Result<Taste> taste = preference::ParseTaste(text);
  if (!taste.ok()) return taste.status().WithContext(flags.file);
  context.console.Say(flags.file + ": fitted to " +
                      Counted(static_cast<uint64_t>(taste->judgements), "judgement", "judgements") + " for " +
                      taste->engine + "\nSHA-256 " + crypto::Sha256(text).ToHex());
  const Json figures = Explain(context, *taste);
  context.console.PrintJson({{"taste_sha256", crypto::Sha256(text).ToHex()},
                             {"engine", taste->engine},
                             {"pairs_sha256", taste->pairs.ToHex()},
                             {"judgements", taste->judgements},
                             {"figures", figures}});
  return Status::Ok();
}

}  // namespace

void AddTaste(CLI::App& app, Action& action) {
  CLI::App* taste = app.add_subcommand("taste", "Learn what a listener likes, and let it choose among candidates");
  taste->require_subcommand(1);
  AddTasteHear(*taste, action);
  auto flags = std::make_shared<TasteFlags>();
  CLI::App* judge = taste->add_subcommand("judge", "Note which of two candidates was preferred, in a pairs file");
  judge->add_option("HEARD", flags->heard, "The directory of `taste hear`")->required();
  judge->add_option("--prefers", flags->prefers, "a, b, or same")->required()->check(CLI::IsMember({"a", "b", "same"}));
  judge->add_option("--pairs", flags->pairs, "The pairs file; made where it is not there")->required();
  judge->add_option("--listener", flags->listener, "The listener's pseudonym, 32 hex digits (default: none)");
  judge->add_option("--why", flags->why, "In the listener's words; stays in the pairs file");
  judge->callback([flags, &action] { action = [flags](Context& context) { return RunJudge(context, *flags); }; });
  CLI::App* fit = taste->add_subcommand(
      "fit", "Fit a taste to the pairs (Bradley-Terry), say what it is, and how well it foretells unseen pairs");
  fit->add_option("--pairs", flags->pairs, "The pairs file")->required();
  fit->add_option("--listener", flags->listener, "Only this listener's pairs (default: all, as one taste)");
  fit->add_option("-o,--output", flags->output, "The taste file; never replaces a file")->required();
  fit->callback([flags, &action] { action = [flags](Context& context) { return RunFit(context, *flags); }; });
  CLI::App* show = taste->add_subcommand("show", "Which figures a taste likes, the strongest first");
  show->add_option("FILE", flags->file, "The taste file")->required();
  show->callback([flags, &action] { action = [flags](Context& context) { return RunShow(context, *flags); }; });
}

}  // namespace ledgerline::tool
