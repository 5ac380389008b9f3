// ledgerline styles: which styles covers are offered in, and which of them are made with an adapter.
#include <nlohmann/json.hpp>

#include "inference/covers/cover_engine.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

Status RunStyles(Context& context, const std::string& model) {
  ASSIGN_OR_RETURN(const auto engine, covers::LoadCoverEngine("", model));
  for (const std::string& warning : engine->Warnings()) context.console.Warn(warning);
  const std::vector<covers::AdapterInfo> adapters = engine->Adapters();
  std::vector<std::vector<std::string>> rows{{"STYLE", "BY", "PIECES", "HELD OUT", "NATS A NOTE", "SHA-256"}};
  Json list = Json::array();
  for (const std::string& style : engine->Styles()) {
    Json one{{"style", style}, {"adapter", nullptr}};
    std::vector<std::string> row{style, "the model", "", "", "", ""};
    for (const covers::AdapterInfo& adapter : adapters) {
      if (adapter.style != style) continue;
      row = {style,
             "an adapter",
             std::to_string(adapter.pieces),
             std::to_string(adapter.held_out),
             adapter.loss_before + " -> " + adapter.loss_after,
             adapter.hash.ToHex().substr(0, 16)};
      one["adapter"] = {{"sha256", adapter.hash.ToHex()},
                        {"pieces", adapter.pieces},
                        {"held_out", adapter.held_out},
                        {"loss_before", adapter.loss_before},
                        {"loss_after", adapter.loss_after}};
    }
    rows.push_back(row);
    list.push_back(one);
  }
  context.console.Say(
      FormatTable(rows) +
      (adapters.empty() ? "" : "\nNATS A NOTE: on the pieces held out from the adapter, without and with it"));
  context.console.PrintJson(Json{{"model_sha256", engine->ModelHash().ToHex()}, {"styles", list}});
  return Status::Ok();
}

}  // namespace

void AddStyles(CLI::App& app, Action& action) {
  auto model = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "styles", "The styles that covers are offered in; which are adapters, and on how many pieces they were trained");
  command->add_option("--model", *model, "The model file (default: the installed one)");
  command->callback([model, &action] { action = [model](Context& context) { return RunStyles(context, *model); }; });
}

}  // namespace ledgerline::tool
