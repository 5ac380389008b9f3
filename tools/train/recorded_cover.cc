#include "tools/train/recorded_cover.h"

#include <filesystem>

#include "crypto/sha256.h"
#include "inference/covers/recipe.h"
#include "inference/model/model_file.h"
#include "ledger/journal/entry.h"
#include "ledger/store/journal_directory.h"

namespace ledgerline::train {
namespace {

// The bytes of a file beside the model, or none where there is no such file.
Result<std::string> Beside(const std::string& model, const char* name) {
  const std::filesystem::path path = std::filesystem::path(model).parent_path() / name;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::string();
  return model::ReadFileBytes(path.string());
}

}  // namespace

Result<RecordedCover> ComposeRecordedCover(const std::string& ledger_dir, uint64_t index,
                                           const std::string& served_model) {
  ASSIGN_OR_RETURN(const auto journal, store::OpenJournalReadOnly(ledger_dir));
  ASSIGN_OR_RETURN(const std::string bytes, journal->ReadEntry(EntryIndex(index)));
  ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
  const std::string name = "entry " + std::to_string(index);
  if (entry.type != v1::PAYLOAD_TYPE_GENERATION) {
    return InvalidArgument(name + " is a " + journal::PayloadTypeName(entry.type) + ", not a generation");
  }
  const v1::Generation& event = entry.submission.payload.generation();
  if (!event.adapter_sha256().empty()) {
    return FailedPrecondition(name + " was made with adapter " + HexEncode(event.adapter_sha256()).substr(0, 12) +
                              ": its pieces are in no index of the base model");
  }
  ASSIGN_OR_RETURN(const std::string model, model::ReadFileBytes(served_model));
  RecordedCover cover;
  cover.id = event.cover_recording_id();
  cover.style = event.style();
  cover.model = crypto::Sha256(model);
  if (event.model_sha256() != cover.model.ToBytes()) {
    return FailedPrecondition(name + " was made by model " + HexEncode(event.model_sha256()) + "; " + served_model +
                              " is " + cover.model.ToHex());
  }
  covers::CoverRecord record;
  ASSIGN_OR_RETURN(const Hash256 conditioning, Hash256::FromBytes(event.conditioning_sha256()));
  ASSIGN_OR_RETURN(record.conditioning, journal->ReadBlob(conditioning));
  record.style = event.style();
  record.seed = event.seed();
  for (const v1::Parameter& parameter : event.parameters()) record.parameters[parameter.name()] = parameter.value();
  ASSIGN_OR_RETURN(covers::Recipe recipe, covers::Recipe::FromRecord(record));
  ASSIGN_OR_RETURN(const std::string figures, Beside(served_model, "ledgerline.figures"));
  ASSIGN_OR_RETURN(const std::string grooves, Beside(served_model, "drums.groove"));
  covers::BorrowingGuard borrowing;
  if (!figures.empty()) {
    ASSIGN_OR_RETURN(borrowing, covers::BorrowingGuard::Load(figures));
  }
  drums::GrooveModel drums;
  if (!grooves.empty()) {
    ASSIGN_OR_RETURN(drums, drums::ParseGrooveModel(grooves));
    recipe.drums = &drums;
  }
  ASSIGN_OR_RETURN(const auto decoder, model::Decoder::Load(model));
  recipe.taste_sha256.clear();  // whatever ranked the candidates, the recorded one is known by its bytes
  ASSIGN_OR_RETURN(const covers::Made made, covers::Make(recipe, decoder.get(), borrowing, {}));
  if (made.chosen < 0) return FailedPrecondition(name + ": made anew, every candidate is turned down by a guard");
  for (const covers::Candidate& candidate : made.candidates) {
    if (candidate.rejected) continue;
    ASSIGN_OR_RETURN(const std::string midi, covers::WriteCandidate(recipe, candidate));
    if (crypto::Sha256(midi).ToBytes() != event.fingerprints().midi_sha256()) continue;
    cover.piece = candidate.composition.piece;
    return cover;
  }
  return DataLoss(name + " made anew has other bytes than the record says; `ledgerline regenerate` says what differs");
}

}  // namespace ledgerline::train
