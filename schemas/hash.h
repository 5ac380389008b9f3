// Hash256: 32 bytes of storage for a SHA-256 value. It only stores; crypto/sha256.h computes.
#ifndef LEDGERLINE_SCHEMAS_HASH_H_
#define LEDGERLINE_SCHEMAS_HASH_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline {

struct Hash256 {
  static constexpr size_t kSize = 32;
  std::array<uint8_t, kSize> bytes{};  // all zero by default

  // 64 lower- or upper-case hex digits. Errors: kInvalidArgument.
  static Result<Hash256> FromHex(std::string_view text);
  // Exactly 32 raw bytes. Errors: kInvalidArgument.
  static Result<Hash256> FromBytes(std::string_view raw);

  std::string ToHex() const;                                   // 64 lower-case digits
  std::string ToBytes() const;                                 // 32 raw bytes
  std::string Short() const { return ToHex().substr(0, 12); }  // for messages only
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  bool IsZero() const { return *this == Hash256{}; }

  friend auto operator<=>(const Hash256&, const Hash256&) = default;
};

// Lower-case hex of any bytes.
std::string HexEncode(std::string_view raw);
// Errors: kInvalidArgument (odd length, a character that is not a hex digit).
Result<std::string> HexDecode(std::string_view text);

// Standard base64 with padding (RFC 4648 section 4), strict: no line breaks, no missing padding, zero pad bits.
std::string Base64Encode(std::string_view raw);
Result<std::string> Base64Decode(std::string_view text);

}  // namespace ledgerline

#endif  // LEDGERLINE_SCHEMAS_HASH_H_
