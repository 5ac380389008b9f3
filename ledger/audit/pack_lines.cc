#include "ledger/audit/pack_lines.h"

#include <algorithm>

#include "schemas/time.h"

namespace ledgerline::audit {
namespace {

using exchange::RateModel;
using royalty::NodeOpening;
using royalty::PartOpening;
using royalty::SplitStep;
using royalty::StatementLine;

Status Wrong(const std::string& text) { return DataLoss(text); }

Status CheckWeight(const SplitStep& step, Int128 weight, Int128 total, const std::string& source) {
  if (step.weight == weight && step.total_weight == total) return Status::Ok();
  return Wrong(step.level + ": the weight of '" + step.id + "' is " + Int128ToString(step.weight) + " of " +
               Int128ToString(step.total_weight) + ", " + source + " gives " + Int128ToString(weight) + " of " +
               Int128ToString(total));
}

struct Used {
  uint64_t plays = 0;
  Money revenue;
  uint64_t rows = 0;
};

Status AddRow(const exchange::UsageRow& row, Used& used) {
  if (__builtin_add_overflow(used.plays, row.plays, &used.plays)) return OutOfRange("plays leave 64 bits");
  ASSIGN_OR_RETURN(used.revenue, used.revenue.Plus(row.revenue));
  ++used.rows;
  return Status::Ok();
}

std::string RowName(const royalty::RowReference& row) {
  return "row " + std::to_string(row.number) + " of entry " + std::to_string(row.entry);
}

}  // namespace

LineChecker::LineChecker(const AuditPack& pack, const PackFacts& facts, const royalty::NodesRoot& nodes, Report& report)
    : pack_(pack), facts_(facts) {
  size_t parts = 0;
  for (const NodeOpening& node : pack.nodes) {
    if (const Status status = royalty::CheckNode(nodes, node); !status.ok()) {
      report.Fail("node " + std::to_string(node.number), status.message());
      continue;
    }
    parts += node.parts.size();
    if (!nodes_.emplace(node.number, &node).second)
      report.Fail("node " + std::to_string(node.number), "it stands twice in the pack");
  }
  if (!nodes_.empty())
    report.Pass("allocation nodes",
                std::to_string(parts) + " parts of " + std::to_string(nodes_.size()) +
                    " nodes, each computed again; all parts' weights and amounts sum to the node's");
}

Status LineChecker::Check(const StatementLine& line, const std::string& check) {
  RETURN_IF_ERROR(royalty::CheckLine(line));
  const auto card = facts_.rate_cards.find({line.rate_entry, line.rate_id});
  if (card == facts_.rate_cards.end())
    return Wrong("its rate card '" + line.rate_id + "' of entry " + std::to_string(line.rate_entry) +
                 " is not in the pack");
  if (check == "replay only") {
    // Pro rata and per generation are all the models that there are, and both have nodes.
    return Wrong("it is marked 'replay only', but " + std::string(exchange::RateModelName(card->second.model)) +
                 " lines are checked by their nodes");
  }
  const auto lowest = royalty::ParseInt128(check);
  if (!lowest.ok() || *lowest > static_cast<Int128>(UINT64_MAX))
    return Wrong("its lowest node '" + check + "' is none");
  const NodeOpening* top = nullptr;
  RETURN_IF_ERROR(CheckNodes(line, static_cast<uint64_t>(*lowest), top));
  Basis basis;
  basis.card = &card->second;
  RETURN_IF_ERROR(FindBasis(line, *top, basis));
  RETURN_IF_ERROR(CheckUse(line, basis));
  RETURN_IF_ERROR(CheckTop(line, *top, basis));
  return CheckWeights(line, basis);
}

// From the lowest node up: each part is the line's step, each node's gross the part above it.
Status LineChecker::CheckNodes(const StatementLine& line, uint64_t lowest, const NodeOpening*& top) const {
  uint64_t number = lowest;
  std::string id = line.party;
  for (size_t step = line.steps.size(); step > 0; --step) {
    const SplitStep& said = line.steps[step - 1];
    const auto found = nodes_.find(number);
    if (found == nodes_.end()) return Wrong(said.level + ": node " + std::to_string(number) + " is not in the pack");
    const NodeOpening& node = *found->second;
    const auto part = std::find_if(node.parts.begin(), node.parts.end(), [&](const auto& p) { return p.id == id; });
    if (part == node.parts.end())
      return Wrong(said.level + ": part '" + id + "' of node " + std::to_string(number) + " is not in the pack");
    const Money amount(node.gross.IsNegative() ? -part->magnitude : part->magnitude, node.gross.currency());
    if (said.level != node.level || said.id != id || said.gross != node.gross || said.weight != part->weight ||
        said.total_weight != node.total_weight || said.leftover_nanos != node.leftover_nanos ||
        said.cutoff != node.cutoff || said.amount != amount) {
      return Wrong(said.level + ": the line's step is not what node " + std::to_string(number) + " says");
    }
    top = &node;
    if ((node.parent == 0) != (step == 1)) return Wrong(said.level + ": its nodes and its steps are not as many");
    id = node.parent_part;
    number = node.parent - 1;
  }
  if (top == nullptr) return Wrong("it has no steps");
  return Status::Ok();
}

Status LineChecker::FindBasis(const StatementLine& line, const NodeOpening& top, Basis& basis) const {
  const std::string pool = line.period.ToString() + " " + line.territory + " " + line.tier + " " + line.rate_id;
  basis.alone = top.scope == pool + " " + line.cover;
  if (top.scope != pool && !basis.alone)
    return Wrong("its top node is of the pool '" + top.scope + "', not of '" + pool + "'");
  const exchange::RateCardRow& card = *basis.card;
  const auto made = facts_.generations.find(line.cover);
  if (made == facts_.generations.end()) return Wrong("the generation of cover " + line.cover + " is not in the pack");
  basis.generation = made->second;
  if (card.use != basis.generation->use() || !card.territories.Contains(line.territory) ||
      (!card.tier.empty() && card.tier != line.tier) || card.currency != line.amount.currency()) {
    return Wrong("rate card '" + line.rate_id + "' does not fit use, territory, tier or currency");
  }
  for (const PackUse& use : pack_.uses) {
    if (use.scope != top.scope || use.cover != line.cover) continue;
    if (basis.use != nullptr) return Wrong("the usage of cover " + line.cover + " stands twice");
    basis.use = &use;
  }
  if (basis.use == nullptr || basis.use->groups.empty())
    return Wrong("the usage of cover " + line.cover + " in '" + top.scope + "' is not in the pack");
  return Status::Ok();
}

// Every row is of this cover, pool and card, and counts once.
Status LineChecker::CheckUse(const StatementLine& line, const Basis& basis) {
  std::set<royalty::RowReference> seen;
  const auto check = [&](const royalty::RowReference& reference) -> Status {
    const auto found = facts_.usage.find(reference);
    if (found == facts_.usage.end()) return Wrong("usage " + RowName(reference) + " is not in the pack");
    const exchange::UsageRow& row = found->second;
    if (!seen.insert(reference).second) return Wrong("usage " + RowName(reference) + " counts twice");
    if (row.recording.text() != line.cover || row.period != line.period || row.territory != line.territory ||
        row.tier != line.tier || row.revenue.currency() != line.amount.currency()) {
      return Wrong("usage " + RowName(reference) + " is of another cover or pool");
    }
    if (!basis.card->valid.Contains(row.used_on))
      return Wrong("rate card '" + line.rate_id + "' is not valid on the day of usage " + RowName(reference));
    rows_used_.insert(reference);
    return Status::Ok();
  };
  for (const PackUse::Group& group : basis.use->groups) {
    for (const auto& row : group.rows) RETURN_IF_ERROR(check(row));
  }
  for (const auto& row : basis.use->idle_rows) {
    RETURN_IF_ERROR(check(row));
    if (facts_.usage.at(row).plays != 0 || basis.use->groups[0].date.empty())
      return Wrong("usage " + RowName(row) + " is not of days that get nothing");
  }
  return Status::Ok();
}

namespace {

Result<Used> UsedBy(const PackFacts& facts, const std::vector<royalty::RowReference>& rows, Currency currency) {
  Used used{0, Money::Zero(currency), 0};
  for (const auto& row : rows) RETURN_IF_ERROR(AddRow(facts.usage.at(row), used));
  return used;
}

Result<Used> UsedInAll(const PackFacts& facts, const PackUse& use, Currency currency) {
  std::vector<royalty::RowReference> all = use.idle_rows;
  for (const PackUse::Group& group : use.groups) all.insert(all.end(), group.rows.begin(), group.rows.end());
  return UsedBy(facts, all, currency);
}

}  // namespace

// What is divided at the top: the pool's revenue, or what the cover owes.
Status LineChecker::CheckTop(const StatementLine& line, const NodeOpening& top, const Basis& basis) const {
  const exchange::RateCardRow& card = *basis.card;
  ASSIGN_OR_RETURN(const Used used, UsedInAll(facts_, *basis.use, line.amount.currency()));
  if (card.model == RateModel::kProRata) {
    if (line.due || top.level != "pool") return Wrong("its rate card is PRO_RATA, its nodes are not");
    // A pool that is one cover's alone has no plays, and is the revenue of its rows.
    if (basis.alone && (used.plays != 0 || top.gross != used.revenue))
      return Wrong("the pool of the cover alone is " + top.gross.ToString() + ", its rows sum to " +
                   used.revenue.ToString());
    return Status::Ok();
  }
  if (!line.due || !basis.alone) return Wrong("its rate card is PER_GENERATION, its nodes are not");
  const royalty::DueStep& due = *line.due;
  if (top.gross != due.amount)
    return Wrong("due is " + due.amount.ToString() + ", its nodes divide " + top.gross.ToString());
  if (due.revenue != used.revenue)
    return Wrong("due rests on a revenue of " + due.revenue.ToString() + ", its rows sum to " +
                 used.revenue.ToString());
  if (due.rate_ppm != card.revenue_rate_ppm || due.fee != card.fee || due.floor != card.floor)
    return Wrong("due has another rate, fee or floor than rate card '" + line.rate_id + "'");
  const v1::Generation& made = *basis.generation;
  const bool made_here = Instant{made.generated_at_us()}.ToString().substr(0, 7) == line.period.ToString() &&
                         made.territory() == line.territory && made.tier() == line.tier;
  if (due.generations > (made_here ? 1u : 0u))
    return Wrong("due counts " + std::to_string(due.generations) + " generations, of which the pool has " +
                 (made_here ? "one" : "none"));
  return Status::Ok();
}

Status LineChecker::CheckWeights(const StatementLine& line, const Basis& basis) const {
  const exchange::RateCardRow& card = *basis.card;
  ASSIGN_OR_RETURN(const Used all, UsedInAll(facts_, *basis.use, line.amount.currency()));
  const v1::Generation* from = basis.generation;
  size_t depth = 0;
  std::string date;
  std::vector<std::string> levels;
  for (const SplitStep& step : line.steps) {
    levels.push_back(step.level);
    if (step.level == "pool") {
      if (step.id != "rightsholders") return Wrong("pool: '" + step.id + "' is not the rights holders' part");
      RETURN_IF_ERROR(CheckWeight(step, card.rightsholders_ppm, kWholePpm, "rate card '" + line.rate_id + "'"));
    } else if (step.level == "plays") {
      if (step.id != line.cover) return Wrong("plays: '" + step.id + "' is not the line's cover");
      RETURN_IF_ERROR(CheckWeight(step, basis.alone ? Int128{1} : Int128{all.plays},
                                  basis.alone ? Int128{1} : step.total_weight, "the usage of the cover"));
    } else if (step.level == "dates") {
      date = step.id;
      const auto group = std::find_if(basis.use->groups.begin(), basis.use->groups.end(),
                                      [&](const PackUse::Group& g) { return g.date == step.id; });
      if (group == basis.use->groups.end()) return Wrong("dates: the days from " + step.id + " on are not in the pack");
      ASSIGN_OR_RETURN(const Used used, UsedBy(facts_, group->rows, line.amount.currency()));
      const bool by_plays = all.plays > 0;
      RETURN_IF_ERROR(CheckWeight(step, by_plays ? used.plays : used.rows, by_plays ? all.plays : all.rows,
                                  "the usage of the days from " + step.id + " on"));
    } else if (step.level == "sources") {
      if (from == nullptr || depth >= line.path.size() || line.path[depth] != step.id)
        return Wrong("sources: '" + step.id + "' is not on the line's path, or its generation is not in the pack");
      Int128 weight = -1, total = 0;
      std::map<std::string, uint32_t> weights;
      for (const v1::SourceUse& source : from->sources()) weights[source.recording_id()] = source.weight_ppm();
      for (const auto& [id, ppm] : weights) {
        total += ppm;
        if (id == step.id) weight = ppm;
      }
      RETURN_IF_ERROR(CheckWeight(step, weight, total, "the generation of " + from->cover_recording_id()));
      const auto next = facts_.generations.find(step.id);
      from = next == facts_.generations.end() ? nullptr : next->second;
      ++depth;
    } else if (step.level == "branches") {
      if (step.id != line.branch) return Wrong("branches: '" + step.id + "' is not the line's branch");
      RETURN_IF_ERROR(CheckWeight(step, step.id == "publishing" ? card.publishing_ppm : kWholePpm - card.publishing_ppm,
                                  kWholePpm, "rate card '" + line.rate_id + "'"));
    } else if (step.level == "works") {
      const auto recording = line.path.empty() ? facts_.recordings.end() : facts_.recordings.find(line.path.back());
      if (recording == facts_.recordings.end()) return Wrong("works: the recording's rows are not in the pack");
      Int128 weight = -1;
      for (const exchange::WorkPart& part : recording->second.works) {
        if (part.work.text() == step.id) weight = part.weight_ppm;
      }
      if ("work:" + step.id != line.asset) return Wrong("works: '" + step.id + "' is not the line's work");
      RETURN_IF_ERROR(CheckWeight(step, weight, kWholePpm, "recording " + line.path.back()));
    } else if (step.level == "shares") {
      if (step.id != line.party) return Wrong("shares: '" + step.id + "' is not the party");
      RETURN_IF_ERROR(CheckWeight(step, line.share_ppm, kWholePpm, "the line"));
    } else {
      return Wrong("level '" + step.level + "' is none of ledgerline-rules/1");
    }
  }
  // Every level that the rules ask for, in their order.
  std::vector<std::string> expected;
  if (card.model == RateModel::kProRata) expected = {"pool", "plays"};
  if (basis.use->groups.size() > 1 || !basis.use->groups[0].date.empty()) expected.push_back("dates");
  expected.insert(expected.end(), line.path.size(), "sources");
  expected.push_back("branches");
  if (line.branch == "publishing") expected.push_back("works");
  expected.push_back("shares");
  if (levels != expected) return Wrong("its divisions are not those of ledgerline-rules/1");
  return CheckShares(line, basis, date);
}

Status LineChecker::CheckShares(const StatementLine& line, const Basis& basis, const std::string& date) const {
  const std::string name = "share set '" + line.share_set + "' of entry " + std::to_string(line.share_entry);
  const auto found = facts_.share_sets.find({line.share_entry, line.share_set});
  if (found == facts_.share_sets.end()) return Wrong(name + " is not in the pack");
  const exchange::ShareSetRow& set = found->second;
  const auto share = std::find_if(set.lines.begin(), set.lines.end(),
                                  [&](const exchange::ShareLine& l) { return l.party.text() == line.party; });
  if (share == set.lines.end()) return Wrong(name + ": the party's row is not in the pack");
  if (share->share_ppm != line.share_ppm)
    return Wrong(name + " gives " + std::to_string(share->share_ppm) + " ppm, the line says " +
                 std::to_string(line.share_ppm));
  if (set.status != exchange::ShareStatus::kAccepted) return Wrong(name + " is not accepted");
  if (set.asset.ToString() != line.asset || exchange::RightName(set.right) != line.right)
    return Wrong(name + " is of another asset or right");
  if (line.right != (line.branch == "master" ? "MASTER" : "MECHANICAL") ||
      (line.branch == "master" && (line.path.empty() || line.asset != "recording:" + line.path.back())))
    return Wrong("asset and right are not those of its branch");
  if (!set.territories.Contains(line.territory)) return Wrong(name + " does not reach " + line.territory);
  const auto group = std::find_if(basis.use->groups.begin(), basis.use->groups.end(),
                                  [&](const PackUse::Group& g) { return g.date == date; });
  if (group == basis.use->groups.end()) return Wrong("the days that it is of are not in the pack");
  std::vector<Instant> days;
  for (const auto& row : group->rows) days.push_back(facts_.usage.at(row).used_on);
  if (days.empty()) days.push_back(Instant{basis.generation->generated_at_us()});
  for (const Instant day : days) {
    if (!set.valid.Contains(day)) return Wrong(name + " is not valid on " + day.ToString().substr(0, 10));
  }
  return Status::Ok();
}

}  // namespace ledgerline::audit
