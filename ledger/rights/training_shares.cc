#include "ledger/rights/training_shares.h"

#include <array>

#include "ledger/exchange/csv_record.h"
#include "schemas/hash.h"
#include "schemas/money.h"

namespace ledgerline::rights {
namespace {

constexpr std::array<exchange::Column, 5> kColumns = {
    {{"owner"}, {"piece"}, {"file_sha256"}, {"notes"}, {"influence"}}};
constexpr size_t kOwnerBytesMax = 100;

}  // namespace

Result<std::vector<StatedInfluence>> ParseInfluences(std::string_view csv) {
  std::vector<StatedInfluence> pieces;
  const auto read = exchange::ReadRecords(csv, kColumns, [&](const exchange::CsvRecord& record) -> Status {
    StatedInfluence piece;
    ASSIGN_OR_RETURN(piece.owner, record.Required("owner"));
    if (piece.owner.size() > kOwnerBytesMax) {
      return record.Wrong("owner", "at most " + std::to_string(kOwnerBytesMax) + " bytes");
    }
    ASSIGN_OR_RETURN(piece.piece, record.Required("piece"));
    piece.file_sha256 = std::string(record.Text("file_sha256"));
    RETURN_IF_ERROR(record.At("file_sha256", Hash256::FromHex(piece.file_sha256).status()));
    ASSIGN_OR_RETURN(piece.notes, record.Unsigned("notes", kTrainingNumberMax));
    ASSIGN_OR_RETURN(piece.influence, record.Unsigned("influence", kTrainingNumberMax));
    pieces.push_back(std::move(piece));
    return Status::Ok();
  });
  if (!read.ok()) return read.status();
  return pieces;
}

std::string FormatInfluences(const std::vector<StatedInfluence>& pieces) {
  std::string csv = "owner,piece,file_sha256,notes,influence\n";
  for (const StatedInfluence& piece : pieces) {
    csv += exchange::CsvField(piece.owner) + "," + exchange::CsvField(piece.piece) + "," + piece.file_sha256 + "," +
           std::to_string(piece.notes) + "," + std::to_string(piece.influence) + "\n";
  }
  return csv;
}

Result<std::map<std::string, OwnerTotal>> TotalsByOwner(const std::vector<StatedInfluence>& pieces) {
  if (pieces.empty()) return InvalidArgument("no training piece is stated");
  std::map<std::string, OwnerTotal> owners;
  OwnerTotal sum;
  for (const StatedInfluence& piece : pieces) {
    OwnerTotal& owner = owners[piece.owner];
    for (const auto& [total, more] :
         {std::pair(&owner.notes, piece.notes), std::pair(&owner.influence, piece.influence),
          std::pair(&sum.notes, piece.notes), std::pair(&sum.influence, piece.influence)}) {
      if (more > kTrainingNumberMax - *total) {
        return OutOfRange("the sum of notes or influence at piece " + piece.piece + " is above " +
                          std::to_string(kTrainingNumberMax));
      }
      *total += more;
    }
  }
  if (owners.size() > kTrainingOwnersMax) {
    return OutOfRange("owners " + std::to_string(owners.size()) + " are above " + std::to_string(kTrainingOwnersMax));
  }
  return owners;
}

Result<std::vector<uint32_t>> TrainingSharesPpm(const std::map<std::string, OwnerTotal>& owners, uint32_t weight_ppm) {
  if (weight_ppm > kInfluenceWeightPpmMax) {
    return OutOfRange("influence_weight_ppm " + std::to_string(weight_ppm) + " is above " +
                      std::to_string(kInfluenceWeightPpmMax));
  }
  Int128 notes = 0, influence = 0;
  for (const auto& [name, total] : owners) {
    notes += total.notes;
    influence += total.influence;
  }
  if (notes == 0) return InvalidArgument("the owners' pieces have no notes: there is no prior");
  const bool measured = influence > 0;
  std::vector<Int128> weights;  // at most 1e6 * 1e15 * 1e15 in all, below 2^127
  for (const auto& [name, total] : owners) {
    const Int128 prior = total.notes, stated = total.influence;
    weights.push_back(
        measured ? Int128{kWholePpm - weight_ppm} * prior * influence + Int128{weight_ppm} * stated * notes : prior);
  }
  // Parts per million are split as nano-units are: one rule of rounding everywhere.
  ASSIGN_OR_RETURN(const Split split, SplitByLargestRemainder(Money(kWholePpm, Currency()), weights));
  std::vector<uint32_t> shares;
  for (const Money& part : split.parts) shares.push_back(static_cast<uint32_t>(part.nanos()));
  return shares;
}

Status CheckTrainingShares(const v1::TrainingShares& shares, std::string_view influences_csv) {
  const auto wrong = [](const std::string& field, const std::string& says, const std::string& should) {
    return InvalidArgument("training shares: " + field + " is " + says + ", should be " + should);
  };
  const uint32_t weight = shares.influence_weight_ppm();
  const bool validated = !shares.validation_sha256().empty() && shares.lds_low_ppm() > 0;
  if (weight > 0 && !validated) {
    return wrong(
        "influence_weight_ppm", std::to_string(weight),
        "0 while no validation has an interval above 0 (lds_low_ppm " + std::to_string(shares.lds_low_ppm()) + ")");
  }
  const auto pieces = ParseInfluences(influences_csv);
  if (!pieces.ok()) return pieces.status().WithContext("training shares: influences");
  const auto owners = TotalsByOwner(*pieces);
  if (!owners.ok()) return owners.status().WithContext("training shares");
  const auto ppm = TrainingSharesPpm(*owners, weight);
  if (!ppm.ok()) return ppm.status().WithContext("training shares");
  if (shares.owners_size() != static_cast<int>(owners->size())) {
    return wrong("the number of owners", std::to_string(shares.owners_size()), std::to_string(owners->size()));
  }
  int at = 0;
  for (const auto& [name, total] : *owners) {
    const v1::TrainingOwner& said = shares.owners(at);
    if (said.owner() != name)
      return wrong("owner " + std::to_string(at), "\"" + said.owner() + "\"", "\"" + name + "\"");
    const uint32_t due = (*ppm)[static_cast<size_t>(at)];
    const std::array<std::tuple<const char*, uint64_t, uint64_t>, 3> numbers = {
        {{"notes", said.notes(), total.notes},
         {"influence", said.influence(), total.influence},
         {"share_ppm", said.share_ppm(), due}}};
    for (const auto& [field, says, should] : numbers) {
      if (says != should) return wrong(field + (" of " + name), std::to_string(says), std::to_string(should));
    }
    ++at;
  }
  return Status::Ok();
}

}  // namespace ledgerline::rights
