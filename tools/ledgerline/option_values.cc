#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {

Result<TimeSpan> ParseSpan(const std::string& from, const std::string& to, Instant now) {
  TimeSpan span;
  span.from = now;
  if (!from.empty()) {
    ASSIGN_OR_RETURN(span.from, Named("--from", Instant::Parse(from)));
  }
  if (to.empty()) return span;
  ASSIGN_OR_RETURN(span.to, Named("--to", Instant::Parse(to)));
  if (span.to > span.from) return span;
  return InvalidArgument("--to " + to + " is not after " + (from.empty() ? "now" : "--from " + from));
}

std::string SpanText(const TimeSpan& span) {
  return "from " + span.from.ToString() + (span.to == TimeSpan::kOpen ? " on" : " to " + span.to.ToString());
}

Status NoSuchParty(const std::string& directory, const std::string& party) {
  return NotFound("--party '" + party + "' is not in the catalogue: `ledgerline catalog list " + directory +
                  " --parties` shows who is");
}

Status NoSuchRecording(const std::string& directory, const std::string& recording) {
  return NotFound("--recording '" + recording + "' is not in the catalogue: `ledgerline catalog list " + directory +
                  " --recordings` shows what is");
}

}  // namespace ledgerline::tool
