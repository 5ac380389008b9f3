// Money to and from its wire form (ledgerline/v1/money.proto).
#ifndef LEDGERLINE_SCHEMAS_AMOUNT_H_
#define LEDGERLINE_SCHEMAS_AMOUNT_H_

#include "ledgerline/v1/money.pb.h"
#include "schemas/money.h"

namespace ledgerline {

// Errors: kOutOfRange (more than 64 bits of whole units).
Result<v1::Amount> ToWire(const Money& money);
// Errors: kInvalidArgument (currency, mixed signs, nanos out of range). `field` names the amount in messages.
Result<Money> FromWire(const v1::Amount& amount, std::string_view field);

}  // namespace ledgerline

#endif  // LEDGERLINE_SCHEMAS_AMOUNT_H_
