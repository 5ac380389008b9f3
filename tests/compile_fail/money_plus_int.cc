// Money has no operator + : a bare number has no currency.
#include "schemas/money.h"

ledgerline::Money Wrong(const ledgerline::Money& money) { return money + 1; }
