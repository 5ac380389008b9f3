// Random catalogues, shares, covers of covers and amounts, closed by Ledgerline and by a second implementation that was
// written from the rules' page alone: exact rationals, no shared code but the CSV files that both read from.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>

#include "tests/ledger/royalty/commitment_checks.h"
#include "tests/ledger/royalty/random_world.h"

namespace ledgerline {
namespace {

// --- The judge
// ------------------------------------------------------------------------------------------------------------

// Account or party -> the sorted amounts of its lines.
using Ledger = std::map<std::string, std::multiset<cpp_int>>;

std::vector<cpp_int> LargestRemainder(const cpp_int& gross, const std::vector<cpp_int>& weights) {
  const cpp_int magnitude = gross < 0 ? cpp_int(-gross) : gross;
  cpp_int total = 0;
  for (const cpp_int& weight : weights) total += weight;
  std::vector<cpp_int> parts;
  std::set<std::pair<cpp_int, size_t>> rank;  // (-remainder, position): the first is the first to get a unit
  cpp_int left = magnitude;
  for (size_t i = 0; i < weights.size(); ++i) {
    const cpp_int product = magnitude * weights[i];
    parts.push_back(product / total);
    left -= parts.back();
    rank.emplace(-(product - parts.back() * total), i);
  }
  for (auto at = rank.begin(); left > 0; ++at, --left) parts[at->second] += 1;
  if (gross < 0)
    for (cpp_int& part : parts) part = -part;
  return parts;
}

class Judge {
 public:
  explicit Judge(const World& world) : world_(world) {
    for (const CoverModel& cover : world.covers) covers_[cover.id] = &cover;
  }

  Ledger Run() {
    std::map<std::string, std::map<std::string, std::pair<cpp_int, cpp_int>>>
        pools;  // territory -> cover -> plays, revenue
    std::map<std::pair<std::string, std::string>, cpp_int> unmatched;
    for (const RowModel& row : world_.rows) {
      if (!covers_.contains(row.recording)) {
        unmatched[{row.territory, row.recording}] += row.nanos;
        continue;
      }
      auto& use = pools[row.territory][row.recording];
      use.first += row.plays;
      use.second += row.nanos;
    }
    // Every cover was made in October, in DE: a fee is owed there.
    if (!world_.pro_rata)
      for (const CoverModel& cover : world_.covers) pools["DE"].try_emplace(cover.id);
    for (const auto& [key, amount] : unmatched) lines_["~unmatched"].insert(amount);
    for (const auto& [territory, pool] : pools)
      world_.pro_rata ? ProRata(pool) : PerGeneration(territory == "DE", pool);
    return lines_;
  }

 private:
  using Pool = std::map<std::string, std::pair<cpp_int, cpp_int>>;

