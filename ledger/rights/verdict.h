// What is asked before a generation, what was answered, and how the ledger judges what was then made.
// Source: docs/decisions/0003-rights-verdicts.md.
#ifndef LEDGERLINE_LEDGER_RIGHTS_VERDICT_H_
#define LEDGERLINE_LEDGER_RIGHTS_VERDICT_H_

#include <optional>
#include <string>
#include <vector>

#include "ledger/exchange/catalogue_row.h"
#include "ledger/rights/consent_book.h"
#include "ledger/rights/share_book.h"
#include "ledgerline/v1/generation.pb.h"

namespace ledgerline::rights {

// May this recording be used so? Shares and consents are those in force at `at`, as entries [0, as_of) tell them.
struct ConsentQuestion {
  RecordingId recording;
  v1::Use use = v1::USE_UNSPECIFIED;
  std::string territory;
  std::string tier;
  Instant at;
  TreeSize as_of;
};

struct ShareSetUse {
  ShareSetId set;
  EntryIndex entry;  // the catalogue file that brought it
  exchange::Right right = exchange::Right::kMaster;
  exchange::Asset asset;
};

// A party without whose consent the use is refused, and why it is asked.
struct RequiredController {
  PartyId party;
  exchange::Asset asset;
  RecordingId recording;              // the original in which `asset` is used
  std::vector<ShareSetUse> named_by;  // the share sets whose lines name it
};

// Why a use is refused. `party` is empty where nobody can be asked (no share set, a dispute, an unknown recording).
struct ConsentProblem {
  PartyId party;
  std::string asset;
  std::string why;
  std::string ToString() const;  // "party p1, work:w1: consent of entry 12 was revoked by entry 15"
};

struct ConsentRequirement {
  std::vector<RequiredController> controllers;  // by asset, then party
  std::vector<ShareSetUse> share_sets;          // all that were looked at, by asset and right
  std::vector<ConsentProblem> problems;         // found before anyone is asked
};

struct ConsentRelied {
  EntryIndex grant;
  PartyId party;
  exchange::Asset asset;
  Attestation attested_by = Attestation::kOperator;
};

struct ConsentAnswer {
  bool allowed = false;
  std::vector<ConsentRelied> relied;
  std::vector<ShareSetUse> share_sets;
  std::vector<ConsentProblem> missing;

  // For the events: each grant once by entry and party, each share set once.
  std::vector<v1::ConsentReference> ConsentReferences() const;
  std::vector<v1::ShareSetReference> ShareSetReferences() const;
};

enum class VerdictReason {
  kNotByOperator,       // the submitter's key is neither an operator's nor a service's
  kNoPermit,            // permit_index is no permit before this entry
  kPermitExpired,       // made after valid_until_us
  kPermitMismatch,      // made before the permit, or use, territory, tier, style, requester or source differ
  kPermitReused,        // one permit, one generation
  kMissingConsent,      // at the permit's index a controller had not consented
  kUnknownSource,       // at the permit's index the source was not in the catalogue
  kUnauthorisedSource,  // a source is a cover that was itself not authorised
  kBadSources,          // none, twice the same, too deep, or weights that do not sum to 1,000,000
  kCoverIdTaken,        // cover_recording_id already names a recording
};
std::string_view VerdictReasonName(VerdictReason reason);  // "MISSING_CONSENT"

struct VerdictFinding {
  VerdictReason reason = VerdictReason::kNoPermit;
  std::string text;
};

struct Verdict {
  std::vector<VerdictFinding> findings;  // empty: authorised
  std::vector<ConsentRelied> relied;
  bool authorised() const { return findings.empty(); }
  // "AUTHORISED", or "UNAUTHORISED: MISSING_CONSENT (party ...); ...".
  std::string ToString() const;
};

struct PermitRecord {
  EntryIndex entry;
  Instant recorded_at;
  v1::Permit permit;
  ConsentAnswer answer;               // judged at this entry's index and time
  std::optional<EntryIndex> used_by;  // the generation
};

struct GenerationRecord {
  EntryIndex entry;
  Instant recorded_at;
  v1::Generation event;
  Verdict verdict;
  RecordingId cover;
  bool is_recording = false;  // false where the id was taken: then nothing is paid through it
  int depth = 0;              // 1 for a cover of originals, one more for each cover between
  uint64_t paths = 0;         // to originals, at most kSourcePathsMax + 1
};

struct RatingRecord {
  EntryIndex entry;
  v1::Rating rating;
};

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_VERDICT_H_
