#include "ledger/royalty/explain.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ledgerline::royalty {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kRowsShownMax = 50;

std::string Ppm(uint64_t ppm) { return std::to_string(ppm) + " ppm"; }
std::string EntryText(uint64_t entry) { return "entry " + std::to_string(entry); }

// What a step's id is, in words.
std::string Title(const SplitStep& step) {
  if (step.level == "pool")
    return step.id == "platform" ? "The platform's part of the pool" : "The rights holders' part of the pool";
  if (step.level == "plays") return "The part of cover " + step.id + ", by plays";
  if (step.level == "dates") return "The days from " + step.id + " on, on which the same share sets hold, by plays";
  if (step.level == "sources") return "The part of source " + step.id + ", by weight";
  if (step.level == "branches") return step.id == "master" ? "The master's part" : "The publishing part";
  if (step.level == "works") return "The part of work " + step.id + ", by weight";
  if (step.level == "shares") return step.id == "~unclaimed" ? "What no share claims" : "The share of " + step.id;
  return step.level + ": " + step.id;
}

Result<ExplainedStep> Explain(const SplitStep& step) {
  ExplainedStep out;
  out.title = Title(step);
  out.result = step.amount;
  SplitStep plain = step;
  plain.leftover_nanos = 0;
  plain.cutoff.reset();
  ASSIGN_OR_RETURN(const Money floor, Recompute(plain));
  ASSIGN_OR_RETURN(const Int128 remainder, RemainderOf(step));
  const std::string total = Int128ToString(step.total_weight);
  const std::string product = step.gross.ToDecimal() + " x " + Int128ToString(step.weight) + " / " + total;
  out.lines.push_back(
      product + " = " + floor.ToDecimal() +
      (remainder == 0 ? "" : " and " + Int128ToString(remainder) + " / " + total + " of 0.000000001, cut"));
  if (step.cutoff) {
    ASSIGN_OR_RETURN(const Money rest, step.amount.Minus(floor));
    out.lines.push_back("what was cut on this level leaves " + std::to_string(step.leftover_nanos) +
                        " x 0.000000001 for the largest remainders; the last of them is " +
                        Int128ToString(step.cutoff->remainder) + " / " + total + ", of '" + step.cutoff->id + "'");
    if (!rest.IsZero())
      out.lines.push_back("this part is among them: " + std::string(rest.IsNegative() ? "-" : "+") + "0.000000001");
    else if (remainder == step.cutoff->remainder)
      out.lines.push_back("this part has the same remainder and the later id, so it gets none");
    else
      out.lines.push_back("this part's remainder is smaller, so it gets none");
  }
  return out;
}

ExplainedStep Explain(const DueStep& due) {
  ExplainedStep out;
  out.title = "What is due for the cover: the greatest of";
  out.result = due.amount;
  out.lines.push_back("revenue " + due.revenue.ToDecimal() + " x " + std::to_string(due.rate_ppm) +
                      " / 1000000 = " + due.by_rate.ToDecimal() + " (cut after nine decimals)");
  if (due.generations > 0)
    out.lines.push_back("fee " + due.fee.ToDecimal() + " x " + std::to_string(due.generations) +
                        " generation = " + due.by_fee.ToDecimal());
  else
    out.lines.push_back("no fee: the generation is not of this period, territory and tier, or was settled before");
  if (due.floor_applies)
    out.lines.push_back("floor " + due.floor.ToDecimal());
  else
    out.lines.push_back("no floor: this cover's usage of this period, territory and tier was settled before");
  return out;
}

std::string UsageText(const UsageItem& item) {
  return EntryText(item.entry.value) + ", row " + std::to_string(item.row.number) + " (line " +
         std::to_string(item.row.line) + " of the file): " + item.row.recording.text() + ", " +
         std::to_string(item.row.plays) + " plays, revenue " + item.row.revenue_text + " " +
         item.row.revenue.currency().ToString() + ", " + item.row.territory + " " + item.row.tier + ", used on " +
         item.row.used_on.ToString().substr(0, 10);
}

class Explainer {
 public:
  Explainer(const LedgerFold& fold, const CloseResult& result, size_t index)
      : fold_(fold),
        rights_(fold.rights()),
        line_(result.statements.lines[index]),
        trace_(result.traces[index]),
        as_of_{result.statements.prefix_size} {}

  Result<Explanation> Run() {
    out_.party = line_.account == Account::kParty ? line_.party : std::string(AccountName(line_.account));
    out_.line = line_.id;
    out_.amount = line_.amount;
    AddCover();
    AddSources();
    AddShareSet();
    AddRateCard();
    AddRows("usage row", *trace_.rows);
    AddPool();
    if (!line_.reason.empty()) {
      const std::string& text = trace_.detail.empty() ? ReasonText(line_.reason) : trace_.detail;
      out_.facts.push_back({"why", line_.reason + ": " + text, {}});
    }
    RETURN_IF_ERROR(AddSteps());
    return std::move(out_);
  }

