#include "ledger/royalty/party_concerns.h"

#include <utility>

namespace ledgerline::royalty {
namespace {

using exchange::Asset;

class ConcernGatherer {
 public:
  ConcernGatherer(const FrozenPeriod& frozen, const CloseResult& result)
      : frozen_(frozen), rights_(frozen.fold.rights()), result_(result) {
    for (const CloseItem& close : frozen.fold.closes()) {
      if (close.entry.value < frozen.prefix.value) previous_ = &close;
    }
    if (previous_ != nullptr) from_ = previous_->close.prefix_size();
  }

  std::map<std::string, PartyConcern> Run() {
    FindHolders();
    AddNamed();
    AddCatalogue();
    AddMade();
    AddUsage();
    AddStatements();
    return std::move(concerns_);
  }

 private:
  using Parties = std::set<std::string>;

  bool IsNew(EntryIndex entry) const { return entry.value >= from_ && entry.value < frozen_.prefix.value; }
  void AddEntry(const std::string& party, EntryIndex entry) { concerns_[party].entries.insert(entry.value); }
  void AddRow(const std::string& party, EntryIndex entry, uint64_t row) {
    AddEntry(party, entry);
    concerns_[party].rows.insert({entry.value, row});
  }

  // --- Whose an asset is: everybody whom any share set of it, of whatever standing, names as payee or controller.

  void FindHolders() {
    rights_.shares().ForEachVersion(frozen_.prefix, [&](const rights::ShareSetVersion& version) {
      for (const exchange::ShareLine& line : version.row.lines) {
        for (const PartyId& party : {line.party, line.controller}) {
          holders_[version.row.asset].insert(party.text());
          claimants_[{version.row.asset, version.row.right}].insert(party.text());
        }
      }
    });
  }
  const Parties& HoldersOf(const Asset& asset) const {
    static const Parties kNobody;
    const auto found = holders_.find(asset);
    return found == holders_.end() ? kNobody : found->second;
  }
  Parties HoldersOf(const exchange::RecordingRow& row) const {
    Parties parties = HoldersOf(Asset::Of(row.id));
    for (const exchange::WorkPart& part : row.works) {
      const Parties& of_work = HoldersOf(Asset::Of(part.work));
      parties.insert(of_work.begin(), of_work.end());
    }
    return parties;
  }
  // Of a cover: those of everything that it comes from. A cover beyond the bounds of covers of covers has none.
  const Parties& HoldersOf(const rights::RecordingView& view) {
    const auto [at, is_new] = by_recording_.try_emplace(view.id);
    if (!is_new) return at->second;
    Parties parties;
    if (view.original != nullptr) parties = HoldersOf(view.original->row);
    if (view.cover != nullptr) parties = HoldersOf(*view.cover);
    return by_recording_[view.id] = std::move(parties);
  }
  Parties HoldersOf(const rights::GenerationRecord& made) {
    Parties parties;
    if (made.depth > rights::kSourceDepthMax || made.paths > rights::kSourcePathsMax) return parties;
    for (const v1::SourceUse& source : made.event.sources()) {
      const auto id = RecordingId::Parse(source.recording_id());
      if (!id.ok()) continue;
      // Only a cover that was there before can be its source, which rules out cycles.
      const rights::RecordingView view = rights_.Recording(*id, frozen_.prefix);
      if (view.cover != nullptr && view.cover->entry >= made.entry) continue;
      const Parties& of_source = HoldersOf(view);
      parties.insert(of_source.begin(), of_source.end());
    }
    return parties;
  }

  // --- New in this period: entries since the prefix of the close before

  void AddNamed() {
    for (const auto& [entry, party] : frozen_.fold.named_parties()) {
      if (IsNew(entry)) AddEntry(party, entry);
    }
  }

  void AddCatalogue() {
    rights_.ForEachPartyVersion(frozen_.prefix, [&](const rights::Version<exchange::PartyRow>& version) {
      if (IsNew(version.entry)) AddRow(version.row.id.text(), version.entry, version.row.row);
    });
    rights_.ForEachWorkVersion(frozen_.prefix, [&](const rights::Version<exchange::WorkRow>& version) {
      if (!IsNew(version.entry)) return;
      for (const std::string& party : HoldersOf(Asset::Of(version.row.id)))
        AddRow(party, version.entry, version.row.row);
    });
    rights_.ForEachRecordingVersion(frozen_.prefix, [&](const rights::Version<exchange::RecordingRow>& version) {
      if (IsNew(version.entry)) AddRecording(HoldersOf(version.row), version);
    });
    rights_.shares().ForEachVersion(frozen_.prefix, [&](const rights::ShareSetVersion& version) {
      if (!IsNew(version.entry)) return;
      // A claim to the same right is everybody's business who claims it; its rows are those of the parties in them.
      for (const std::string& party : claimants_[{version.row.asset, version.row.right}])
        AddEntry(party, version.entry);
      for (const exchange::ShareLine& line : version.row.lines) {
        AddRow(line.party.text(), version.entry, line.row);
        AddRow(line.controller.text(), version.entry, line.row);
      }
    });
  }
  void AddRecording(const Parties& parties, const rights::Version<exchange::RecordingRow>& version) {
    for (const std::string& party : parties) {
      for (const exchange::WorkPart& part : version.row.works) AddRow(party, version.entry, part.row);
    }
  }

