// A small catalogue for tests of rights: one recording of one work; ann writes, pub controls half of her share, label
// has the master.
#ifndef LEDGERLINE_TESTS_LEDGER_RIGHTS_DEMO_CATALOGUE_H_
#define LEDGERLINE_TESTS_LEDGER_RIGHTS_DEMO_CATALOGUE_H_

#include "tests/ledger/ledger_builder.h"

namespace ledgerline {

inline constexpr char kShareColumns[] =
    "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n";

inline std::string Shares(const std::string& rows) { return kShareColumns + rows; }

inline void AddDemoCatalogue(LedgerBuilder& ledger) {
  ledger.File("party_id,role,name\nann,writer,Ann\nben,writer,Ben\npub,publisher,Pub\nlabel,label,Label\n");
  ledger.File("work_id,title,iswc,creators,version_of\nwork-1,First,,Ann,\n");
  ledger.File("recording_id,title,artist,isrc,work_id,work_weight_ppm\nrec-1,First,Band,,work-1,1000000\n");
  ledger.File(
      Shares("set-m,recording:rec-1,MASTER,WW,2020-01-01,,ACCEPTED,label,1000000,\n"
             "set-p,work:work-1,MECHANICAL,WW,2020-01-01,,ACCEPTED,ann,500000,pub\n"
             "set-p,work:work-1,MECHANICAL,WW,2020-01-01,,ACCEPTED,ben,500000,\n"));
}

inline RecordingId Rec(const std::string& id) { return *RecordingId::Parse(id); }

inline rights::ConsentQuestion Question(const LedgerBuilder& ledger, const std::string& recording = "rec-1") {
  return {Rec(recording), v1::USE_COVER, "DE", "premium", ledger.now, ledger.fold.size()};
}

inline CoverSpec Spec(const std::string& id, const std::string& source = "rec-1") {
  return {id, {{source, kWholePpm}}};
}

inline bool HasReason(const rights::Verdict& verdict, rights::VerdictReason reason) {
  return std::any_of(verdict.findings.begin(), verdict.findings.end(),
                     [&](const auto& finding) { return finding.reason == reason; });
}

}  // namespace ledgerline

#endif  // LEDGERLINE_TESTS_LEDGER_RIGHTS_DEMO_CATALOGUE_H_
