#include "schemas/ids.h"

namespace ledgerline {
namespace {

bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

Status CheckId(std::string_view what, std::string_view text) {
  const std::string name(what);
  if (text.size() < 2 || text.size() > 64) {
    return InvalidArgument(name + " '" + std::string(text.substr(0, 80)) + "' has " + std::to_string(text.size()) +
                           " characters: 2 to 64 are allowed");
  }
  for (const char c : text) {
    if (!IsLetterOrDigit(c) && c != '-' && c != '_' && c != '.') {
      return InvalidArgument(name + " '" + std::string(text) + "': only a-z, 0-9, '-', '_' and '.' are allowed");
    }
  }
  if (!IsLetterOrDigit(text[0])) {
    return InvalidArgument(name + " '" + std::string(text) + "' must begin with a letter or a digit");
  }
  return Status::Ok();
}

}  // namespace ledgerline
