#include "ledger/rights/verdict.h"

#include <set>
#include <tuple>

namespace ledgerline::rights {

std::string ConsentProblem::ToString() const {
  return (party.empty() ? std::string() : "party " + party.text() + ", ") + asset + ": " + why;
}

std::vector<v1::ConsentReference> ConsentAnswer::ConsentReferences() const {
  std::set<std::pair<EntryIndex, std::string>> seen;
  for (const ConsentRelied& consent : relied) seen.emplace(consent.grant, consent.party.text());
  std::vector<v1::ConsentReference> references;
  for (const auto& [entry, party] : seen) {
    references.emplace_back().set_entry_index(entry.value);
    references.back().set_party_id(party);
  }
  return references;
}

std::vector<v1::ShareSetReference> ConsentAnswer::ShareSetReferences() const {
  std::set<std::pair<EntryIndex, std::string>> seen;
  for (const ShareSetUse& use : share_sets) seen.emplace(use.entry, use.set.text());
  std::vector<v1::ShareSetReference> references;
  for (const auto& [entry, set] : seen) {
    references.emplace_back().set_entry_index(entry.value);
    references.back().set_share_set_id(set);
  }
  return references;
}

std::string_view VerdictReasonName(VerdictReason reason) {
  switch (reason) {
    case VerdictReason::kNotByOperator:
      return "NOT_BY_OPERATOR";
    case VerdictReason::kNoPermit:
      return "NO_PERMIT";
    case VerdictReason::kPermitExpired:
      return "PERMIT_EXPIRED";
    case VerdictReason::kPermitMismatch:
      return "PERMIT_MISMATCH";
    case VerdictReason::kPermitReused:
      return "PERMIT_REUSED";
    case VerdictReason::kMissingConsent:
      return "MISSING_CONSENT";
    case VerdictReason::kUnknownSource:
      return "UNKNOWN_SOURCE";
    case VerdictReason::kUnauthorisedSource:
      return "UNAUTHORISED_SOURCE";
    case VerdictReason::kBadSources:
      return "BAD_SOURCES";
    case VerdictReason::kCoverIdTaken:
      return "COVER_ID_TAKEN";
  }
  return "UNKNOWN";
}

std::string Verdict::ToString() const {
  if (authorised()) return "AUTHORISED";
  std::string text = "UNAUTHORISED: ";
  for (size_t i = 0; i < findings.size(); ++i) {
    text += (i == 0 ? "" : "; ") + std::string(VerdictReasonName(findings[i].reason)) + " (" + findings[i].text + ")";
  }
  return text;
}

}  // namespace ledgerline::rights
