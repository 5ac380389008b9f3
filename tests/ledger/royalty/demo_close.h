// A ledger with one cover, two parties and a rate card of either model, ready for usage.
#ifndef LEDGERLINE_TESTS_LEDGER_ROYALTY_DEMO_CLOSE_H_
#define LEDGERLINE_TESTS_LEDGER_ROYALTY_DEMO_CLOSE_H_

#include "tests/ledger/ledger_builder.h"

namespace ledgerline {

inline constexpr char kUsageColumns[] = "recording_id,period,territory,tier,plays,revenue,currency\n";
inline constexpr char kRateColumns[] =
    "rate_id,model,use,tier,territories,currency,rightsholders_ppm,publishing_ppm,revenue_rate_ppm,fee,floor,valid_"
    "from,valid_to\n";

inline std::string Usage(const std::string& rows) { return kUsageColumns + rows; }
inline std::string Rates(const std::string& rows) { return kRateColumns + rows; }

inline void AddDemo(LedgerBuilder& ledger, const std::string& rate_rows) {
  ledger.File("party_id,role,name\nann,writer,Ann\nlabel,label,Label\n");
  ledger.File("work_id,title,iswc,creators,version_of\nwork-1,First,,Ann,\n");
  ledger.File("recording_id,title,artist,isrc,work_id,work_weight_ppm\nrec-1,First,Band,,work-1,1000000\n");
  ledger.File(
      "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n"
      "set-m,recording:rec-1,MASTER,WW,2020-01-01,,ACCEPTED,label,1000000,\n"
      "set-p,work:work-1,MECHANICAL,WW,2020-01-01,,ACCEPTED,ann,600000,\n");
  ledger.File(Rates(rate_rows));
  ledger.Consent("ann", "*");
  ledger.Consent("label", "*");
  ledger.Cover({"cov-1", {{"rec-1", kWholePpm}}});
}

inline constexpr char kProRata[] = "rate-1,PRO_RATA,COVER,,WW,EUR,650000,500000,,,,2026-01-01,\n";
inline constexpr char kPerGeneration[] = "rate-1,PER_GENERATION,COVER,,WW,EUR,,500000,200000,0.05,0.01,2026-01-01,\n";

}  // namespace ledgerline

#endif  // LEDGERLINE_TESTS_LEDGER_ROYALTY_DEMO_CLOSE_H_
