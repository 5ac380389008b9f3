#include "ledger/royalty/divide.h"

#include <algorithm>
#include <set>

namespace ledgerline::royalty {
namespace {

using exchange::Asset;
using exchange::RateModel;
using exchange::Right;

constexpr std::string_view kUnclaimedId = "~unclaimed";  // after every party id

// Where a part of an allocation stands: a child of a node, or the top of a cover's due.
struct Place {
  int node = -1;
  size_t child = 0;
  std::optional<DueStep> due;
};

RowSet Shared(std::vector<size_t> rows) { return std::make_shared<const std::vector<size_t>>(std::move(rows)); }

// "UNAUTHORISED MISSING_CONSENT PERMIT_EXPIRED": each reason once, in the order of their names.
std::string ReasonOf(const rights::Verdict& verdict) {
  std::set<std::string_view> names;
  for (const rights::VerdictFinding& finding : verdict.findings)
    names.insert(rights::VerdictReasonName(finding.reason));
  std::string text = "UNAUTHORISED";
  for (const std::string_view name : names) text.append(" ").append(name);
  return text;
}

class Divider {
 public:
  Divider(const FrozenPeriod& frozen, CloseResult& result)
      : frozen_(frozen), rights_(frozen.fold.rights()), result_(result) {}

  Status Run(const GatheredPeriod& gathered) {
    for (const auto& [key, pool] : gathered.pools) RETURN_IF_ERROR(ClosePool(key, pool));
    for (const auto& [key, use] : gathered.unmatched) {
      StatementLine line;
      line.account = Account::kUnmatched;
      line.period = key.period;
      line.territory = key.territory;
      line.tier = key.tier;
      line.cover = key.recording.text();
      line.reason = key.reason;
      line.amount = use.revenue;
      detail_ = use.detail;
      const RowSet rows = Shared(use.rows);
      Emit(std::move(line), LineTrace{-1, 0, rows, rows, nullptr, {}});
    }
    OrderLines();
    return Status::Ok();
  }

 private:
  // --- One pool
  // -------------------------------------------------------------------------------------------------------

  Status ClosePool(const PoolKey& key, const Pool& pool) {
    const exchange::RateCardRow& card = pool.card->row;
    base_ = StatementLine();
    base_.period = key.period;
    base_.territory = key.territory;
    base_.tier = key.tier;
    base_.rate_id = card.id.text();
    base_.rate_entry = pool.card->entry.value;
    pool_ = &pool;
    pool_rows_ = Shared(pool.rows);
    scope_ = key.period.ToString() + " " + key.territory + " " + key.tier + " " + key.rate.text();
    if (!key.alone.empty()) scope_ += " " + key.alone.text();
    return card.model == RateModel::kProRata ? CloseProRata(pool) : ClosePerGeneration(pool);
  }

  Status CloseProRata(const Pool& pool) {
    const uint32_t theirs = pool.card->row.rightsholders_ppm;
    ASSIGN_OR_RETURN(const int top, AddNode("pool", Place{}, pool.revenue,
                                            {{"platform", kWholePpm - theirs}, {"rightsholders", theirs}}));
    if (theirs < kWholePpm) EmitAt(Account::kPlatform, base_, Place{top, 0, {}}, nullptr, pool_rows_);
    if (theirs == 0) return Status::Ok();
    const Place place{top, 1, {}};
    std::vector<WeightedId> weights;
    // A pool without plays holds one cover.
    for (const auto& [id, cover] : pool.covers)
      weights.push_back({id.text(), pool.plays == 0 ? Int128{1} : Int128{cover.plays}});
    ASSIGN_OR_RETURN(const int plays, AddNode("plays", place, AmountAt(place), weights));
    size_t child = 0;
    for (const auto& [id, cover] : pool.covers) {
      const Place at{plays, child, {}};
      if (weights[child++].weight > 0) RETURN_IF_ERROR(CloseCover(id, cover, at));
    }
    return Status::Ok();
  }

