// Statement lines, balances and totals, and the blob that a close commits to: one JSON object a line, in a fixed order.
// Format: docs/formats/statements.md.
#ifndef LEDGERLINE_LEDGER_ROYALTY_STATEMENT_H_
#define LEDGERLINE_LEDGER_ROYALTY_STATEMENT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/royalty/allocation.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/money.h"
#include "schemas/time.h"

namespace ledgerline::royalty {

inline constexpr std::string_view kStatementsFormat = "ledgerline-statements/1";
inline constexpr size_t kStatementsBytesMax = size_t{1} << 30;
inline constexpr size_t kStatementLineBytesMax = size_t{1} << 20;

// Whose a line is. Everything but a party's is money that has found nobody yet, or the platform's.
enum class Account { kParty, kHeld, kUnmatched, kUnclaimed, kPlatform };
// "~held", "~unmatched", "~unclaimed", "~platform": usable where a party id is asked for; "party" for kParty.
std::string_view AccountName(Account account);

struct StatementLine {
  Account account = Account::kParty;
  std::string party;  // empty unless kParty
  std::string id;     // "L0001"; L party, H held, M unmatched, U unclaimed, P platform; counted within party or account
  Money amount;
  Period period;  // of the usage; before the close's own period: a prior-period line
  std::string territory;
  std::string tier;
  std::string rate_id;  // empty: unmatched
  uint64_t rate_entry = 0;
  std::string cover;              // the recording that was used; empty for the platform's line of a pool
  std::vector<std::string> path;  // from the cover's source to the original; more than one for a cover of covers
  std::string branch;             // "master", "publishing", or empty above that level
  std::string asset;              // "recording:ID" or "work:ID"
  std::string right;              // "MASTER" or "MECHANICAL"
  std::string share_set;
  uint64_t share_entry = 0;
  uint32_t share_ppm = 0;
  // Why it is held or unmatched, or why a platform's line is negative: a code of docs/formats/statements.md, such as
  // "SHARES_DISPUTED" or "UNAUTHORISED MISSING_CONSENT". Words for people are ReasonText's, and may change; codes may
  // not.
  std::string reason;
  // How the amount was computed. Pro rata: pool, plays, ... ; per generation: due, then the splits below it.
  std::optional<DueStep> due;
  std::vector<SplitStep> steps;
  // The platform's line of a PER_GENERATION pool: revenue less what all covers owe. May be negative.
  std::optional<Money> pool_revenue;
  std::optional<Money> pool_due;
};

struct Balance {
  std::string party;
  Money opening;    // the closing of the close before
  Money allocated;  // the sum of the party's lines in this currency
  Money closing;
};

// pool = allocated + held + unmatched + unclaimed + platform, exactly.
struct Totals {
  Money pool;
  Money allocated;
  Money held;
  Money unmatched;
  Money unclaimed;
  Money platform;
};

struct Statements {
  std::string rules_version;
  Period period;
  uint64_t prefix_size = 0;
  std::optional<Hash256> secret;     // the period secret; see close_keys.h
  std::vector<Totals> totals;        // by currency
  std::vector<Balance> balances;     // by party, then currency
  std::vector<StatementLine> lines;  // by account, party, id

  // The lines of one party or of "~held" and its like, in order.
  std::vector<const StatementLine*> LinesOf(std::string_view party_or_account) const;
};

// The blob: header, totals, balances, lines; each one line with '\n'.
std::string SerializeStatements(const Statements& statements);
// Refuses what Serialize does not write. Errors: kInvalidArgument, kOutOfRange; both name the line and field.
Result<Statements> ParseStatements(std::string_view blob);
// One line of the blob without its end, and back as strictly. Errors: kInvalidArgument, kOutOfRange.
std::string SerializeLine(const StatementLine& line);
std::string SerializeLine(const Balance& balance);
Result<StatementLine> ParseStatementLine(std::string_view text);
Result<Balance> ParseBalanceLine(std::string_view text);
// RFC 6962 root over the blob's lines without their line ends, and their number.
struct LinesRoot {
  Hash256 root;
  uint64_t count = 0;
};
LinesRoot RootOfLines(std::string_view blob);

// Computes every step again: each part from its gross, weight and cutoff; each step's gross is the part above it; the
// last is the line's amount. Needs nothing but the line. Errors: kDataLoss (names the level and both amounts).
Status CheckLine(const StatementLine& line);
// CheckLine for all; every balance and total is the sum of its lines, and the pool identity holds. Errors: kDataLoss.
Status CheckStatements(const Statements& statements);

// What a reason's code means, for people. The code itself where it is not known.
std::string ReasonText(std::string_view code);

enum class StatementFormat { kText, kCsv, kJson };
// Errors: kInvalidArgument.
Result<StatementFormat> ParseStatementFormat(std::string_view name);  // "text", "csv", "json"
// One party's (or account's) statement. Errors: kNotFound (it has neither lines nor a balance, and the caller does not
// say that it is `known_to_exist`), naming those that do.
Result<std::string> RenderStatement(const Statements& statements, std::string_view party_or_account,
                                    StatementFormat format, bool known_to_exist = false);
// The totals of the close, one block a currency.
std::string RenderTotals(const Statements& statements);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_STATEMENT_H_
