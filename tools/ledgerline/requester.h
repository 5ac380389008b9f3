// The pseudonym under which a listener's requests and ratings are recorded: 16 bytes, 32 hex digits.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_REQUESTER_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_REQUESTER_H_

#include <string>

#include "crypto/random.h"
#include "schemas/status.h"

namespace ledgerline::tool {

// The 16 bytes; a new random pseudonym for an empty text. Errors: kInvalidArgument.
Result<std::string> ParseRequester(const std::string& hex, crypto::RandomSource& random);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_REQUESTER_H_
