#include "ledger/royalty/pool.h"

#include <set>

namespace ledgerline::royalty {
namespace {

using exchange::RateModel;

// A cover's use of one period, territory and tier: what a floor is owed for once.
using UseKey = std::tuple<RecordingId, Period, std::string, std::string>;

class PoolGatherer {
 public:
  explicit PoolGatherer(const FrozenPeriod& frozen) : frozen_(frozen), rights_(frozen.fold.rights()) {
    for (const CloseItem& close : frozen.fold.closes()) {
      if (close.entry.value < frozen.prefix.value) closes_.push_back(&close);
    }
    cards_ = rights_.RateCards(frozen.prefix);
  }

  Result<GatheredPeriod> Run() {
    const auto& items = frozen_.fold.cover_usage();
    for (const UsageItem& item : items) {
      if (item.entry.value < frozen_.prefix.value && item.row.period <= frozen_.period &&
          Settled(item.entry, item.row.period)) {
        settled_before_.emplace(item.row.recording, item.row.period, item.row.territory, item.row.tier);
      }
    }
    for (const auto* record : rights_.Generations(frozen_.prefix)) {
      const auto made = MadeIn(*record);
      if (made && record->is_recording && Settled(record->entry, *made)) settled_before_.insert(UseOf(*record, *made));
    }
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].entry.value >= frozen_.prefix.value || !Due(items[i].entry, items[i].row.period)) continue;
      RETURN_IF_ERROR(AddRow(i, items[i].row));
    }
    for (const auto* record : rights_.Generations(frozen_.prefix)) AddGeneration(*record);
    SettleAlone();
    return std::move(gathered_);
  }

 private:
  // An item of a period is settled by the first close of that period or of a later one whose prefix holds it.
  bool Settled(EntryIndex entry, Period period) const {
    for (const CloseItem* close : closes_) {
      if (close->period >= period && close->close.prefix_size() > entry.value) return true;
    }
    return false;
  }
  bool Due(EntryIndex entry, Period period) const { return period <= frozen_.period && !Settled(entry, period); }

  static std::optional<Period> MadeIn(const rights::GenerationRecord& record) {
    auto period = Period::Parse(Instant{record.event.generated_at_us()}.ToString().substr(0, 7));
    if (!period.ok()) return std::nullopt;  // before 1970 or after 9999
    return *period;
  }
  static UseKey UseOf(const rights::GenerationRecord& record, Period made) {
    return {record.cover, made, record.event.territory(), record.event.tier()};
  }

  // The cards that fit; a card for exactly this tier goes before one for every tier.
  std::vector<const RateCard*> Cards(v1::Use use, const std::string& territory, const std::string& tier, Instant at,
                                     const Currency* currency) const {
    std::vector<const RateCard*> exact, general;
    for (const RateCard* card : cards_) {
      const exchange::RateCardRow& row = card->row;
      if (row.use != use || !row.territories.Contains(territory) || !row.valid.Contains(at)) continue;
      if (currency != nullptr && row.currency != *currency) continue;
      if (row.tier == tier)
        exact.push_back(card);
      else if (row.tier.empty())
        general.push_back(card);
    }
    return exact.empty() ? general : exact;
  }

  static Status Add(Money& sum, const Money& amount) {
    ASSIGN_OR_RETURN(sum, sum.Plus(amount));
    return Status::Ok();
  }

  Status AddRow(size_t index, const exchange::UsageRow& row) {
    const Currency currency = row.revenue.currency();
    const Money zero = Money::Zero(currency);
    RETURN_IF_ERROR(Add(gathered_.revenue.try_emplace(currency, zero).first->second, row.revenue));
    const rights::RecordingView view = rights_.Recording(row.recording, frozen_.prefix);
    std::string reason, detail;
    std::vector<const RateCard*> cards;
    if (view.cover == nullptr) {
      reason = view.original != nullptr ? "NOT_A_COVER" : "UNKNOWN_RECORDING";
    } else {
      cards = Cards(view.cover->event.use(), row.territory, row.tier, row.used_on, &currency);
      if (cards.empty()) {
        reason = "NO_RATE_CARD";
        detail = "no rate card for use " + std::string(exchange::UseName(view.cover->event.use())) + " on " +
                 row.used_on.ToString().substr(0, 10);
      }
      if (cards.size() > 1) {
        reason = "AMBIGUOUS_RATE_CARD";
        detail = "more than one rate card fits: " + cards[0]->row.id.text() + " and " + cards[1]->row.id.text();
      }
    }
    if (!reason.empty()) {
      const UnmatchedKey key{currency, row.period, row.territory, row.tier, row.recording, reason};
      UnmatchedUse& use = gathered_.unmatched.try_emplace(key, UnmatchedUse{zero, {}, detail}).first->second;
      use.rows.push_back(index);
      return Add(use.revenue, row.revenue);
    }
    const PoolKey key{currency, row.period, row.territory, row.tier, cards[0]->row.id, RecordingId()};
    Pool& pool = gathered_.pools.try_emplace(key, Pool{cards[0], zero, 0, {}, {}}).first->second;
    pool.rows.push_back(index);
    RETURN_IF_ERROR(Add(pool.revenue, row.revenue));
    RETURN_IF_ERROR(AddPlays(pool.plays, row.plays));
    CoverUse& cover = CoverIn(pool, *view.cover, row.period, row.territory, row.tier);
    RETURN_IF_ERROR(Add(cover.revenue, row.revenue));
    RETURN_IF_ERROR(AddPlays(cover.plays, row.plays));
    DateUse& date = cover.dates[row.used_on];
    date.rows.push_back(index);
    return AddPlays(date.plays, row.plays);
  }

  static Status AddPlays(uint64_t& sum, uint64_t plays) {
    if (__builtin_add_overflow(sum, plays, &sum)) return OutOfRange("plays: a sum leaves 64 bits");
    return Status::Ok();
  }

  CoverUse& CoverIn(Pool& pool, const rights::GenerationRecord& record, Period period, const std::string& territory,
                    const std::string& tier) {
    auto [at, is_new] = pool.covers.try_emplace(record.cover);
    if (is_new) {
      at->second.generation = &record;
      at->second.revenue = Money::Zero(pool.revenue.currency());
      at->second.floor_applies = !settled_before_.contains(UseKey{record.cover, period, territory, tier});
    }
    return at->second;
  }

  // Per generation, a fee is owed for each generation, used or not.
  void AddGeneration(const rights::GenerationRecord& record) {
    const auto made = MadeIn(record);
    if (!made || !record.is_recording || !Due(record.entry, *made)) return;
    const Instant at{record.event.generated_at_us()};
    const std::string& territory = record.event.territory();
    const std::string& tier = record.event.tier();
    if (!exchange::CheckTier(tier).ok()) {
      gathered_.warnings.push_back("generation of entry " + std::to_string(record.entry.value) +
                                   ": its tier is not the name of one; no fee is counted");
      return;
    }
    std::map<Currency, std::vector<const RateCard*>> by_currency;
    for (const RateCard* card : Cards(record.event.use(), territory, tier, at, nullptr))
      by_currency[card->row.currency].push_back(card);
    std::vector<const RateCard*> fitting;
    for (const auto& [currency, cards] : by_currency) {
      if (cards.size() > 1) {
        gathered_.warnings.push_back("generation of entry " + std::to_string(record.entry.value) +
                                     ": more than one rate card fits in " + currency.ToString() +
                                     "; no fee is counted");
      } else if (cards[0]->row.model == RateModel::kPerGeneration) {
        fitting.push_back(cards[0]);
      }
    }
    if (fitting.empty()) return;
    // Counted once: where its usage was reported, else in the first currency.
    const RateCard* chosen = fitting[0];
    for (const RateCard* card : fitting) {
      const auto pool = gathered_.pools.find(KeyOf(*card, *made, territory, tier));
      if (pool == gathered_.pools.end() || !pool->second.covers.contains(record.cover)) continue;
      chosen = card;
      break;
    }
    const Money zero = Money::Zero(chosen->row.currency);
    gathered_.revenue.try_emplace(chosen->row.currency, zero);
    Pool& pool = gathered_.pools.try_emplace(KeyOf(*chosen, *made, territory, tier), Pool{chosen, zero, 0, {}, {}})
                     .first->second;
    CoverUse& cover = CoverIn(pool, record, *made, territory, tier);
    cover.generations = 1;
    if (cover.dates.empty()) cover.dates[at];
  }

  static PoolKey KeyOf(const RateCard& card, Period period, const std::string& territory, const std::string& tier) {
    return {card.row.currency, period, territory, tier, card.row.id, RecordingId()};
  }

  // Revenue cannot be shared by plays where there are none, as in a file of corrections: each cover keeps its own.
  void SettleAlone() {
    std::map<PoolKey, Pool> alone;
    for (auto at = gathered_.pools.begin(); at != gathered_.pools.end();) {
      const Pool& pool = at->second;
      if (pool.card->row.model != RateModel::kProRata || pool.plays > 0) {
        ++at;
        continue;
      }
      for (const auto& [id, cover] : pool.covers) {
        PoolKey key = at->first;
        key.alone = id;
        Pool single{pool.card, cover.revenue, 0, {{id, cover}}, {}};
        for (const auto& [date, use] : cover.dates)
          single.rows.insert(single.rows.end(), use.rows.begin(), use.rows.end());
        alone.emplace(std::move(key), std::move(single));
      }
      at = gathered_.pools.erase(at);
    }
    gathered_.pools.merge(alone);
  }

  const FrozenPeriod& frozen_;
  const rights::RightsState& rights_;
  std::vector<const CloseItem*> closes_;
  std::vector<const RateCard*> cards_;
  std::set<UseKey> settled_before_;
  GatheredPeriod gathered_;
};

}  // namespace

Result<GatheredPeriod> GatherPeriod(const FrozenPeriod& frozen) { return PoolGatherer(frozen).Run(); }

}  // namespace ledgerline::royalty
