// Splitting a parties file: what the ledger may hold for ever (random ids, roles, salted commitments) and what it may
// not (names and numbers of persons). Formats: docs/formats/catalogue_csv.md.
#ifndef LEDGERLINE_LEDGER_EXCHANGE_PARTIES_FILE_H_
#define LEDGERLINE_LEDGER_EXCHANGE_PARTIES_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.h"
#include "ledger/exchange/catalogue_row.h"

namespace ledgerline::exchange {

inline constexpr size_t kPartySaltBytes = 16;

// What is sealed outside the ledger.
struct PartyRecord {
  PartyId id;
  PartyRole role = PartyRole::kWriter;
  std::string name;
  std::string ipi;  // canonical, or empty; so are the next two
  std::string isni;
  std::string dpid;
  std::string salt;  // kPartySaltBytes random bytes, without which the commitment could be guessed from names

  // SHA-256("ledgerline/party/v1\n" salt, then u32be(length) and bytes of: party_id, role, name, ipi, isni, dpid).
  Hash256 Commitment() const;
  // One JSON object, the plaintext that is sealed. Parse refuses what Serialize does not write. Errors:
  // kInvalidArgument.
  std::string Serialize() const;
  static Result<PartyRecord> Parse(std::string_view json);
};

struct PartiesSplit {
  std::string public_csv;            // party_id,role,commitment by party id: a catalogue file for the ledger
  std::vector<PartyRecord> records;  // by party id
  std::vector<std::string> warnings;
};

// Columns: party_id, role, name, and optionally ipi, isni, dpid.
// Errors: kInvalidArgument, kOutOfRange (naming line, column, value and rule); kInternal (no randomness).
Result<PartiesSplit> SplitPartiesFile(std::string_view bytes, crypto::RandomSource& random);

}  // namespace ledgerline::exchange

#endif  // LEDGERLINE_LEDGER_EXCHANGE_PARTIES_FILE_H_