  void AddMade() {
    for (const auto& [entry, permit] : rights_.permits()) {
      const auto id = RecordingId::Parse(permit.permit.recording_id());
      if (!IsNew(entry) || !id.ok()) continue;
      for (const std::string& party : HoldersOf(rights_.Recording(*id, frozen_.prefix))) AddEntry(party, entry);
    }
    for (const auto* made : rights_.Generations(frozen_.prefix)) {
      if (!IsNew(made->entry)) continue;
      for (const std::string& party : HoldersOf(*made)) AddGeneration(party, *made);
    }
  }
  void AddGeneration(const std::string& party, const rights::GenerationRecord& made) {
    AddEntry(party, made.entry);
    if (rights_.Permit(EntryIndex{made.event.permit_index()}) != nullptr)
      AddEntry(party, EntryIndex{made.event.permit_index()});
  }

  // --- Settled by this close

  // Whatever became of its money.
  void AddUsage() {
    std::set<size_t> settled;
    std::set<const std::vector<size_t>*> seen;
    for (const LineTrace& trace : result_.traces) {
      if (trace.pool_rows != nullptr && seen.insert(trace.pool_rows.get()).second)
        settled.insert(trace.pool_rows->begin(), trace.pool_rows->end());
    }
    for (const size_t index : settled) {
      const UsageItem& item = frozen_.fold.cover_usage()[index];
      for (const std::string& party : HoldersOf(rights_.Recording(item.row.recording, frozen_.prefix)))
        AddRow(party, item.entry, item.row.number);
    }
  }

  void AddStatements() {
    const Statements& statements = result_.statements;
    for (const auto* card : rights_.RateCards(frozen_.prefix)) cards_[card->row.id.text()] = card;
    uint64_t number = 1 + statements.totals.size();
    for (const Balance& balance : statements.balances) concerns_[balance.party].lines.push_back(number++);
    if (previous_ != nullptr) {
      for (const auto& [key, closing] : previous_->closing) AddEntry(key.first.text(), previous_->entry);
    }
    for (size_t i = 0; i < statements.lines.size(); ++i, ++number) {
      if (statements.lines[i].account != Account::kParty) continue;
      concerns_[statements.lines[i].party].lines.push_back(number);
      AddLine(statements.lines[i], result_.traces[i]);
    }
  }

  // Everything that the line's amount follows from.
  void AddLine(const StatementLine& line, const LineTrace& trace) {
    if (const auto card = cards_.find(line.rate_id); card != cards_.end())
      AddRow(line.party, card->second->entry, card->second->row.row);
    const auto set = ShareSetId::Parse(line.share_set);
    const auto* shares = set.ok() ? rights_.shares().Find(*set, frozen_.prefix) : nullptr;
    if (shares != nullptr) {
      for (const exchange::ShareLine& share : shares->row.lines) {
        if (share.party.text() == line.party) AddRow(line.party, shares->entry, share.row);
      }
    }
    if (const auto party = PartyId::Parse(line.party); party.ok()) {
      if (const auto* row = rights_.Party(*party, frozen_.prefix)) AddRow(line.party, row->entry, row->row.row);
    }
    for (const size_t index : *trace.rows) {
      const UsageItem& item = frozen_.fold.cover_usage()[index];
      AddRow(line.party, item.entry, item.row.number);
    }
    if (trace.generation != nullptr) AddBasis(line.party, *trace.generation);
    for (const std::string& source : line.path) {
      const auto id = RecordingId::Parse(source);
      if (!id.ok()) continue;
      const rights::RecordingView view = rights_.Recording(*id, frozen_.prefix);
      if (view.cover != nullptr) AddBasis(line.party, *view.cover);
      if (view.original != nullptr) AddRecording({line.party}, *view.original);
    }
  }
  void AddBasis(const std::string& party, const rights::GenerationRecord& made) {
    AddGeneration(party, made);
    for (const rights::ConsentRelied& consent : made.verdict.relied) {
      if (consent.party.text() == party) AddEntry(party, consent.grant);
    }
  }

  const FrozenPeriod& frozen_;
  const rights::RightsState& rights_;
  const CloseResult& result_;
  const CloseItem* previous_ = nullptr;
  uint64_t from_ = 0;
  std::map<Asset, Parties> holders_;
  std::map<std::pair<Asset, exchange::Right>, Parties> claimants_;
  std::map<RecordingId, Parties> by_recording_;
  std::map<std::string, const rights::Version<exchange::RateCardRow>*> cards_;
  std::map<std::string, PartyConcern> concerns_;
};

}  // namespace

std::map<std::string, PartyConcern> GatherConcerns(const FrozenPeriod& frozen, const CloseResult& result) {
  return ConcernGatherer(frozen, result).Run();
}

}  // namespace ledgerline::royalty
