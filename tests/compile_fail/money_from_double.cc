// No floating point comes near money.
#include "schemas/money.h"

ledgerline::Money Wrong(ledgerline::Currency currency) { return ledgerline::Money(0.5, currency); }