 private:
  void AddCover() {
    const rights::GenerationRecord* record = trace_.generation;
    if (record == nullptr) return;
    const v1::Generation& made = record->event;
    out_.facts.push_back({"cover",
                          made.cover_recording_id() + ": " + std::string(exchange::UseName(made.use())) + " in style " +
                              made.style() + ", seed " + std::to_string(made.seed()) + ", made " +
                              Instant{made.generated_at_us()}.ToString() + " for " + made.territory() + " " +
                              made.tier() + " by model " + HexEncode(made.model_sha256()).substr(0, 12) +
                              ", recorded as " + EntryText(record->entry.value),
                          {record->entry.value}});
    out_.facts.push_back({"verdict", record->verdict.ToString(), {record->entry.value}});
    if (const rights::PermitRecord* permit = rights_.Permit(EntryIndex{made.permit_index()})) {
      out_.facts.push_back({"permit",
                            EntryText(permit->entry.value) + ", given " + permit->recorded_at.ToString() + " for " +
                                permit->permit.recording_id() + " until " +
                                Instant{permit->permit.valid_until_us()}.ToString(),
                            {permit->entry.value}});
    }
    for (const rights::ConsentRelied& consent : record->verdict.relied) {
      out_.facts.push_back({"consent",
                            EntryText(consent.grant.value) + ": " + consent.party.text() + " for " +
                                consent.asset.ToString() + ", attested by " +
                                std::string(rights::AttestationName(consent.attested_by)),
                            {consent.grant.value}});
    }
  }

  void AddSources() {
    for (const std::string& name : line_.path) {
      const auto id = RecordingId::Parse(name);
      if (!id.ok()) continue;
      const rights::RecordingView view = rights_.Recording(*id, as_of_);
      if (view.cover != nullptr)
        out_.facts.push_back(
            {"source", name + ": itself a cover, " + EntryText(view.cover->entry.value), {view.cover->entry.value}});
      if (view.original == nullptr) continue;
      std::string works;
      for (const auto& part : view.original->row.works)
        works += (works.empty() ? "" : ", ") + part.work.text() + " " + Ppm(part.weight_ppm);
      out_.facts.push_back({"source",
                            name + ": \"" + view.original->row.title + "\", works " + works + " (" +
                                EntryText(view.original->entry.value) + ")",
                            {view.original->entry.value}});
    }
  }

  void AddShareSet() {
    if (line_.share_set.empty()) return;
    const auto id = ShareSetId::Parse(line_.share_set);
    const auto* set = id.ok() ? rights_.shares().Find(*id, as_of_) : nullptr;
    if (set == nullptr) return;
    std::string lines;
    for (const auto& share : set->row.lines)
      lines += (lines.empty() ? "" : ", ") + share.party.text() + " " + Ppm(share.share_ppm);
    const std::string end = set->row.valid.to == TimeSpan::kOpen ? "open" : set->row.valid.to.ToString();
    out_.facts.push_back({"share set",
                          line_.share_set + " (" + EntryText(line_.share_entry) + "): " + line_.right + " of " +
                              line_.asset + " in " + set->row.territories.ToString() + " from " +
                              set->row.valid.from.ToString() + " to " + end + ": " + lines,
                          {line_.share_entry}});
  }

  void AddRateCard() {
    if (line_.rate_id.empty()) return;
    const auto id = RateCardId::Parse(line_.rate_id);
    for (const auto* card : rights_.RateCards(as_of_)) {
      if (!id.ok() || card->row.id != *id) continue;
      const exchange::RateCardRow& row = card->row;
      std::string terms = row.model == exchange::RateModel::kProRata
                              ? "rights holders " + Ppm(row.rightsholders_ppm) + " of the pool"
                              : "rate " + Ppm(row.revenue_rate_ppm) + " of revenue, fee " + row.fee.ToString() +
                                    ", floor " + row.floor.ToString();
      out_.facts.push_back({"rate card",
                            line_.rate_id + " (" + EntryText(line_.rate_entry) +
                                "): " + std::string(exchange::RateModelName(row.model)) + ", " + terms +
                                ", publishing " + Ppm(row.publishing_ppm),
                            {line_.rate_entry}});
    }
  }

  void AddRows(const std::string& label, const std::vector<size_t>& rows) {
    for (size_t i = 0; i < std::min(rows.size(), kRowsShownMax); ++i) {
      const UsageItem& item = fold_.cover_usage()[rows[i]];
      out_.facts.push_back({label, UsageText(item), {item.entry.value}});
    }
    if (rows.size() > kRowsShownMax)
      out_.facts.push_back({label, "and " + std::to_string(rows.size() - kRowsShownMax) + " more", {}});
  }

