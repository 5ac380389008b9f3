// The control: what the other files do wrong, done right. If this does not compile, their failing proves nothing.
#include "schemas/ids.h"
#include "schemas/money.h"

namespace ledgerline {

Status Spend(const PartyId&) { return Status::Ok(); }

Status Right() {
  const Money euro = Money::Zero(*Currency::Parse("EUR"));
  ASSIGN_OR_RETURN(const Money sum, euro.Plus(euro));
  const EntryIndex index(TreeSize(1).value);
  ASSIGN_OR_RETURN(const PartyId party, PartyId::Parse("demo-label"));
  RETURN_IF_ERROR(Spend(party));
  return sum.IsZero() && index.value == 1 ? Status::Ok() : Internal("");
}

}  // namespace ledgerline
