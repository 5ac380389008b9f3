// The keys that hide what a close commits to, each derived from the period secret by its own label, so that one can be
// given away without the others.
//
// The secret is 32 random bytes that `close` draws and that stand in the header of the statements' blob: whoever
// replays the close has it, and computes the same commitments. Source: docs/decisions/0014-close-commitments.md.
#ifndef LEDGERLINE_LEDGER_ROYALTY_CLOSE_KEYS_H_
#define LEDGERLINE_LEDGER_ROYALTY_CLOSE_KEYS_H_

#include <string>
#include <string_view>

#include "schemas/hash.h"

namespace ledgerline::royalty {

inline constexpr size_t kSaltBytes = 16;

struct CloseKeys {
  Hash256 sum_order;   // order of the sum trees' leaves: never shown
  Hash256 sum_salt;    // never shown
  Hash256 index;       // order of the index's leaves: every pack shows it
  Hash256 index_salt;  // never shown
  Hash256 node_salt;   // never shown

  static CloseKeys From(const Hash256& period_secret);
};

// The first 16 bytes of HMAC-SHA-256(key, text).
std::string SaltOf(const Hash256& key, std::string_view text);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_CLOSE_KEYS_H_
