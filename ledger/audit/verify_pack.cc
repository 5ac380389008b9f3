#include "ledger/audit/verify_pack.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/audit/attestation.h"
#include "ledger/audit/entry_examination.h"
#include "ledger/audit/pack_facts.h"
#include "ledger/audit/pack_lines.h"
#include "ledger/audit/quorum_check.h"
#include "ledger/royalty/close.h"
#include "schemas/amount.h"

namespace ledgerline::audit {
namespace {

using royalty::Balance;
using royalty::StatementLine;

// One pack under examination.
class PackExamination {
 public:
  PackExamination(const AuditPack& pack, const std::optional<crypto::TrustAnchor>& anchor,
                  const std::vector<crypto::PolicyAuditor>& auditors)
      : pack_(pack),
        anchor_(anchor),
        log_key_(anchor ? std::optional(anchor->KeyFor(pack.checkpoint)) : std::optional<crypto::VerifierKey>()),
        auditors_(auditors),
        examined_("pack", log_key_, report_) {
    if (anchor_) auditors_.insert(auditors_.end(), anchor_->auditors().begin(), anchor_->auditors().end());
  }

  Report Run() && {
    if (!examined_.ReadCheckpoint(pack_.checkpoint)) return std::move(report_);
    CheckEntries();
    if (anchor_) CheckQuorum(*anchor_, pack_.checkpoint, report_);
    const journal::ParsedEntry* entry = examined_.Find(pack_.close, v1::PAYLOAD_TYPE_PERIOD_CLOSE);
    if (entry == nullptr) {
      report_.Fail("close", Named(EntryIndex(pack_.close)) + " is no close that is in the pack and holds");
      return std::move(report_);
    }
    close_ = &entry->submission.payload.period_close();
    if (const Status status = CheckClose(); !status.ok()) {
      report_.Fail("close of " + pack_.period, status.message());
      return std::move(report_);
    }
    const bool indexed = CheckIndexed();
    const PackFacts facts = ReadFacts(pack_, examined_, report_);
    CheckStatement(facts);
    NameOperatorsWord();
    for (const ProvedEntry& proved : pack_.entries) {
      if (proved.index.value == pack_.close && indexed)
        JudgeCompleteness(examined_, pack_.close, proved.bytes, auditors_, report_);
    }
    return std::move(report_);
  }

 private:
  void CheckEntries() {
    std::set<EntryIndex> seen;
    for (const ProvedEntry& entry : pack_.entries) {
      if (!seen.insert(entry.index).second) report_.Fail(Named(entry.index), "it stands twice in the pack");
      examined_.Include(entry);
    }
    examined_.CheckSignatures();
  }

  Status CheckClose() {
    const v1::PeriodClose& close = *close_;
    if (close.period() != pack_.period)
      return DataLoss("the close is of " + close.period() + ", the pack of " + pack_.period);
    if (close.rules_version() != royalty::kRulesVersion)
      return InvalidArgument("rules_version '" + close.rules_version() + "' is unknown");
    if (close.index_root().empty())
      return InvalidArgument("it commits to no index: it was made before there were packs");
    if (close.prefix_size() > pack_.close) return DataLoss("its prefix reaches beyond itself");
    ASSIGN_OR_RETURN(const Hash256 prefix_root, Hash256::FromBytes(close.prefix_root()));
    const crypto::Checkpoint& checkpoint = examined_.checkpoint();
    const Status extends = crypto::VerifyConsistency(TreeSize(close.prefix_size()), checkpoint.size, prefix_root,
                                                     checkpoint.root, pack_.prefix_proof);
    if (!extends.ok()) return extends.WithContext("the prefix that it is computed from is not shown to be this log's");
    ASSIGN_OR_RETURN(const Hash256 sums_root, royalty::SumsRoot(close.sums()));
    if (close.sums_root() != sums_root.view()) return DataLoss("sums_root is not that of the sums");
    for (const v1::PeriodTotals& totals : close.totals()) RETURN_IF_ERROR(CheckTotals(totals));
    report_.Pass("close of " + pack_.period,
                 "computed from the log's first " + std::to_string(close.prefix_size()) + " entries, by " +
                     close.rules_version() +
                     "; in each currency the pool is allocated + held + unmatched + "
                     "unclaimed + platform, and the sum trees' total is what was allocated");
    return Status::Ok();
  }

