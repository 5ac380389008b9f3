// A work cannot stand where a party should.
#include "schemas/ids.h"

ledgerline::PartyId Wrong(const ledgerline::WorkId& work) { return work; }
