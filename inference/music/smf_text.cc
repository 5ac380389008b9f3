#include "inference/music/smf_text.h"

#include <cstdint>
#include <vector>

#include "inference/music/smf.h"

namespace ledgerline::music {
namespace {

// Decodes one character at `i` and moves `i` past it; returns false if the bytes are not UTF-8 (RFC 3629: shortest
// form, no surrogates, at most U+10FFFF).
bool DecodeUtf8(std::string_view text, size_t& i, uint32_t& code) {
  const uint8_t lead = static_cast<uint8_t>(text[i]);
  const int more = lead < 0x80                    ? 0
                   : lead >= 0xC2 && lead <= 0xDF ? 1
                   : (lead & 0xF0) == 0xE0        ? 2
                   : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                  : -1;
  if (more < 0 || i + more >= text.size()) return false;
  code = more == 0 ? lead : lead & (0x3Fu >> more);
  for (int k = 1; k <= more; ++k) {
    const uint8_t next = static_cast<uint8_t>(text[i + k]);
    if ((next & 0xC0) != 0x80) return false;
    code = (code << 6) | (next & 0x3Fu);
  }
  if (more == 2 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))) return false;
  if (more == 3 && (code < 0x10000 || code > 0x10FFFF)) return false;
  i += more + 1;
  return true;
}

std::string EncodeUtf8(uint32_t code) {
  std::string out;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

}  // namespace

std::string PrintableSmfText(std::string_view raw) {
  std::vector<uint32_t> codes;
  bool utf8 = true;
  for (size_t i = 0; utf8 && i < raw.size();) {
    uint32_t code = 0;
    utf8 = DecodeUtf8(raw, i, code);
    codes.push_back(code);
  }
  if (!utf8) {
    codes.clear();
    for (const char c : raw) codes.push_back(static_cast<uint8_t>(c));
  }
  std::string text;
  for (const uint32_t code : codes) {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) continue;
    const std::string character = EncodeUtf8(code);
    if (text.size() + character.size() > kMaxSmfNameBytes) break;
    text += character;
  }
  return text;
}

}  // namespace ledgerline::music
