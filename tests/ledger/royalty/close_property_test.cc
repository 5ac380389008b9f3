// Random catalogues, shares, covers of covers and amounts, closed by Ledgerline and by a second implementation that was
// written from the rules' page alone: exact rationals, no shared code but the CSV files that both read from.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>

#include "tests/ledger/ledger_builder.h"
#include "tests/ledger/royalty/commitment_checks.h"

namespace ledgerline {
namespace {

using boost::multiprecision::cpp_int;

// --- The random world
// ---------------------------------------------------------------------------------------------------

struct ShareSpec {
  std::vector<std::pair<std::string, uint32_t>> parties;  // sorted
  bool missing = false;
  bool disputed = false;
};
struct RecordingSpec {
  std::vector<std::pair<std::string, uint32_t>> works;  // sorted
};
struct CoverModel {
  std::string id;
  std::vector<std::pair<std::string, uint32_t>> sources;  // sorted
  bool authorised = true;
};
struct RowModel {
  std::string recording, territory;
  uint64_t plays = 0;
  cpp_int nanos;
};
struct World {
  bool pro_rata = true;
  uint32_t rightsholders_ppm = 0, publishing_ppm = 0, rate_ppm = 0;
  cpp_int fee, floor;
  std::map<std::string, RecordingSpec> recordings;
  std::map<std::string, ShareSpec> master;      // by recording
  std::map<std::string, ShareSpec> mechanical;  // by work
  std::vector<CoverModel> covers;
  std::vector<RowModel> rows;
};

uint32_t Upto(uint32_t max) { return *rc::gen::resize(100, rc::gen::inRange<uint32_t>(0, max + 1)); }
bool OneIn(uint32_t n) { return Upto(n - 1) == 0; }

// `parts` positive ppm that sum to `total`.
std::vector<uint32_t> Cut(uint32_t total, uint32_t parts) {
  std::vector<uint32_t> sizes;
  for (uint32_t left = parts; left > 1; --left) {
    const uint32_t size = OneIn(3) ? total / left : 1 + Upto(total - left);
    sizes.push_back(std::max(1u, std::min(size, total - (left - 1))));
    total -= sizes.back();
  }
  sizes.push_back(total);
  return sizes;
}

std::string Decimal(cpp_int nanos) {
  const bool negative = nanos < 0;
  if (negative) nanos = -nanos;
  std::string fraction = cpp_int(nanos % 1'000'000'000).str();
  fraction.insert(0, 9 - fraction.size(), '0');
  return (negative ? "-" : "") + cpp_int(nanos / 1'000'000'000).str() + "." + fraction;
}

cpp_int RandomNanos() {
  const cpp_int digits = static_cast<uint64_t>(Upto(999'999'999)) + 1;
  cpp_int nanos = 0;
  switch (Upto(4)) {
    case 0:
      nanos = Upto(10);
      break;  // a few nano-units
    case 1:
      nanos = digits;
      break;  // below one unit
    case 2:
      nanos = digits * 10'000'000;
      break;  // cents
    case 3:
      nanos = digits * 1'000'000'000 * 997;
      break;  // millions
    default:
      nanos = cpp_int("1000000000000000000000") - digits;
      break;  // the bound, nearly
  }
  return OneIn(4) ? cpp_int(-nanos) : nanos;
}

ShareSpec RandomShares() {
  ShareSpec shares;
  if (OneIn(12)) shares.disputed = true;
  if (OneIn(12)) shares.missing = true;
  const uint32_t count = 1 + Upto(4);
  const uint32_t total = OneIn(3) ? 1 + count + Upto(900'000) : kWholePpm;
  const auto sizes = Cut(total, count);
  for (uint32_t i = 0; i < count; ++i) shares.parties.emplace_back("party-" + std::to_string(i), sizes[i]);
  return shares;
}

World RandomWorld() {
  World world;
  world.pro_rata = OneIn(2);
  world.rightsholders_ppm = OneIn(5) ? kWholePpm * (Upto(1)) : Upto(kWholePpm);
  world.publishing_ppm = OneIn(5) ? kWholePpm * (Upto(1)) : Upto(kWholePpm);
  world.rate_ppm = Upto(kWholePpm);
  world.fee = OneIn(3) ? 0 : Upto(1'000'000'000);
  world.floor = OneIn(3) ? 0 : Upto(1'000'000'000);
  const uint32_t works = 1 + Upto(3), recordings = 1 + Upto(3);
  for (uint32_t w = 0; w < works; ++w) world.mechanical["work-" + std::to_string(w)] = RandomShares();
  for (uint32_t r = 0; r < recordings; ++r) {
    const std::string id = "rec-" + std::to_string(r);
    const uint32_t parts = 1 + Upto(works - 1);
    const auto sizes = Cut(kWholePpm, parts);
    for (uint32_t w = 0; w < parts; ++w) world.recordings[id].works.emplace_back("work-" + std::to_string(w), sizes[w]);
    world.master[id] = RandomShares();
  }
  std::vector<std::string> sources;
  for (const auto& [id, recording] : world.recordings) sources.push_back(id);
  const uint32_t covers = 1 + Upto(4);
  for (uint32_t c = 0; c < covers; ++c) {
    CoverModel cover;
    cover.id = "cov-" + std::to_string(c);
    std::set<std::string> chosen;
    for (uint32_t i = 0, n = 1 + Upto(2); i < n; ++i)
      chosen.insert(sources[Upto(static_cast<uint32_t>(sources.size()) - 1)]);
    const auto sizes = Cut(kWholePpm, static_cast<uint32_t>(chosen.size()));
    size_t i = 0;
    for (const std::string& id : chosen) {
      cover.sources.emplace_back(id, sizes[i++]);
      for (const CoverModel& known : world.covers) cover.authorised &= known.id != id || known.authorised;
    }
    if (OneIn(8)) cover.authorised = false;
    world.covers.push_back(cover);
    sources.push_back(cover.id);
  }
  const char* territories[] = {"DE", "FR"};
  const bool corrections = OneIn(6);  // a file without a single play
  for (uint32_t i = 0, n = 1 + Upto(7); i < n; ++i) {
    RowModel row;
    row.recording = OneIn(10) ? "unknown-1" : world.covers[Upto(covers - 1)].id;
    row.territory = territories[Upto(1)];
    row.plays = corrections ? 0 : OneIn(4) ? 0 : OneIn(4) ? 1'000'000'000'000 - Upto(1000) : Upto(100);
    row.nanos = RandomNanos();
    world.rows.push_back(row);
  }
  return world;
}

// --- Ledgerline's side
// ----------------------------------------------------------------------------------------------------

std::string ShareRows(const std::string& set, const std::string& asset, const std::string& right,
                      const ShareSpec& shares, const char* status) {
  std::string rows;
  for (const auto& [party, ppm] : shares.parties)
    rows += set + "," + asset + "," + right + ",WW,2020-01-01,," + status + "," + party + "," + std::to_string(ppm) +
            ",party-0\n";
  return rows;
}

// Covers are made while all shares are in force; what is missing or disputed becomes so after.
royalty::CloseResult CloseByLedgerline(const World& world, LedgerBuilder& ledger) {
  std::string parties = "party_id,role,name\n", works = "work_id,title,iswc,creators,version_of\n";
  for (int i = 0; i < 5; ++i) parties += "party-" + std::to_string(i) + ",writer,P\n";
  std::string recordings = "recording_id,title,artist,isrc,work_id,work_weight_ppm\n", shares, later;
  const std::string header =
      "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n";
  const auto add = [&](const std::string& id, const std::string& asset, const std::string& right,
                       const ShareSpec& spec) {
    shares += ShareRows("set-" + id, asset, right, spec, "ACCEPTED");
    if (spec.missing)
      later += ShareRows("set-" + id, asset, right, spec, "SUPERSEDED");
    else if (spec.disputed)
      later += ShareRows("set-" + id, asset, right, spec, "DISPUTED");
  };
  for (const auto& [id, spec] : world.mechanical) {
    works += id + ",Work,,,\n";
    add(id, "work:" + id, "MECHANICAL", spec);
  }
  for (const auto& [id, recording] : world.recordings) {
    for (const auto& [work, ppm] : recording.works)
      recordings += id + ",Rec,Band,," + work + "," + std::to_string(ppm) + "\n";
    add(id, "recording:" + id, "MASTER", world.master.at(id));
  }
  ledger.File(parties);
  ledger.File(works);
  ledger.File(recordings);
  ledger.File(header + shares);
  std::string rate =
      "rate_id,model,use,tier,territories,currency,rightsholders_ppm,publishing_ppm,revenue_rate_ppm,fee,floor,valid_"
      "from,valid_to\n";
  if (world.pro_rata)
    rate += "rate-1,PRO_RATA,COVER,,WW,EUR," + std::to_string(world.rightsholders_ppm) + "," +
            std::to_string(world.publishing_ppm) + ",,,,2026-01-01,\n";
  else
    rate += "rate-1,PER_GENERATION,COVER,,WW,EUR,," + std::to_string(world.publishing_ppm) + "," +
            std::to_string(world.rate_ppm) + "," + Decimal(world.fee) + "," + Decimal(world.floor) + ",2026-01-01,\n";
  ledger.File(rate);
  ledger.Consent("party-0", "*");
  std::map<std::string, bool> authorised;
  for (const CoverModel& cover : world.covers) {
    CoverSpec spec{cover.id, cover.sources};
    bool sources_authorised = true;
    for (const auto& [id, ppm] : cover.sources) sources_authorised &= !authorised.contains(id) || authorised[id];
    authorised[cover.id] = cover.authorised;
    if (cover.authorised || !sources_authorised) {
      ledger.Cover(spec);
    } else {
      ledger.now = std::max(ledger.now, At(spec.at));
      v1::Payload made = ledger.GenerationFor(spec, ledger.Add(ledger.PermitFor(spec)));
      made.mutable_generation()->set_style("not what was permitted");
      ledger.Add(made);
    }
  }
  if (!later.empty()) ledger.File(header + later);
  std::string usage = "recording_id,period,territory,tier,plays,revenue,currency\n";
  for (const RowModel& row : world.rows)
    usage += row.recording + ",2026-10," + row.territory + ",premium," + std::to_string(row.plays) + "," +
             Decimal(row.nanos) + ",EUR\n";
  ledger.File(usage);
  return ledger.Close("2026-10");
}

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
