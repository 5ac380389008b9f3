#include "ledger/audit/make_audit_pack.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/audit/make_receipt.h"
#include "ledger/audit/prove_entry.h"
#include "ledger/exchange/csv.h"
#include "ledger/journal/entry.h"
#include "ledger/royalty/close_index.h"

namespace ledgerline::audit {
namespace {

Result<std::string> BlobOf(const journal::Journal& journal, const std::string& hash) {
  ASSIGN_OR_RETURN(const Hash256 name, Hash256::FromBytes(hash));
  return journal.ReadBlob(name);
}

// Lines of a statements' blob with their paths.
class BlobLines {
 public:
  explicit BlobLines(std::string blob) : blob_(std::move(blob)), lines_(royalty::LinesOf(blob_)) {
    for (const std::string_view line : lines_) tree_.Append(line);
  }
  const std::vector<std::string_view>& lines() const { return lines_; }
  Result<PackLine> At(uint64_t number) {
    ASSIGN_OR_RETURN(crypto::Proof proof, tree_.Prove(EntryIndex(number)));
    return PackLine{number, std::string(lines_[number]), std::move(proof)};
  }

 private:
  const std::string blob_;
  std::vector<std::string_view> lines_;
  crypto::MemoryTree tree_;
};

class Maker {
 public:
  Maker(const journal::Journal& journal, const royalty::LedgerFold& fold, const royalty::CloseItem& close)
      : journal_(journal), fold_(fold), item_(close) {}

  Result<AuditPack> Run(const PartyId& party) {
    pack_.party = party.text();
    pack_.period = item_.period.ToString();
    pack_.close = item_.entry.value;
    ASSIGN_OR_RETURN(const std::string blob, BlobOf(journal_, item_.close.statements_sha256()));
    ASSIGN_OR_RETURN(result_, royalty::RecomputeClose(fold_, item_.entry));
    RETURN_IF_ERROR(royalty::CompareClose(result_, item_.close, blob));
    ASSIGN_OR_RETURN(const Hash256 root, Hash256::FromBytes(item_.close.prefix_root()));
    const TreeSize prefix{item_.close.prefix_size()};
    const royalty::FrozenPeriod frozen{item_.period, prefix, root, fold_, item_.secret};
    ASSIGN_OR_RETURN(royalty::PartyIndex index, royalty::IndexOf(frozen, result_));
    ASSIGN_OR_RETURN(pack_.index, index.Open(pack_.party));
    auto concerns = royalty::GatherConcerns(frozen, result_);
    if (const auto found = concerns.find(pack_.party); found != concerns.end()) concern_ = std::move(found->second);

    pack_.checkpoint = journal_.LatestCheckpoint();
    ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, journal_.keys().operator_keys().Open(pack_.checkpoint));
    size_ = checkpoint.size;
    ASSIGN_OR_RETURN(pack_.prefix_proof, journal_.ConsistencyProof(prefix, size_));
    RETURN_IF_ERROR(AddEntries());
    RETURN_IF_ERROR(AddFiles());
    RETURN_IF_ERROR(AddLines(blob));
    RETURN_IF_ERROR(AddSums());
    RETURN_IF_ERROR(AddPrevious());
    return std::move(pack_);
  }

 private:
  // The close, what concerns the party, what auditors said of the close, and the keys of whoever signed these.
  Status AddEntries() {
    pack_.concerned.assign(concern_.entries.begin(), concern_.entries.end());
    std::set<EntryIndex> wanted{item_.entry};
    for (const uint64_t entry : concern_.entries) wanted.insert(EntryIndex(entry));
    ASSIGN_OR_RETURN(const auto attestations, journal_.EntriesOfType(v1::PAYLOAD_TYPE_AUDIT_ATTESTATION));
    for (const EntryIndex index : attestations) {
      if (!size_.Contains(index)) continue;
      ASSIGN_OR_RETURN(const journal::ParsedEntry entry, Read(index));
      if (entry.submission.payload.audit_attestation().close_index() == item_.entry.value) wanted.insert(index);
    }
    std::set<EntryIndex> headers;
    std::vector<Hash256> signers;
    for (const EntryIndex index : wanted) {
      ASSIGN_OR_RETURN(const journal::ParsedEntry entry, Read(index));
      signers.push_back(entry.submission.key_id);
      if (entry.is_item()) headers.insert(EntryIndex(index.value - entry.batch_offset));
    }
    wanted.merge(headers);
    ASSIGN_OR_RETURN(std::set<EntryIndex> keys, KeyEntriesFor(journal_, signers, size_));
    wanted.merge(keys);
    for (const EntryIndex index : wanted) {
      ASSIGN_OR_RETURN(ProvedEntry proved, ProveEntry(journal_, index, size_));
      pack_.entries.push_back(std::move(proved));
    }
    return Status::Ok();
  }
  Result<journal::ParsedEntry> Read(EntryIndex index) const {
    ASSIGN_OR_RETURN(const std::string bytes, journal_.ReadEntry(index));
    return journal::ParseEntry(bytes);
  }

