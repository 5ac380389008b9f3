#include "schemas/amount.h"

#include <limits>

namespace ledgerline {

Result<v1::Amount> ToWire(const Money& money) {
  const Int128 units = money.nanos() / kNanosPerUnit;
  if (units > std::numeric_limits<int64_t>::max() || units < std::numeric_limits<int64_t>::min()) {
    return OutOfRange("amount " + money.ToString() + " has more than 64 bits of whole units");
  }
  v1::Amount amount;
  amount.set_currency(money.currency().ToString());
  amount.set_units(static_cast<int64_t>(units));
  amount.set_nanos(static_cast<int32_t>(money.nanos() % kNanosPerUnit));
  return amount;
}

Result<Money> FromWire(const v1::Amount& amount, std::string_view field) {
  const std::string name(field);
  auto currency = Currency::Parse(amount.currency());
  if (!currency.ok()) return currency.status().WithContext(name);
  if (amount.nanos() >= kNanosPerUnit || amount.nanos() <= -kNanosPerUnit) {
    return InvalidArgument(name + ": nanos " + std::to_string(amount.nanos()) + " is outside -999999999 to 999999999");
  }
  if ((amount.units() > 0 && amount.nanos() < 0) || (amount.units() < 0 && amount.nanos() > 0)) {
    return InvalidArgument(name + ": units and nanos have different signs");
  }
  return Money(static_cast<Int128>(amount.units()) * kNanosPerUnit + amount.nanos(), *currency);
}

}  // namespace ledgerline