  Status CheckTotals(const v1::PeriodTotals& totals) const {
    ASSIGN_OR_RETURN(const Money pool, FromWire(totals.pool(), "pool"));
    ASSIGN_OR_RETURN(const Money allocated, FromWire(totals.allocated(), "allocated"));
    Money sum = allocated;
    for (const v1::Amount* part : {&totals.held(), &totals.unmatched(), &totals.unclaimed(), &totals.platform()}) {
      ASSIGN_OR_RETURN(const Money money, FromWire(*part, "total"));
      ASSIGN_OR_RETURN(sum, sum.Plus(money));
    }
    if (sum != pool) return DataLoss("the pool is " + pool.ToString() + ", its parts sum to " + sum.ToString());
    Money committed = Money::Zero(allocated.currency());
    for (const v1::SumCommitment& tree : close_->sums()) {
      if (tree.currency() != totals.currency()) continue;
      ASSIGN_OR_RETURN(const Money credits, FromWire(tree.credits(), "credits"));
      ASSIGN_OR_RETURN(const Money debits, FromWire(tree.debits(), "debits"));
      ASSIGN_OR_RETURN(committed, credits.Minus(debits));
    }
    if (committed != allocated)
      return DataLoss("allocated is " + allocated.ToString() + ", the sum trees hold " + committed.ToString());
    return Status::Ok();
  }

  // Whether the index tells of the party, and the pack has exactly what it tells.
  bool CheckIndexed() {
    const std::string name = "index of " + pack_.party;
    const auto root = Hash256::FromBytes(close_->index_root());
    if (!root.ok()) {
      report_.Fail(name, root.status().message());
      return false;
    }
    const Status status = royalty::CheckIndex(*root, close_->index_count(), pack_.party, pack_.index);
    if (!status.ok()) {
      report_.Fail(name, status.message());
      return false;
    }
    if (!pack_.index.presence) {
      if (pack_.concerned.empty() && pack_.files.empty() && pack_.lines.empty()) {
        report_.Pass(name, "nothing concerns " + pack_.party + " in " + pack_.period + ": the index of " +
                               std::to_string(close_->index_count()) +
                               " parties goes from one neighbour to the next without it");
        return true;
      }
      report_.Fail(name, "the index says that nothing concerns the party, and the pack has something");
      return false;
    }
    return CompareLists(name);
  }

  bool CompareLists(const std::string& name) {
    royalty::PartyConcern shown;
    std::map<uint64_t, std::string_view> headers, lines;
    shown.entries.insert(pack_.concerned.begin(), pack_.concerned.end());
    for (const PackFile& file : pack_.files) {
      headers[file.entry] = file.header;
      for (const PackFile::Row& row : file.rows) shown.rows.insert({file.entry, row.number});
    }
    for (const PackLine& line : pack_.lines) {
      lines[line.number] = line.text;
      shown.lines.push_back(line.number);
    }
    std::sort(shown.lines.begin(), shown.lines.end());
    const royalty::ConcernRoots is = royalty::RootsOf(
        shown, [&](uint64_t entry) { return headers[entry]; }, [&](uint64_t line) { return lines[line]; });
    const royalty::ConcernRoots& says = pack_.index.presence->roots;
    bool whole = CompareList(name, "entries", says.entry_count, is.entry_count, says.entries_root == is.entries_root);
    whole &= CompareList(name, "rows of files", says.row_count, is.row_count, says.rows_root == is.rows_root);
    whole &= CompareList(name, "lines", says.line_count, is.line_count, says.lines_root == is.lines_root);
    for (const uint64_t index : pack_.concerned) {
      if (examined_.entries().contains(EntryIndex(index))) continue;
      report_.Fail(Named(EntryIndex(index)), "the index lists it, and it is not in the pack, or does not hold");
      whole = false;
    }
    if (whole) {
      report_.Pass(name, "the pack has exactly what the close's index lists for " + pack_.party + ": " +
                             std::to_string(is.entry_count) + " entries, " + std::to_string(is.row_count) +
                             " rows of files, " + std::to_string(is.line_count) + " lines");
    }
    return whole;
  }

  bool CompareList(const std::string& name, const std::string& what, uint64_t says, uint64_t is, bool same_root) {
    if (says == is && same_root) return true;
    report_.Fail(name + ": " + what,
                 says != is ? "the index lists " + std::to_string(says) + ", the pack has " + std::to_string(is) +
                                  (says > is ? ": something was left out" : ": something was added")
                            : "as many as the index lists, but not the same: something was exchanged or altered");
    return false;
  }

