// Audit pack: one JSON file with everything of one period that concerns one party, and the proofs that it is in the
// log, that nothing was left out, and that each amount follows. The format is in docs/formats/audit_pack.md.
#ifndef LEDGERLINE_LEDGER_AUDIT_AUDIT_PACK_H_
#define LEDGERLINE_LEDGER_AUDIT_AUDIT_PACK_H_

#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit/proved_entry.h"
#include "ledger/royalty/node_commitment.h"
#include "ledger/royalty/party_index.h"
#include "ledger/royalty/sum_commitment.h"

namespace ledgerline::audit {

inline constexpr std::string_view kPackFormat = "ledgerline-audit-pack/1";
inline constexpr size_t kPackBytesMax = size_t{64} << 20;
inline constexpr size_t kPackListMax = 200'000;  // members of any list

// Rows of the file that an entry brought, each with its path under the file's rows_root. The others stay where they
// are.
struct PackFile {
  struct Row {
    uint64_t number = 0;  // from 0, after the header
    std::string text;
    crypto::Proof proof;
  };
  uint64_t entry = 0;
  std::string header;
  std::vector<Row> rows;
};

// A line of a statements' blob, with its path under the lines_root of the close that names the blob.
struct PackLine {
  uint64_t number = 0;  // in the blob, from 0 (the header)
  std::string text;     // without its end
  crypto::Proof proof;
};

// The usage of one cover in one pool: what its weight and its revenue are computed from.
struct PackUse {
  struct Group {
    std::string date;  // the first day, where the days fall under different share sets; else empty
    std::vector<royalty::RowReference> rows;
  };
  std::string scope;  // the pool: that of its top node
  std::string cover;
  std::vector<Group> groups;
  std::vector<royalty::RowReference> idle_rows;  // of days that get nothing, as they had no plays
};

struct AuditPack {
  std::string party;
  std::string period;
  std::string checkpoint;            // a signed note
  std::vector<ProvedEntry> entries;  // by index: the close, what concerns the party, keys, attestations
  uint64_t close = 0;                // the close's entry
  crypto::Proof prefix_proof;        // RFC 6962 consistency from the close's prefix to the checkpoint
  royalty::IndexOpening index;
  std::vector<uint64_t> concerned;  // the entries that the index lists, ascending
  std::vector<PackFile> files;      // the rows that it lists, by entry
  std::vector<PackLine> lines;      // the lines that it lists: balances, then lines
  // For each of `lines`, the lowest of its nodes; empty for a balance; "replay only" for a kind of line without nodes.
  std::vector<std::string> line_checks;
  std::vector<royalty::NodeOpening> nodes;
  std::vector<PackUse> uses;
  std::vector<royalty::SumOpening> sums;  // one a balance
  // The balances that the close before left, which this one's open with; of the close `previous_close`.
  std::optional<uint64_t> previous_close;
  std::vector<PackLine> previous_balances;
};

std::string FormatPack(const AuditPack& pack);
// Refuses what FormatPack does not write. Errors: kInvalidArgument (names the member), kOutOfRange (above kPackBytesMax
// or kPackListMax).
Result<AuditPack> ParsePack(std::string_view text);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_AUDIT_PACK_H_