  Status AddFiles() {
    std::map<uint64_t, std::set<uint64_t>> wanted;
    for (const royalty::RowReference& row : concern_.rows) wanted[row.entry].insert(row.number);
    for (const auto& each : wanted) {
      const uint64_t index = each.first;
      const std::set<uint64_t>& numbers = each.second;  // clang 14 captures no structured binding
      ASSIGN_OR_RETURN(const journal::ParsedEntry entry, Read(EntryIndex(index)));
      const v1::Payload& payload = entry.submission.payload;
      const v1::FileDigest& digest =
          payload.has_usage_file() ? payload.usage_file().file() : payload.catalogue_file().file();
      ASSIGN_OR_RETURN(const std::string bytes, BlobOf(journal_, digest.blob_sha256()));
      PackFile file;
      file.entry = index;
      file.header = std::string(exchange::HeaderLine(bytes));
      crypto::MemoryTree tree;
      RETURN_IF_ERROR(exchange::ReadCsv(
          bytes, [](const exchange::CsvRow&) { return Status::Ok(); },
          [&](const exchange::CsvRow& row) {
            tree.Append(row.raw);
            if (numbers.contains(row.number)) file.rows.push_back({row.number, std::string(row.raw), {}});
            return Status::Ok();
          }));
      for (PackFile::Row& row : file.rows) {
        ASSIGN_OR_RETURN(row.proof, tree.Prove(EntryIndex(row.number)));
      }
      pack_.files.push_back(std::move(file));
    }
    return Status::Ok();
  }

  Status AddLines(const std::string& blob) {
    if (concern_.lines.empty()) return Status::Ok();
    BlobLines lines(blob);
    const auto& statements = result_.statements;
    const uint64_t first_balance = 1 + statements.totals.size();
    const uint64_t first_line = first_balance + statements.balances.size();
    std::map<uint64_t, std::set<size_t>> parts;  // of the nodes from the lines up
    for (const uint64_t number : concern_.lines) {
      ASSIGN_OR_RETURN(PackLine line, lines.At(number));
      pack_.lines.push_back(std::move(line));
      if (number < first_line) {
        pack_.line_checks.emplace_back();
        continue;
      }
      const royalty::LineTrace& trace = result_.traces[number - first_line];
      pack_.line_checks.push_back(trace.node >= 0 ? std::to_string(trace.node) : "replay only");
      int top = -1;
      for (int node = trace.node, part = static_cast<int>(trace.child); node >= 0;) {
        const royalty::AllocationNode& at = result_.nodes[static_cast<size_t>(node)];
        parts[static_cast<uint64_t>(node)].insert(static_cast<size_t>(part));
        top = node;
        part = static_cast<int>(at.parent_child);
        node = at.parent;
      }
      if (top >= 0)
        AddUse(result_.nodes[static_cast<size_t>(top)].scope, statements.lines[number - first_line].cover, trace);
    }
    ASSIGN_OR_RETURN(auto opener, royalty::NodeOpener::Create(result_.nodes, royalty::CloseKeys::From(*item_.secret)));
    for (const auto& [number, of_node] : parts) {
      ASSIGN_OR_RETURN(royalty::NodeOpening node, opener.Open(number, {of_node.begin(), of_node.end()}));
      pack_.nodes.push_back(std::move(node));
    }
    return Status::Ok();
  }