  Status ClosePerGeneration(const Pool& pool) {
    const exchange::RateCardRow& card = pool.card->row;
    Money total = Money::Zero(card.currency);
    const std::string pool_scope = scope_;
    for (const auto& [id, cover] : pool.covers) {
      scope_ = pool_scope + " " + id.text();
      DueStep due;
      due.revenue = cover.revenue;
      due.rate_ppm = card.revenue_rate_ppm;
      due.generations = cover.generations;
      due.fee = card.fee;
      due.floor = card.floor;
      due.floor_applies = cover.floor_applies;
      RETURN_IF_ERROR(ComputeDue(due));
      ASSIGN_OR_RETURN(total, total.Plus(due.amount));
      RETURN_IF_ERROR(CloseCover(id, cover, Place{-1, 0, due}));
    }
    StatementLine line = base_;
    line.account = Account::kPlatform;
    line.pool_revenue = pool.revenue;
    line.pool_due = total;
    ASSIGN_OR_RETURN(line.amount, pool.revenue.Minus(total));
    if (line.amount.IsNegative()) line.reason = "MORE_DUE_THAN_REVENUE";
    Emit(std::move(line), LineTrace{-1, 0, pool_rows_, pool_rows_, nullptr, {}});
    return Status::Ok();
  }

  // --- One cover
  // ------------------------------------------------------------------------------------------------------

  Status CloseCover(const RecordingId& id, const CoverUse& cover, const Place& place) {
    StatementLine line = base_;
    line.cover = id.text();
    cover_ = &cover;
    std::vector<size_t> all_rows;
    for (const auto& [date, use] : cover.dates) all_rows.insert(all_rows.end(), use.rows.begin(), use.rows.end());
    if (!cover.generation->verdict.authorised()) {
      line.reason = ReasonOf(cover.generation->verdict);
      detail_ = cover.generation->verdict.ToString();
      EmitAt(Account::kHeld, line, place, cover.generation, Shared(std::move(all_rows)));
      return Status::Ok();
    }
    // Days on which the same share sets hold are one part.
    std::map<std::string, std::pair<Instant, DateUse>> by_basis;
    for (const auto& [date, use] : cover.dates) {
      std::string basis;
      AppendBasis(*cover.generation, date, basis);
      auto [at, is_new] = by_basis.try_emplace(std::move(basis), std::pair(date, DateUse{}));
      DateUse& joined = at->second.second;
      joined.plays += use.plays;  // part of the pool's sum, which fits
      joined.rows.insert(joined.rows.end(), use.rows.begin(), use.rows.end());
    }
    std::map<Instant, DateUse> parts;
    for (auto& [basis, part] : by_basis) parts.emplace(part.first, std::move(part.second));
    if (parts.size() == 1)
      return CloseSources(*cover.generation, line, place, parts.begin()->first, Shared(parts.begin()->second.rows));
    std::vector<WeightedId> weights;
    for (const auto& [date, part] : parts) {
      const Int128 weight = cover.plays > 0 ? Int128{part.plays} : static_cast<Int128>(part.rows.size());
      weights.push_back({date.ToString().substr(0, 10), weight});
    }
    ASSIGN_OR_RETURN(const int dates, AddNode("dates", place, AmountAt(place), weights));
    size_t child = 0;
    for (const auto& [date, part] : parts) {
      const Place at{dates, child, place.due};
      if (weights[child++].weight > 0)
        RETURN_IF_ERROR(CloseSources(*cover.generation, line, at, date, Shared(part.rows)));
    }
    return Status::Ok();
  }

  // Names every share set that the cover's money meets at `at`, so that equal texts mean equal shares.
  void AppendBasis(const rights::GenerationRecord& record, Instant at, std::string& basis) const {
    for (const v1::SourceUse& source : record.event.sources()) {
      const auto id = RecordingId::Parse(source.recording_id());
      if (!id.ok()) continue;
      const rights::RecordingView view = rights_.Recording(*id, frozen_.prefix);
      if (view.cover != nullptr) AppendBasis(*view.cover, at, basis);
      if (view.original == nullptr) continue;
      AppendStanding(Asset::Of(*id), Right::kMaster, at, basis);
      for (const exchange::WorkPart& part : view.original->row.works)
        AppendStanding(Asset::Of(part.work), Right::kMechanical, at, basis);
    }
  }
  void AppendStanding(const Asset& asset, Right right, Instant at, std::string& basis) const {
    const rights::ShareAnswer answer = rights_.shares().At(asset, right, base_.territory, at, frozen_.prefix);
    basis += rights::ShareStandingName(answer.standing);
    for (const auto* set : answer.involved) basis += " " + set->row.id.text() + "@" + std::to_string(set->entry.value);
    basis += ";";
  }