  void ProRata(const Pool& pool) {
    cpp_int plays = 0, revenue = 0;
    for (const auto& [id, use] : pool) plays += use.first, revenue += use.second;
    if (plays > 0) return Share(pool, revenue);
    for (const auto& [id, use] : pool) Share({{id, {1, use.second}}}, use.second);
  }
  void Share(const Pool& pool, const cpp_int& revenue) {
    const auto top = LargestRemainder(revenue, {kWholePpm - world_.rightsholders_ppm, world_.rightsholders_ppm});
    if (world_.rightsholders_ppm < kWholePpm) lines_["~platform"].insert(top[0]);
    if (world_.rightsholders_ppm == 0) return;
    std::vector<cpp_int> weights;
    for (const auto& [id, use] : pool) weights.push_back(use.first);
    const auto parts = LargestRemainder(top[1], weights);
    size_t i = 0;
    for (const auto& [id, use] : pool) {
      if (weights[i] > 0) Cover(*covers_[id], parts[i]);
      ++i;
    }
  }
  void PerGeneration(bool made_here, const Pool& pool) {
    cpp_int revenue = 0, total = 0;
    for (const auto& [id, use] : pool) {
      const cpp_int magnitude = abs(use.second) * world_.rate_ppm / kWholePpm;
      cpp_int due = use.second < 0 ? cpp_int(-magnitude) : magnitude;
      if (made_here) due = std::max(due, world_.fee);
      due = std::max(due, world_.floor);
      revenue += use.second;
      total += due;
      Cover(*covers_[id], due);
    }
    lines_["~platform"].insert(revenue - total);
  }
  void Cover(const CoverModel& cover, const cpp_int& amount) {
    if (!cover.authorised) {
      lines_["~held"].insert(amount);
      return;
    }
    std::vector<cpp_int> weights;
    for (const auto& [id, ppm] : cover.sources) weights.push_back(ppm);
    const auto parts = LargestRemainder(amount, weights);
    for (size_t i = 0; i < parts.size(); ++i) {
      const std::string& id = cover.sources[i].first;
      covers_.contains(id) ? Cover(*covers_[id], parts[i]) : Original(id, parts[i]);
    }
  }
  void Original(const std::string& id, const cpp_int& amount) {
    const auto branches = LargestRemainder(amount, {kWholePpm - world_.publishing_ppm, world_.publishing_ppm});
    if (world_.publishing_ppm < kWholePpm) Shares(world_.master.at(id), branches[0]);
    if (world_.publishing_ppm == 0) return;
    std::vector<cpp_int> weights;
    const auto& works = world_.recordings.at(id).works;
    for (const auto& [work, ppm] : works) weights.push_back(ppm);
    const auto parts = LargestRemainder(branches[1], weights);
    for (size_t i = 0; i < parts.size(); ++i) Shares(world_.mechanical.at(works[i].first), parts[i]);
  }
  void Shares(const ShareSpec& shares, const cpp_int& amount) {
    if (shares.missing || shares.disputed) {
      lines_["~held"].insert(amount);
      return;
    }
    std::vector<cpp_int> weights;
    cpp_int unclaimed = kWholePpm;
    for (const auto& [party, ppm] : shares.parties) {
      weights.push_back(ppm);
      unclaimed -= ppm;
    }
    if (unclaimed > 0) weights.push_back(unclaimed);
    const auto parts = LargestRemainder(amount, weights);
    for (size_t i = 0; i < parts.size(); ++i)
      lines_[i < shares.parties.size() ? shares.parties[i].first : "~unclaimed"].insert(parts[i]);
  }

  const World& world_;
  std::map<std::string, const CoverModel*> covers_;
  Ledger lines_;
};

TEST(ClosePropertyTest, AgreesWithASecondImplementationToTheNanoUnit) {
  EXPECT_TRUE(rc::check("lines, totals, identity, determinism, and each line alone", [] {
    const World world = RandomWorld();
    LedgerBuilder ledger;
    ledger.secret = Hash256{};
    ledger.secret->bytes[0] = static_cast<uint8_t>(Upto(255));
    const auto result = CloseByLedgerline(world, ledger);
    RC_ASSERT(!::testing::Test::HasFailure());
    Ledger lines;
    cpp_int sum = 0;
    for (const auto& line : result.statements.lines) {
      const cpp_int amount(Int128ToString(line.amount.nanos()));
      lines[line.account == royalty::Account::kParty ? line.party : std::string(royalty::AccountName(line.account))]
          .insert(amount);
      sum += amount;
    }
    RC_ASSERT(lines == Judge(world).Run());
    cpp_int revenue = 0;
    for (const RowModel& row : world.rows) revenue += row.nanos;
    RC_ASSERT(sum == revenue);
    const Status checked = royalty::CheckStatements(result.statements);
    RC_ASSERT(checked.ok());
    const auto parsed = royalty::ParseStatements(result.blob);
    RC_ASSERT(parsed.ok());
    const auto again = royalty::RecomputeClose(ledger.fold, EntryIndex{ledger.next() - 1});
    RC_ASSERT(again.ok());
    RC_ASSERT(again->blob == result.blob);
    const TreeSize prefix{result.statements.prefix_size};
    const std::string stranger = "stranger-" + std::to_string(Upto(1'000'000));
    RC_ASSERT(royalty::CheckCommitments({*Period::Parse("2026-10"), prefix, Hash256{}, ledger.fold, ledger.secret},
                                        result, {stranger, stranger + "x", "zz"}) == "");
    RC_CLASSIFY(lines.contains("~held"), "held");
    RC_CLASSIFY(lines.contains("~unclaimed"), "unclaimed");
    RC_CLASSIFY(lines.contains("~unmatched"), "unmatched");
    RC_CLASSIFY(world.pro_rata, "pro rata");
  }));
}

}  // namespace
}  // namespace ledgerline