  // All rows of the cover in the pool, by the days that were divided apart.
  void AddUse(const std::string& scope, const std::string& cover, const royalty::LineTrace& of_line) {
    const auto same = [&](const PackUse& use) { return use.scope == scope && use.cover == cover; };
    if (std::any_of(pack_.uses.begin(), pack_.uses.end(), same)) return;
    PackUse use{scope, cover, {}, {}};
    const auto reference = [&](size_t index) {
      const royalty::UsageItem& item = fold_.cover_usage()[index];
      return royalty::RowReference{item.entry.value, item.row.number};
    };
    std::map<std::string, std::set<royalty::RowReference>> groups;
    std::set<royalty::RowReference> seen;
    for (size_t i = 0; i < result_.traces.size(); ++i) {
      const royalty::LineTrace& trace = result_.traces[i];
      const royalty::StatementLine& line = result_.statements.lines[i];
      if (trace.pool_rows != of_line.pool_rows || line.cover != cover || trace.node < 0) continue;
      std::string date;
      for (const royalty::SplitStep& step : line.steps) {
        if (step.level == "dates") date = step.id;
      }
      auto& group = groups[date];
      for (const size_t index : *trace.rows) group.insert(reference(index));
      seen.insert(group.begin(), group.end());
    }
    for (const auto& [date, rows] : groups) use.groups.push_back({date, {rows.begin(), rows.end()}});
    std::set<royalty::RowReference> idle;
    for (const size_t index : *of_line.pool_rows) {
      if (fold_.cover_usage()[index].row.recording.text() == cover && !seen.contains(reference(index)))
        idle.insert(reference(index));
    }
    use.idle_rows.assign(idle.begin(), idle.end());
    pack_.uses.push_back(std::move(use));
  }

  Status AddSums() {
    for (const royalty::Balance& balance : result_.statements.balances) {
      if (balance.party != pack_.party) continue;
      ASSIGN_OR_RETURN(royalty::SumOpening sum,
                       royalty::OpenSum(result_.statements, royalty::CloseKeys::From(*item_.secret), pack_.party,
                                        balance.closing.currency()));
      pack_.sums.push_back(std::move(sum));
    }
    return Status::Ok();
  }

  // The balances that the close before left.
  Status AddPrevious() {
    const royalty::CloseItem* previous = nullptr;
    for (const royalty::CloseItem& close : fold_.closes()) {
      if (close.entry.value < item_.close.prefix_size()) previous = &close;
    }
    if (previous == nullptr || !concern_.entries.contains(previous->entry.value)) return Status::Ok();
    ASSIGN_OR_RETURN(std::string blob, BlobOf(journal_, previous->close.statements_sha256()));
    ASSIGN_OR_RETURN(const royalty::Statements statements, royalty::ParseStatements(blob));
    BlobLines lines(std::move(blob));
    for (size_t i = 0; i < statements.balances.size(); ++i) {
      if (statements.balances[i].party != pack_.party) continue;
      pack_.previous_close = previous->entry.value;
      ASSIGN_OR_RETURN(PackLine line, lines.At(1 + statements.totals.size() + i));
      pack_.previous_balances.push_back(std::move(line));
    }
    return Status::Ok();
  }

  const journal::Journal& journal_;
  const royalty::LedgerFold& fold_;
  const royalty::CloseItem& item_;
  royalty::CloseResult result_;
  royalty::PartyConcern concern_;
  TreeSize size_;
  AuditPack pack_;
};

}  // namespace

Result<AuditPack> MakeAuditPack(const journal::Journal& journal, const royalty::LedgerFold& fold, const PartyId& party,
                                Period period) {
  std::string closed;
  for (const royalty::CloseItem& close : fold.closes()) {
    if (close.period == period) return Maker(journal, fold, close).Run(party);
    closed += (closed.empty() ? "" : ", ") + close.period.ToString();
  }
  return NotFound("period " + period.ToString() + " is not closed" +
                  (closed.empty() ? std::string("; no period is") : "; closed are " + closed));
}

}  // namespace ledgerline::audit
