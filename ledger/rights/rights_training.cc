// Training shares in the fold: nothing rests on them, and what is wrong with them is said.
#include "ledger/rights/rights_state.h"
#include "ledger/rights/training_shares.h"

namespace ledgerline::rights {

Status RightsState::ApplyTrainingShares(EntryIndex index, Instant at, const v1::TrainingShares& shares,
                                        BlobReader& blobs) {
  ASSIGN_OR_RETURN(const std::string csv, ReadNamedBlob(blobs, shares.influences_sha256()));
  if (const Status status = CheckTrainingShares(shares, csv); !status.ok()) {
    AddFault(index, true, status.message());
    return Status::Ok();
  }
  constexpr std::string_view kParty = "party:";
  for (const v1::TrainingOwner& owner : shares.owners()) {
    if (!owner.owner().starts_with(kParty)) continue;  // under a licence, as the corpus states it
    const ConsentRecord* grant = consents_.Grant(EntryIndex{owner.consent_index()});
    if (grant == nullptr || grant->party.text() != owner.owner().substr(kParty.size()) ||
        !grant->uses.contains(v1::USE_TRAIN) || StatusOf(*grant, at, TreeSize{index.value}) != ConsentStatus::kActive) {
      AddFault(index, true,
               "training shares: entry " + std::to_string(owner.consent_index()) + " is no consent of " +
                   owner.owner() + " for TRAIN that is in force");
    }
  }
  return Status::Ok();
}

}  // namespace ledgerline::rights
