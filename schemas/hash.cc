#include "schemas/hash.h"

#include <algorithm>

namespace ledgerline {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int Base64Value(char c) {
  const size_t at = kBase64.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string HexEncode(std::string_view raw) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(raw.size() * 2);
  for (const char c : raw) {
    const auto byte = static_cast<uint8_t>(c);
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

Result<std::string> HexDecode(std::string_view text) {
  if (text.size() % 2 != 0)
    return InvalidArgument("hex text of " + std::to_string(text.size()) + " digits: must be even");
  std::string raw;
  raw.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return InvalidArgument("hex text: position " + std::to_string(i) + " is not a hex digit");
    raw.push_back(static_cast<char>(high << 4 | low));
  }
  return raw;
}

std::string Base64Encode(std::string_view raw) {
  std::string text;
  text.reserve((raw.size() + 2) / 3 * 4);
  for (size_t i = 0; i < raw.size(); i += 3) {
    const size_t left = std::min<size_t>(3, raw.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < left ? static_cast<uint8_t>(raw[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) text.push_back(k <= left ? kBase64[group >> (18 - 6 * k) & 63] : '=');
  }
  return text;
}

Result<std::string> Base64Decode(std::string_view text) {
  if (text.size() % 4 != 0)
    return InvalidArgument("base64 text of " + std::to_string(text.size()) + " characters: not a multiple of 4");
  std::string raw;
  raw.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    size_t pads = 0;
    if (last && text[i + 3] == '=') pads = text[i + 2] == '=' ? 2 : 1;
    uint32_t group = 0;
    for (size_t k = 0; k < 4 - pads; ++k) {
      const int value = Base64Value(text[i + k]);
      if (value < 0)
        return InvalidArgument("base64 text: position " + std::to_string(i + k) + " is not a base64 character");
      group |= static_cast<uint32_t>(value) << (18 - 6 * k);
    }
    if ((pads == 1 && (group & 0xff) != 0) || (pads == 2 && (group & 0xffff) != 0)) {
      return InvalidArgument("base64 text: the bits under the padding are not zero");
    }
    for (size_t k = 0; k < 3 - pads; ++k) raw.push_back(static_cast<char>(group >> (16 - 8 * k) & 0xff));
  }
  return raw;
}

Result<Hash256> Hash256::FromBytes(std::string_view raw) {
  if (raw.size() != kSize) return InvalidArgument("hash of " + std::to_string(raw.size()) + " bytes: must be 32");
  Hash256 hash;
  std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(hash.bytes.data()));
  return hash;
}

Result<Hash256> Hash256::FromHex(std::string_view text) {
  if (text.size() != 2 * kSize)
    return InvalidArgument("hash of " + std::to_string(text.size()) + " hex digits: must be 64");
  ASSIGN_OR_RETURN(const std::string raw, HexDecode(text));
  return FromBytes(raw);
}

std::string Hash256::ToHex() const { return HexEncode(view()); }
std::string Hash256::ToBytes() const { return std::string(view()); }

}  // namespace ledgerline
