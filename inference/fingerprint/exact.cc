#include "inference/fingerprint/exact.h"

#include <algorithm>
#include <limits>
#include <string>

#include "crypto/sha256.h"

namespace ledgerline::fingerprint {
namespace {

void AppendBigEndian(std::string& out, uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

}  // namespace

Hash256 MidiFingerprint(std::string_view midi_bytes) { return crypto::Sha256(midi_bytes); }

Result<Hash256> PcmFingerprint(std::span<const int16_t> interleaved, int channels, int frames_per_second) {
  if (channels < 1 || channels > 8)
    return InvalidArgument("channels " + std::to_string(channels) + " is outside 1 to 8");
  if (frames_per_second < 8000 || frames_per_second > 192'000) {
    return InvalidArgument("frames a second " + std::to_string(frames_per_second) + " is outside 8000 to 192000");
  }
  const auto width = static_cast<size_t>(channels);
  if (interleaved.size() % width != 0) {
    return InvalidArgument("samples " + std::to_string(interleaved.size()) + " are not whole frames of " +
                           std::to_string(channels));
  }
  const size_t frames = interleaved.size() / width;
  if (frames > std::numeric_limits<uint32_t>::max()) {
    return OutOfRange("frames " + std::to_string(frames) + " is above 4294967295");
  }
  std::string header("LLPCM\x01");
  AppendBigEndian(header, static_cast<uint32_t>(channels), 2);
  AppendBigEndian(header, static_cast<uint32_t>(frames_per_second), 4);
  AppendBigEndian(header, static_cast<uint32_t>(frames), 4);
  crypto::Sha256Hasher hasher;
  hasher.Update(header);
  constexpr size_t kBlock = 32768;  // samples turned into bytes at a time
  std::string bytes;
  for (size_t start = 0; start < interleaved.size(); start += kBlock) {
    bytes.clear();
    for (const int16_t sample : interleaved.subspan(start, std::min(kBlock, interleaved.size() - start))) {
      const auto bits = static_cast<uint16_t>(sample);
      bytes += static_cast<char>(bits & 0xFF);
      bytes += static_cast<char>(bits >> 8);
    }
    hasher.Update(bytes);
  }
  return hasher.Finish();
}

}  // namespace ledgerline::fingerprint