  void CheckStatement(const PackFacts& facts) {
    const auto nodes_root = Hash256::FromBytes(close_->nodes_root());
    const auto lines_root = Hash256::FromBytes(close_->lines_root());
    if (!nodes_root.ok() || !lines_root.ok()) return report_.Fail("close of " + pack_.period, "a root is not 32 bytes");
    LineChecker checker(pack_, facts, {*nodes_root, close_->node_count()}, report_);
    std::map<Currency, Money> sums;
    std::vector<Balance> balances;
    size_t lines = 0;
    for (size_t i = 0; i < pack_.lines.size(); ++i) {
      const PackLine& at = pack_.lines[i];
      std::string name = "line " + std::to_string(at.number) + " of the statements";
      const Status status = [&]() -> Status {
        RETURN_IF_ERROR(CheckInBlob(at, *lines_root, close_->line_count()));
        if (auto balance = royalty::ParseBalanceLine(at.text); balance.ok()) {
          name = "balance in " + balance->closing.currency().ToString();
          if (balance->party != pack_.party) return DataLoss("it is of " + balance->party);
          if (!pack_.line_checks[i].empty()) return DataLoss("a balance has no node");
          balances.push_back(*std::move(balance));
          return Status::Ok();
        }
        ASSIGN_OR_RETURN(const StatementLine line, royalty::ParseStatementLine(at.text));
        name = "line " + line.id;
        if (line.account != royalty::Account::kParty || line.party != pack_.party)
          return DataLoss("it is not of " + pack_.party);
        ASSIGN_OR_RETURN(sums[line.amount.currency()],
                         sums.try_emplace(line.amount.currency(), Money::Zero(line.amount.currency()))
                             .first->second.Plus(line.amount));
        RETURN_IF_ERROR(checker.Check(line, pack_.line_checks[i]));
        ++lines;
        return Status::Ok();
      }();
      if (!status.ok()) report_.Fail(name, status.message());
    }
    if (lines > 0)
      report_.Pass("lines",
                   std::to_string(lines) + (lines == 1 ? " line, computed" : " lines, each computed") +
                       " again to the nano-unit: weights from the rows and events, parts from the nodes, from the "
                       "pool down");
    CheckBalances(balances, sums);
    NameUnpaidRows(facts, checker);
    if (lines > 0) {
      report_.Trust(
          "What stands at the top of a pool: that its revenue and its total of plays are the sums of everybody's rows, "
          "of which "
          "the pack has only yours. And which shares, rates and generations counted, where others spoke too: consents "
          "of others, "
          "rival claims, what earlier closes settled. A replay shows these.");
    }
  }

  static Status CheckInBlob(const PackLine& line, const Hash256& root, uint64_t count) {
    const Status status = crypto::VerifyInclusion(crypto::LeafHash(line.text), EntryIndex(line.number), TreeSize(count),
                                                  line.proof, root);
    return status.ok() ? status : status.WithContext("it is not a line of the close's statements");
  }

  void CheckBalances(const std::vector<Balance>& balances, const std::map<Currency, Money>& sums) {
    std::map<Currency, Money> opening;
    if (const Status status = ReadPrevious(opening); !status.ok())
      return report_.Fail("balances of the close before", status.message());
    std::set<Currency> seen;
    for (const Balance& balance : balances) {
      const Currency currency = balance.closing.currency();
      const std::string name = "balance in " + currency.ToString();
      const Status status = [&]() -> Status {
        if (!seen.insert(currency).second) return DataLoss("it stands twice");
        const auto sum = sums.find(currency);
        const Money allocated = sum == sums.end() ? Money::Zero(currency) : sum->second;
        if (allocated != balance.allocated)
          return DataLoss("allocated is " + balance.allocated.ToString() + ", the lines sum to " +
                          allocated.ToString());
        const auto before = opening.find(currency);
        const Money opened = before == opening.end() ? Money::Zero(currency) : before->second;
        if (opened != balance.opening)
          return DataLoss("it opens with " + balance.opening.ToString() + ", the close before left " +
                          opened.ToString());
        ASSIGN_OR_RETURN(const Money closing, balance.opening.Plus(balance.allocated));
        if (closing != balance.closing)
          return DataLoss("it closes with " + balance.closing.ToString() + ", opening and allocated make " +
                          closing.ToString());
        return CheckSumOf(balance);
      }();
      if (!status.ok()) {
        report_.Fail(name, status.message());
        continue;
      }
      report_.Pass(name, balance.opening.ToString() + " + " + balance.allocated.ToString() + " = " +
                             balance.closing.ToString() + "; the allocated part is a leaf of the close's sum tree");
    }
    for (const auto& [currency, sum] : sums) {
      if (!seen.contains(currency))
        report_.Fail("balance in " + currency.ToString(), "there are lines, and no balance");
    }
    for (const auto& [currency, left] : opening) {
      if (!seen.contains(currency))
        report_.Fail("balance in " + currency.ToString(),
                     "the close before left " + left.ToString() + ", this one has no balance");
    }
    if (pack_.sums.size() != balances.size())
      report_.Fail("sums", "the pack has " + std::to_string(pack_.sums.size()) + " sum proofs for " +
                               std::to_string(balances.size()) + " balances");
  }

