#include "schemas/identifiers.h"

#include <algorithm>
#include <array>

namespace ledgerline {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }
bool IsAlphanumeric(char c) { return IsDigit(c) || IsLetter(c); }

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// Capitals, without the separators that people write between groups.
std::string Canonical(std::string_view text) {
  std::string canonical;
  for (char c : text) {
    if (c == '-' || c == '.' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    canonical.push_back(c);
  }
  return canonical;
}

bool IswcCheck(std::string_view iswc) {  // T + 9 digits + check
  int sum = 1;
  for (int i = 1; i <= 9; ++i) sum += i * (iswc[static_cast<size_t>(i)] - '0');
  return (10 - sum % 10) % 10 == iswc[10] - '0';
}

// The two last digits are 101 less the weighted sum of the nine first (weights 10 down to 2) modulo 101, with 0 where
// that is 100.
bool IpiCheck(std::string_view ipi) {
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (10 - i) * (ipi[static_cast<size_t>(i)] - '0');
  const int remainder = sum % 101;
  const int check = remainder == 0 ? 0 : (101 - remainder) % 100;
  return check == (ipi[9] - '0') * 10 + (ipi[10] - '0');
}

bool IsniCheck(std::string_view isni) {  // ISO 7064 MOD 11-2
  int sum = 0;
  for (size_t i = 0; i < 15; ++i) sum = (sum + (isni[i] - '0')) * 2;
  const int check = (12 - sum % 11) % 11;
  return isni[15] == (check == 10 ? 'X' : static_cast<char>('0' + check));
}

// ISO 7064 MOD 37,36 over all characters; the check character is the last one (DDEX Party Identifier standard).
bool Mod3736Check(std::string_view text) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  size_t product = 36;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    const size_t sum = (product + kAlphabet.find(text[i])) % 36;
    product = (sum == 0 ? 36 : sum) * 2 % 37;
  }
  return text.back() == kAlphabet[(37 - product) % 36];
}

bool Gs1Check(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i + 1 < digits.size(); ++i) {
    const bool triple = (digits.size() - 1 - i) % 2 == 1;  // the digit next to the check digit has weight 3
    sum += (digits[i] - '0') * (triple ? 3 : 1);
  }
  return (10 - sum % 10) % 10 == digits.back() - '0';
}

}  // namespace

std::string_view IdentifierKindName(IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::kIsrc:
      return "ISRC";
    case IdentifierKind::kIswc:
      return "ISWC";
    case IdentifierKind::kIpi:
      return "IPI";
    case IdentifierKind::kIsni:
      return "ISNI";
    case IdentifierKind::kUpc:
      return "UPC";
    case IdentifierKind::kDpid:
      return "DPID";
  }
  return "identifier";
}

Result<Identifier> ParseIdentifier(IdentifierKind kind, std::string_view text) {
  const auto wrong = [&](const std::string& rule) {
    return InvalidArgument(std::string(IdentifierKindName(kind)) + " '" + std::string(text.substr(0, 60)) +
                           "': expected " + rule);
  };
  if (text.size() > 60) return wrong("at most 60 characters");
  Identifier id{kind, Canonical(text), true};
  const std::string& value = id.canonical;
  const std::string_view view = value;
  switch (kind) {
    case IdentifierKind::kIsrc:
      if (view.size() != 12 || !All(view.substr(0, 2), IsLetter) || !All(view.substr(2, 3), IsAlphanumeric) ||
          !All(view.substr(5), IsDigit)) {
        return wrong("two letters, three letters or digits, and seven digits, as in QZ-ES1-26-00001 (ISO 3901)");
      }
      break;
    case IdentifierKind::kIswc:
      if (view.size() != 11 || view[0] != 'T' || !All(view.substr(1), IsDigit))
        return wrong("T and ten digits, as in T-034.524.680-1 (ISO 15707)");
      id.check_digit_right = IswcCheck(view);
      break;
    case IdentifierKind::kIpi:
      // Leading zeros are often left out: 9 to 11 digits are padded to 11.
      if (view.size() < 9 || view.size() > 11 || !All(view, IsDigit))
        return wrong("9 to 11 digits (CISAC IPI name number)");
      id.canonical.insert(0, 11 - view.size(), '0');
      id.check_digit_right = IpiCheck(id.canonical);
      break;
    case IdentifierKind::kIsni:
      if (view.size() != 16 || !All(view.substr(0, 15), IsDigit) || !(IsDigit(view[15]) || view[15] == 'X')) {
        return wrong("15 digits and a digit or X, as in 0000 0001 2103 2683 (ISO 27729)");
      }
      id.check_digit_right = IsniCheck(view);
      break;
    case IdentifierKind::kUpc:
      if ((view.size() != 12 && view.size() != 13) || !All(view, IsDigit))
        return wrong("12 digits (UPC-A) or 13 (EAN-13)");
      id.check_digit_right = Gs1Check(view);
      break;
    case IdentifierKind::kDpid:
      if (view.size() != 18 || view.substr(0, 7) != "PADPIDA" || !All(view.substr(7), IsAlphanumeric)) {
        return wrong("PADPIDA and eleven letters or digits (DDEX party identifier)");
      }
      id.check_digit_right = Mod3736Check(view);
      break;
  }
  return id;
}

}  // namespace ledgerline
