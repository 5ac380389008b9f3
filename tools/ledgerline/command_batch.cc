// ledgerline batch: many events under one signature, for `ledgerline submit`. Needs the signer's key and no ledger.
#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "crypto/named_signer.h"
#include "ledger/journal/payload_check.h"
#include "ledger/journal/signed_batch.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

struct BatchFlags {
  std::string origin;
  std::string key;
  std::string idempotency_key;
  std::string events;
  std::string output;
};

// One line: a Payload as protobuf JSON, and beside its kind "idempotency_key" in hex.
Result<journal::ItemContent> ParseEvent(const std::string& line) {
  nlohmann::json event = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!event.is_object()) return InvalidArgument("not a JSON object");
  const auto key = event.find("idempotency_key");
  if (key == event.end() || !key->is_string()) {
    return InvalidArgument("no \"idempotency_key\": 1 to 64 bytes in hex, your own name for this event");
  }
  journal::ItemContent item;
  ASSIGN_OR_RETURN(item.idempotency_key, Named("idempotency_key", HexDecode(key->get<std::string>())));
  event.erase(key);
  v1::Payload payload;
  const auto status = google::protobuf::util::JsonStringToMessage(event.dump(), &payload);
  if (!status.ok()) return InvalidArgument("not a payload: " + std::string(status.message()));
  item.payload = payload.SerializeAsString();
  return item;
}

Status RunBatch(Context& context, const BatchFlags& flags) {
  ASSIGN_OR_RETURN(const crypto::NamedSigner named, ReadKeyFile("--key", flags.key));
  ASSIGN_OR_RETURN(const std::string text, ReadFile(flags.events, journal::kBatchBytesMax));
  std::vector<journal::ItemContent> items;
  std::istringstream lines(text);
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    if (items.size() == journal::kBatchItemsMax) {
      return OutOfRange(flags.events + " line " + std::to_string(number) +
                        ": a batch has at most 1,000 events; make several");
    }
    Result<journal::ItemContent> item = ParseEvent(line);
    if (!item.ok()) return item.status().WithContext(flags.events + " line " + std::to_string(number));
    items.push_back(*std::move(item));
  }
  std::string key;
  if (flags.idempotency_key.empty()) {
    crypto::SystemRandom random;
    ASSIGN_OR_RETURN(key, crypto::RandomBytes(random, 16));
  } else {
    ASSIGN_OR_RETURN(key, Named("--idempotency-key", HexDecode(flags.idempotency_key)));
  }
  ASSIGN_OR_RETURN(const std::string batch, journal::SignBatch(flags.origin, key, items, *named.signer));
  RETURN_IF_ERROR(WriteNewFile(flags.output, batch));
  context.console.Say(Counted(items.size(), "event", "events") + " under one signature in " + flags.output +
                      ".\nRecord them: ledgerline submit DIR " + flags.output);
  context.console.PrintJson(nlohmann::ordered_json{
      {"file", flags.output}, {"items", items.size()}, {"bytes", batch.size()}, {"idempotency_key", HexEncode(key)}});
  return Status::Ok();
}

}  // namespace

void AddBatch(CLI::App& app, Action& action) {
  auto flags = std::make_shared<BatchFlags>();
  CLI::App* command = app.add_subcommand(
      "batch", "Sign up to 1,000 events at once, offline; 'submit' records them together or not at all");
  command
      ->add_option("EVENTS", flags->events,
                   "One event a line: a payload as JSON with an \"idempotency_key\" in hex beside its kind, such as\n"
                   R"({"idempotency_key": "01", "rating": {"recording_id": "rec-1", "score": 4}})")
      ->required();
  command->add_option("--origin", flags->origin, "The ledger that they are meant for, as `ledgerline key show` has it")
      ->required();
  command->add_option("--key", flags->key, "The private key that signs; enrolled as the operator's or a service's")
      ->required();
  command->add_option("--idempotency-key", flags->idempotency_key,
                      "The batch's own key in hex: the same batch sent again is recorded once (default: random)");
  command->add_option("-o,--output", flags->output, "Where to put it; never replaces a file")->required();
  command->callback([flags, &action] { action = [flags](Context& context) { return RunBatch(context, *flags); }; });
}

}  // namespace ledgerline::tool
