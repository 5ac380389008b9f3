#include "schemas/territory.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace ledgerline {
namespace {

// ISO 3166-1 alpha-2, officially assigned codes, alphabetic.
constexpr std::string_view kCodes =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
static_assert(kCodes.size() == kTerritoryCount * 3 - 1);

constexpr std::string_view kEuropeanUnion =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
constexpr std::string_view kEeaBeyondTheUnion = "IS LI NO";

// The position of a code in the table, or -1.
int PositionOf(std::string_view code) {
  if (code.size() != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z') return -1;
  const size_t at = kCodes.find(code);
  return at == std::string_view::npos || at % 3 != 0 ? -1 : static_cast<int>(at / 3);
}

std::string_view CodeAt(size_t position) { return kCodes.substr(position * 3, 2); }

std::bitset<kTerritoryCount> Listed(std::string_view codes) {
  std::bitset<kTerritoryCount> set;
  for (size_t at = 0; at < codes.size(); at += 3) set.set(static_cast<size_t>(PositionOf(codes.substr(at, 2))));
  return set;
}

}  // namespace

Result<TerritorySet> TerritorySet::Parse(std::string_view expression) {
  if (expression.size() > 1024) {
    return InvalidArgument("territories: the expression has " + std::to_string(expression.size()) +
                           " characters, 1024 are allowed");
  }
  TerritorySet set;
  std::istringstream words{std::string(expression)};
  for (std::string word; words >> word;) {
    const bool minus = word[0] == '-';
    const std::string name = minus ? word.substr(1) : word;
    std::bitset<kTerritoryCount> named;
    if (name == "WW")
      named.set();
    else if (name == "EU")
      named = Listed(kEuropeanUnion);
    else if (name == "EEA")
      named = Listed(kEuropeanUnion) | Listed(kEeaBeyondTheUnion);
    else if (const int at = PositionOf(name); at >= 0)
      named.set(static_cast<size_t>(at));
    else
      return InvalidArgument("territories: '" + name + "' is neither an ISO 3166-1 code nor WW, EU or EEA");
    if (minus)
      set.codes_ &= ~named;
    else
      set.codes_ |= named;
  }
  if (set.codes_.none()) return InvalidArgument("territories '" + std::string(expression) + "' name no country");
  return set;
}

bool TerritorySet::Contains(std::string_view code) const {
  const int at = PositionOf(code);
  return at >= 0 && codes_.test(static_cast<size_t>(at));
}

std::string TerritorySet::ToString() const {
  const bool most = codes_.count() > kTerritoryCount / 2;
  std::string text = most ? "WW" : "";
  for (size_t i = 0; i < kTerritoryCount; ++i) {
    if (codes_.test(i) == most) continue;
    text += text.empty() ? "" : " ";
    text += most ? "-" : "";
    text += CodeAt(i);
  }
  return text;
}

Status CheckTerritoryCode(std::string_view field, std::string_view code) {
  if (PositionOf(code) >= 0) return Status::Ok();
  return InvalidArgument(std::string(field) + " '" + std::string(code.substr(0, 20)) +
                         "' is not an ISO 3166-1 alpha-2 code, such as DE or US");
}

}  // namespace ledgerline