  Status CloseSources(const rights::GenerationRecord& record, const StatementLine& line, const Place& place, Instant at,
                      const RowSet& rows) {
    std::map<std::string, uint32_t> sources;
    for (const v1::SourceUse& source : record.event.sources()) sources[source.recording_id()] = source.weight_ppm();
    std::vector<WeightedId> weights;
    for (const auto& [id, weight] : sources) weights.push_back({id, weight});
    ASSIGN_OR_RETURN(const int node, AddNode("sources", place, AmountAt(place), weights));
    for (size_t child = 0; child < weights.size(); ++child) {
      if (weights[child].weight == 0) continue;
      const Place part{node, child, place.due};
      StatementLine below = line;
      below.path.push_back(weights[child].id);
      ASSIGN_OR_RETURN(const RecordingId id, RecordingId::Parse(weights[child].id));
      const rights::RecordingView view = rights_.Recording(id, frozen_.prefix);
      if (view.cover != nullptr) {
        RETURN_IF_ERROR(CloseSources(*view.cover, below, part, at, rows));
      } else if (view.original != nullptr) {
        RETURN_IF_ERROR(CloseOriginal(view.original->row, below, part, at, rows));
      } else {
        // An authorised cover has known sources only.
        return Internal("close: source " + id.text() + " of an authorised cover is not in the catalogue");
      }
    }
    return Status::Ok();
  }

  Status CloseOriginal(const exchange::RecordingRow& recording, StatementLine line, const Place& place, Instant at,
                       const RowSet& rows) {
    const uint32_t publishing = pool_->card->row.publishing_ppm;
    ASSIGN_OR_RETURN(const int node, AddNode("branches", place, AmountAt(place),
                                             {{"master", kWholePpm - publishing}, {"publishing", publishing}}));
    if (publishing < kWholePpm) {
      line.branch = "master";
      RETURN_IF_ERROR(CloseShares(Asset::Of(recording.id), Right::kMaster, line, Place{node, 0, place.due}, at, rows));
    }
    if (publishing == 0) return Status::Ok();
    line.branch = "publishing";
    std::vector<WeightedId> weights;
    for (const exchange::WorkPart& part : recording.works) weights.push_back({part.work.text(), part.weight_ppm});
    const Place branch{node, 1, place.due};
    ASSIGN_OR_RETURN(const int works, AddNode("works", branch, AmountAt(branch), weights));
    for (size_t child = 0; child < weights.size(); ++child) {
      RETURN_IF_ERROR(CloseShares(Asset::Of(recording.works[child].work), Right::kMechanical, line,
                                  Place{works, child, place.due}, at, rows));
    }
    return Status::Ok();
  }

  Status CloseShares(const Asset& asset, Right right, StatementLine line, const Place& place, Instant at,
                     const RowSet& rows) {
    line.asset = asset.ToString();
    line.right = exchange::RightName(right);
    const rights::ShareAnswer answer = rights_.shares().At(asset, right, base_.territory, at, frozen_.prefix);
    if (answer.set == nullptr) {
      line.reason = answer.standing == rights::ShareStanding::kMissing    ? "SHARES_MISSING"
                    : answer.standing == rights::ShareStanding::kDisputed ? "SHARES_DISPUTED"
                                                                          : "SHARES_CONTESTED";
      detail_ = answer.explanation;
      EmitAt(Account::kHeld, line, place, cover_->generation, rows);
      return Status::Ok();
    }
    const exchange::ShareSetRow& set = answer.set->row;
    line.share_set = set.id.text();
    line.share_entry = answer.set->entry.value;
    std::vector<WeightedId> weights;
    uint32_t unclaimed = kWholePpm;
    for (const exchange::ShareLine& share : set.lines) {
      weights.push_back({share.party.text(), share.share_ppm});
      unclaimed -= share.share_ppm;
    }
    if (unclaimed > 0) weights.push_back({std::string(kUnclaimedId), unclaimed});
    ASSIGN_OR_RETURN(const int node, AddNode("shares", place, AmountAt(place), weights));
    for (size_t child = 0; child < weights.size(); ++child) {
      const Place part{node, child, place.due};
      line.share_ppm = static_cast<uint32_t>(weights[child].weight);
      line.party.clear();
      line.reason.clear();
      if (child >= set.lines.size()) {
        EmitAt(Account::kUnclaimed, line, part, cover_->generation, rows);
      } else if (rights_.Party(set.lines[child].party, frozen_.prefix) == nullptr) {
        line.reason = "UNKNOWN_PARTY";
        detail_ = "party " + weights[child].id + " is in no parties file";
        EmitAt(Account::kHeld, line, part, cover_->generation, rows);
      } else {
        line.party = weights[child].id;
        EmitAt(Account::kParty, line, part, cover_->generation, rows);
      }
    }
    return Status::Ok();
  }

