// What several commands' options mean in the same way. Errors name the option.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_OPTION_VALUES_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_OPTION_VALUES_H_

#include <string>

#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::tool {

// The same result, its error with the option before it.
template <typename T>
Result<T> Named(const std::string& option, Result<T> value) {
  if (!value.ok()) return value.status().WithContext(option);
  return value;
}

// --from and --to; an empty `from` is `now`, an empty `to` is open.
// Errors: kInvalidArgument (no time, or --to not after --from).
Result<TimeSpan> ParseSpan(const std::string& from, const std::string& to, Instant now);

// "from 2026-10-01T00:00:00Z on", "from 2026-10-01T00:00:00Z to 2026-12-01T00:00:00Z".
std::string SpanText(const TimeSpan& span);

// --party or --recording names nothing: says how to see what there is.
Status NoSuchParty(const std::string& directory, const std::string& party);
Status NoSuchRecording(const std::string& directory, const std::string& recording);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_OPTION_VALUES_H_