  void AddPool() {
    if (line_.rate_id.empty()) return;
    uint64_t plays = 0;
    std::vector<uint64_t> entries;
    for (const size_t row : *trace_.pool_rows) {
      plays += fold_.cover_usage()[row].row.plays;
      const uint64_t entry = fold_.cover_usage()[row].entry.value;
      if (entries.empty() || entries.back() != entry) entries.push_back(entry);
    }
    const std::string gross =
        line_.steps.empty() || line_.steps[0].level != "pool" ? "" : ", revenue " + line_.steps[0].gross.ToString();
    out_.facts.push_back({"pool",
                          line_.period.ToString() + " " + line_.territory + " " + line_.tier + ": " +
                              std::to_string(trace_.pool_rows->size()) + " usage rows, " + std::to_string(plays) +
                              " plays" + gross,
                          entries});
  }

  Status AddSteps() {
    if (line_.due) out_.steps.push_back(Explain(*line_.due));
    for (const SplitStep& step : line_.steps) {
      ASSIGN_OR_RETURN(ExplainedStep explained, Explain(step));
      out_.steps.push_back(std::move(explained));
    }
    if (line_.pool_revenue) {
      ExplainedStep step;
      step.title = "What the pool brought in, less what is due for all its covers";
      step.lines.push_back(line_.pool_revenue->ToDecimal() + " - " + line_.pool_due->ToDecimal() + " = " +
                           line_.amount.ToDecimal());
      step.result = line_.amount;
      out_.steps.push_back(std::move(step));
    }
    if (out_.steps.empty()) out_.steps.push_back({"The revenue of its usage rows, as it stands", {}, line_.amount});
    return Status::Ok();
  }

  const LedgerFold& fold_;
  const rights::RightsState& rights_;
  const StatementLine& line_;
  const LineTrace& trace_;
  TreeSize as_of_;
  Explanation out_;
};

// "3", "L3" and "L0003" name the same line.
bool Names(std::string_view asked, std::string_view id) {
  if (asked == id) return true;
  if (!asked.empty() && asked[0] == id[0]) asked.remove_prefix(1);
  const auto digits = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const auto stripped = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  return digits(asked) && stripped(asked) == stripped(id.substr(1));
}

}  // namespace

std::string Explanation::ToText() const {
  std::string text = "Line " + line + " of " + party + ": " + amount.ToString() + "\n\nIt rests on\n";
  for (const ExplainedFact& fact : facts)
    text +=
        "  " + fact.label + std::string(fact.label.size() < 11 ? 11 - fact.label.size() : 1, ' ') + fact.text + "\n";
  text += "\nIt was computed so\n";
  int number = 0;
  for (const ExplainedStep& step : steps) {
    text += "  " + std::to_string(++number) + ". " + step.title + "\n";
    for (const std::string& line_text : step.lines) text += "       " + line_text + "\n";
    text += "       -> " + step.result.ToString() + "\n";
  }
  return text;
}

std::string Explanation::ToJson() const {
  Json json;
  json["party"] = party;
  json["line"] = line;
  json["currency"] = amount.currency().ToString();
  json["amount"] = amount.ToDecimal();
  json["facts"] = Json::array();
  for (const ExplainedFact& fact : facts) {
    Json entry;
    entry["label"] = fact.label;
    entry["text"] = fact.text;
    entry["entries"] = fact.entries;
    json["facts"].push_back(std::move(entry));
  }
  json["steps"] = Json::array();
  for (const ExplainedStep& step : steps) {
    Json entry;
    entry["title"] = step.title;
    entry["computation"] = step.lines;
    entry["result"] = step.result.ToDecimal();
    json["steps"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

Result<Explanation> ExplainLine(const LedgerFold& fold, const CloseResult& result, std::string_view party_or_account,
                                std::string_view line) {
  const auto& lines = result.statements.lines;
  size_t known = 0;
  std::string last;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view owner =
        lines[i].account == Account::kParty ? std::string_view(lines[i].party) : AccountName(lines[i].account);
    if (owner != party_or_account) continue;
    ++known;
    last = lines[i].id;
    if (Names(line, lines[i].id)) return Explainer(fold, result, i).Run();
  }
  const std::string name(party_or_account.substr(0, 80));
  if (known == 0) return NotFound("'" + name + "' has no line in the close of " + result.statements.period.ToString());
  return NotFound("'" + name + "' has no line '" + std::string(line.substr(0, 20)) + "' in the close of " +
                  result.statements.period.ToString() + "; its lines go up to " + last);
}

}  // namespace ledgerline::royalty
