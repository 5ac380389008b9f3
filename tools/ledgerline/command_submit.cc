// ledgerline submit: records submissions and signed batches that somebody else signed, and keeps the promises.
#include <nlohmann/json.hpp>

#include "ledger/journal/signed_batch.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct SubmitFlags {
  std::string directory;
  std::vector<std::string> files;
  std::vector<std::string> blobs;
  std::string promise;
};

// A file holds a serialised Submission or SignedBatch, or either in base64 with white space anywhere. They cannot be
// mistaken for each other: a Submission's origin is a key name, a SignedBatch begins with a whole Submission.
struct Received {
  std::string bytes;
  bool is_batch = false;
};

Result<Received> Recognise(const std::string& text) {
  const auto kind_of = [](const std::string& bytes) -> Result<Received> {
    const Result<journal::ParsedBatch> batch = journal::ParseBatch(bytes);
    if (batch.ok()) return Received{bytes, true};
    const Result<journal::ParsedSubmission> submission = journal::ParseSubmission(bytes);
    if (submission.ok()) return Received{bytes, false};
    v1::SignedBatch header;
    const bool like_batch = header.ParseFromString(bytes) && header.items_size() > 0;
    return like_batch ? batch.status() : submission.status();
  };
  std::string packed;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') packed.push_back(c);
  }
  if (const Result<std::string> decoded = Base64Decode(packed); decoded.ok() && !decoded->empty()) {
    return kind_of(*decoded);
  }
  return kind_of(text);
}

// OUT for one file; of several OUT.1, OUT.2, ...; of a batch each entry's beside it, OUT.0 its header's.
Status WritePromise(const std::string& path, const journal::Committed& committed, std::vector<std::string>& written) {
  ASSIGN_OR_RETURN(const journal::Promise promise, committed.promise());
  RETURN_IF_ERROR(WriteNewFile(path, promise.Serialize()));
  written.push_back(path);
  return Status::Ok();
}

Status RunSubmit(Context& context, const SubmitFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  std::vector<std::string> blobs;
  for (const std::string& path : flags.blobs) {
    ASSIGN_OR_RETURN(std::string blob, Named("--blob", ReadFile(path, journal::kBlobBytesMax)));
    blobs.push_back(std::move(blob));
  }
  Json answers = Json::array();
  for (size_t i = 0; i < flags.files.size(); ++i) {
    const std::string& file = flags.files[i];
    ASSIGN_OR_RETURN(const std::string text, ReadFile(file, 2 * journal::kBatchBytesMax));
    ASSIGN_OR_RETURN(const Received received, Named(file, Recognise(text)));
    std::vector<journal::Committed> committed;
    if (received.is_batch) {
      ASSIGN_OR_RETURN(const journal::CommittedBatch batch,
                       Named(file, session->journal().SubmitBatch({received.bytes, blobs})));
      committed = batch.items;
      committed.insert(committed.begin(), batch.header);
    } else {
      ASSIGN_OR_RETURN(committed.emplace_back(), Named(file, session->journal().Submit({received.bytes, blobs})));
    }
    const journal::Committed& first = committed.front();
    std::vector<std::string> promises;
    const std::string out = flags.promise + (flags.files.size() > 1 ? "." + std::to_string(i + 1) : "");
    for (size_t k = 0; !flags.promise.empty() && k < committed.size(); ++k) {
      RETURN_IF_ERROR(WritePromise(received.is_batch ? out + "." + std::to_string(k) : out, committed[k], promises));
    }
    context.console.Say(file + ": " +
                        (received.is_batch ? "a batch of " + Counted(committed.size() - 1, "event", "events") +
                                                 ", entries " + std::to_string(first.index.value) + " to " +
                                                 std::to_string(committed.back().index.value)
                                           : "entry " + std::to_string(first.index.value)) +
                        (first.already_existed ? " (recorded before)" : "") +
                        (promises.empty()
                             ? ""
                             : ", the operator's " + Counted(promises.size(), "promise", "promises") + " in " +
                                   promises.front() + (promises.size() > 1 ? " to " + promises.back() : "")));
    answers.push_back({{"file", file},
                       {"index", first.index.value},
                       {"entries", committed.size()},
                       {"already_existed", first.already_existed},
                       {"leaf_hash", first.leaf_hash.ToHex()},
                       {"promises", promises}});
  }
  RETURN_IF_ERROR(session->SignCheckpoint());
  context.console.PrintJson(answers);
  return Status::Ok();
}

}  // namespace

void AddSubmit(CLI::App& app, Action& action) {
  auto flags = std::make_shared<SubmitFlags>();
  CLI::App* command =
      app.add_subcommand("submit", "Record what others signed: submissions and signed batches, one a file");
  AddDirectory(*command, flags->directory);
  command
      ->add_option("FILE", flags->files,
                   "A serialised Submission or SignedBatch (docs/formats/entry.md), binary or in base64")
      ->required();
  command->add_option("--blob", flags->blobs, "A file that one of them stands on, such as usage rows; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--promise", flags->promise,
                      "Where to put the operator's signed promise; of a batch OUT.0 is the header's, OUT.1 the first "
                      "event's; never replaces a file");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunSubmit(context, *flags); }; });
}

}  // namespace ledgerline::tool
