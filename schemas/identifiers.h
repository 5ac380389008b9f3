// The industry's identifiers and their published check digits.
//
// A wrong format is an error. A wrong check digit is not: real files carry them, so it is reported apart and the value
// kept.
#ifndef LEDGERLINE_SCHEMAS_IDENTIFIERS_H_
#define LEDGERLINE_SCHEMAS_IDENTIFIERS_H_

#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline {

enum class IdentifierKind {
  kIsrc,  // ISO 3901: two letters, three letters or digits, two digits of year, five digits; no check digit
  kIswc,  // ISO 15707: T, nine digits, check digit: (10 - (1 + sum of i x digit_i, i = 1..9) mod 10) mod 10
  kIpi,   // CISAC IPI name number: 11 digits, the last two by weights 10 to 2 over the nine first, modulo 101
  kIsni,  // ISO 27729: 16 characters, ISO 7064 MOD 11-2
  kUpc,   // GS1: UPC-A of 12 or EAN-13 of 13 digits, weights 3 and 1 from the right
  kDpid,  // DDEX party id: PADPIDA, ten letters or digits, check character by ISO 7064 MOD 37,36
};

struct Identifier {
  IdentifierKind kind = IdentifierKind::kIsrc;
  std::string canonical;  // without separators, letters in capitals
  bool check_digit_right = true;
};

std::string_view IdentifierKindName(IdentifierKind kind);

// Accepts the usual separators (hyphens, dots, blanks) and lower case. Errors: kInvalidArgument naming kind, value and
// rule.
Result<Identifier> ParseIdentifier(IdentifierKind kind, std::string_view text);

}  // namespace ledgerline

#endif  // LEDGERLINE_SCHEMAS_IDENTIFIERS_H_
