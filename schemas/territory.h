// Territories: sets of ISO 3166-1 alpha-2 codes, written as an expression such as "WW", "DE AT CH" or "EU -FR".
#ifndef LEDGERLINE_SCHEMAS_TERRITORY_H_
#define LEDGERLINE_SCHEMAS_TERRITORY_H_

#include <bitset>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline {

inline constexpr std::string_view kTerritoryTableVersion = "iso3166-1/2024";
inline constexpr size_t kTerritoryCount = 249;

class TerritorySet {
 public:
  // Codes and groups (WW the world, EU the European Union, EEA) separated by blanks, read from left to right; a leading
  // '-' takes away. Errors: kInvalidArgument (unknown code, nothing left).
  static Result<TerritorySet> Parse(std::string_view expression);
  bool Contains(std::string_view code) const;
  bool Overlaps(const TerritorySet& other) const { return (codes_ & other.codes_).any(); }
  // The shorter of the codes in alphabetic order and "WW" with those taken away: "AT DE", "WW -US". Parse reads it
  // back.
  std::string ToString() const;
  friend bool operator==(const TerritorySet&, const TerritorySet&) = default;

 private:
  std::bitset<kTerritoryCount> codes_;
};

// Errors: kInvalidArgument, unless `code` is one of the 249 codes. `field` names it in the message.
Status CheckTerritoryCode(std::string_view field, std::string_view code);

}  // namespace ledgerline

#endif  // LEDGERLINE_SCHEMAS_TERRITORY_H_
