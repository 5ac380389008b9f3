// Names in Standard MIDI Files: bytes of no stated encoding, made into UTF-8 that may be printed.
#ifndef LEDGERLINE_INFERENCE_MUSIC_SMF_TEXT_H_
#define LEDGERLINE_INFERENCE_MUSIC_SMF_TEXT_H_

#include <string>
#include <string_view>

namespace ledgerline::music {

// Valid UTF-8 stays, other bytes are taken as Latin-1; C0 and C1 control characters and DEL go; at most
// kMaxSmfNameBytes stay, whole characters only. Idempotent. Source: RP-001 asks for ASCII and allows other 8-bit codes
// "among users of the same machine".
std::string PrintableSmfText(std::string_view raw);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_SMF_TEXT_H_