  Status CheckSumOf(const Balance& balance) const {
    for (const royalty::SumOpening& opening : pack_.sums) {
      if (opening.currency != balance.closing.currency()) continue;
      for (const v1::SumCommitment& commitment : close_->sums()) {
        if (commitment.currency() == opening.currency.ToString())
          return royalty::CheckSum(commitment, pack_.party, balance.allocated, opening);
      }
    }
    return DataLoss("its sum proof is not in the pack");
  }

  // The closings of the close before, by currency. That there is one, the index says.
  Status ReadPrevious(std::map<Currency, Money>& opening) {
    std::optional<uint64_t> listed;
    for (const uint64_t index : pack_.concerned) {
      if (examined_.Find(index, v1::PAYLOAD_TYPE_PERIOD_CLOSE) != nullptr) listed = index;
    }
    if (listed != pack_.previous_close)
      return DataLoss(listed ? "the index lists the close in " + Named(EntryIndex(*listed)) +
                                   ", whose balances are not in the pack"
                             : "the index lists no close before");
    if (!listed) return Status::Ok();
    const v1::PeriodClose& close =
        examined_.Find(*listed, v1::PAYLOAD_TYPE_PERIOD_CLOSE)->submission.payload.period_close();
    ASSIGN_OR_RETURN(const Hash256 root, Hash256::FromBytes(close.lines_root()));
    if (pack_.previous_balances.empty()) return DataLoss("there are none, and the index lists the close for them");
    for (const PackLine& line : pack_.previous_balances) {
      RETURN_IF_ERROR(CheckInBlob(line, root, close.line_count()));
      ASSIGN_OR_RETURN(const Balance balance, royalty::ParseBalanceLine(line.text));
      if (balance.party != pack_.party) return DataLoss("one is of " + balance.party);
      if (!opening.emplace(balance.closing.currency(), balance.closing).second)
        return DataLoss("two are in " + balance.closing.currency().ToString());
    }
    return Status::Ok();
  }

  // Usage of what the party holds that came to no line of it: held, unmatched, without plays, or somebody else's part.
  void NameUnpaidRows(const PackFacts& facts, const LineChecker& checker) {
    std::string named;
    size_t count = 0;
    for (const auto& [row, usage] : facts.usage) {
      if (checker.rows_used().contains(row)) continue;
      if (++count <= 20)
        named += "\n" + usage.recording.text() + ", " + usage.period.ToString() + " " + usage.territory + " " +
                 usage.tier + ", " + std::to_string(usage.plays) + " plays, " + usage.revenue.ToString() + " (row " +
                 std::to_string(row.number) + " of entry " + std::to_string(row.entry) + ")";
    }
    if (count == 0) return;
    if (count > 20) named += "\n... and " + std::to_string(count - 20) + " more";
    report_.Trust("That " + std::to_string(count) + " usage rows of what " + pack_.party +
                  " holds paid it nothing rightly (held, unmatched, or the part of others):" + named);
  }

  void NameOperatorsWord() {
    for (const auto& [index, entry] : examined_.entries()) {
      if (entry.type != v1::PAYLOAD_TYPE_CONSENT_GRANT) continue;
      const journal::EnrolledKey* key = examined_.keys().FindOrNull(entry.submission.key_id);
      if (key != nullptr && key->role != v1::KEY_ROLE_PARTY)
        report_.Trust("The consent of " + entry.submission.payload.consent_grant().party_id() + " (" + Named(index) +
                      "): the operator says so, the party did not sign.");
    }
    report_.Trust(
        "That the files say what is true: plays and revenue are the service's report, shares and rates the operator's "
        "import.");
  }

  const AuditPack& pack_;
  const std::optional<crypto::TrustAnchor>& anchor_;
  const std::optional<crypto::VerifierKey> log_key_;
  std::vector<crypto::PolicyAuditor> auditors_;
  Report report_;
  EntryExamination examined_;
  const v1::PeriodClose* close_ = nullptr;
};

}  // namespace

Report VerifyPack(const AuditPack& pack, const std::optional<crypto::TrustAnchor>& anchor,
                  const std::vector<crypto::PolicyAuditor>& auditors) {
  return PackExamination(pack, anchor, auditors).Run();
}

}  // namespace ledgerline::audit
