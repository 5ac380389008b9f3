// Random catalogues, shares, covers of covers and amounts, and their close by Ledgerline, for property tests.
#ifndef LEDGERLINE_TESTS_LEDGER_ROYALTY_RANDOM_WORLD_H_
#define LEDGERLINE_TESTS_LEDGER_ROYALTY_RANDOM_WORLD_H_

#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <set>

#include "tests/ledger/ledger_builder.h"

namespace ledgerline {

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

inline uint32_t Upto(uint32_t max) { return *rc::gen::resize(100, rc::gen::inRange<uint32_t>(0, max + 1)); }
inline bool OneIn(uint32_t n) { return Upto(n - 1) == 0; }

// `parts` positive ppm that sum to `total`.
inline std::vector<uint32_t> Cut(uint32_t total, uint32_t parts) {
  std::vector<uint32_t> sizes;
  for (uint32_t left = parts; left > 1; --left) {
    const uint32_t size = OneIn(3) ? total / left : 1 + Upto(total - left);
    sizes.push_back(std::max(1u, std::min(size, total - (left - 1))));
    total -= sizes.back();
  }
  sizes.push_back(total);
  return sizes;
}

inline std::string Decimal(cpp_int nanos) {
  const bool negative = nanos < 0;
  if (negative) nanos = -nanos;
  std::string fraction = cpp_int(nanos % 1'000'000'000).str();
  fraction.insert(0, 9 - fraction.size(), '0');
  return (negative ? "-" : "") + cpp_int(nanos / 1'000'000'000).str() + "." + fraction;
}

inline cpp_int RandomNanos() {
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

inline ShareSpec RandomShares() {
  ShareSpec shares;
  if (OneIn(12)) shares.disputed = true;
  if (OneIn(12)) shares.missing = true;
  const uint32_t count = 1 + Upto(4);
  const uint32_t total = OneIn(3) ? 1 + count + Upto(900'000) : kWholePpm;
  const auto sizes = Cut(total, count);
  for (uint32_t i = 0; i < count; ++i) shares.parties.emplace_back("party-" + std::to_string(i), sizes[i]);
  return shares;
}

inline World RandomWorld() {
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

inline std::string ShareRows(const std::string& set, const std::string& asset, const std::string& right,
                             const ShareSpec& shares, const char* status) {
  std::string rows;
  for (const auto& [party, ppm] : shares.parties)
    rows += set + "," + asset + "," + right + ",WW,2020-01-01,," + status + "," + party + "," + std::to_string(ppm) +
            ",party-0\n";
  return rows;
}

// Covers are made while all shares are in force; what is missing or disputed becomes so after.
inline royalty::CloseResult CloseByLedgerline(const World& world, LedgerBuilder& ledger) {
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

}  // namespace ledgerline

#endif  // LEDGERLINE_TESTS_LEDGER_ROYALTY_RANDOM_WORLD_H_