  // --- Nodes and lines
  // ------------------------------------------------------------------------------------------------

  Result<int> AddNode(std::string level, const Place& above, const Money& gross,
                      const std::vector<WeightedId>& weights) {
    ASSIGN_OR_RETURN(AllocationNode node, Allocate(std::move(level), gross, weights));
    node.parent = above.node;
    node.parent_child = above.child;
    node.scope = scope_;
    result_.nodes.push_back(std::move(node));
    return static_cast<int>(result_.nodes.size() - 1);
  }

  const Money& AmountAt(const Place& place) const {
    if (place.node < 0) return place.due->amount;
    return result_.nodes[static_cast<size_t>(place.node)].children[place.child].amount;
  }

  void EmitAt(Account account, StatementLine line, const Place& place, const rights::GenerationRecord* generation,
              const RowSet& rows) {
    line.account = account;
    line.amount = AmountAt(place);
    line.due = place.due;
    for (int node = place.node, child = static_cast<int>(place.child); node >= 0;) {
      const AllocationNode& at = result_.nodes[static_cast<size_t>(node)];
      line.steps.push_back(StepOf(at, static_cast<size_t>(child)));
      node = at.parent;
      child = static_cast<int>(at.parent_child);
    }
    std::reverse(line.steps.begin(), line.steps.end());
    Emit(std::move(line), LineTrace{place.node, place.child, rows, pool_rows_, generation, {}});
  }

  // Takes detail_ along, which speaks of this line only.
  void Emit(StatementLine line, LineTrace trace) {
    trace.detail = std::exchange(detail_, {});
    result_.statements.lines.push_back(std::move(line));
    result_.traces.push_back(std::move(trace));
  }

  // By account and party; within them in the order of computation, which is the order of the pools' keys and of ids.
  void OrderLines() {
    std::vector<StatementLine>& lines = result_.statements.lines;
    std::vector<size_t> order(lines.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::tie(lines[a].account, lines[a].party) < std::tie(lines[b].account, lines[b].party);
    });
    std::vector<StatementLine> ordered;
    std::vector<LineTrace> traces;
    std::map<std::pair<Account, std::string>, int> numbers;
    for (const size_t i : order) {
      const int number = ++numbers[{lines[i].account, lines[i].party}];
      std::string digits = std::to_string(number);
      digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
      lines[i].id = std::string(1, "LHMUP"[static_cast<int>(lines[i].account)]) + digits;
      ordered.push_back(std::move(lines[i]));
      traces.push_back(std::move(result_.traces[i]));
    }
    lines = std::move(ordered);
    result_.traces = std::move(traces);
  }

  const FrozenPeriod& frozen_;
  const rights::RightsState& rights_;
  CloseResult& result_;
  const Pool* pool_ = nullptr;
  RowSet pool_rows_;
  std::string scope_;   // of the pool's nodes
  std::string detail_;  // of the line that is emitted next
  const CoverUse* cover_ = nullptr;
  StatementLine base_;  // what all lines of the pool share
};

}  // namespace

Status DividePeriod(const FrozenPeriod& frozen, const GatheredPeriod& gathered, CloseResult& result) {
  return Divider(frozen, result).Run(gathered);
}

}  // namespace ledgerline::royalty
