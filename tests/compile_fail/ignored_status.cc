// An error that nobody looks at.
#include "schemas/status.h"

void Wrong() { ledgerline::Internal("nobody looks"); }
