#include "crypto/sha256_lanes.h"

#include <algorithm>
#include <cstring>

#include "crypto/sha256.h"

#if defined(__x86_64__)
// GCC 12's header makes "undefined" vectors from themselves, and warns of it wherever it is inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

namespace ledgerline::crypto {
namespace {

// One buffer is cheaper than two updates for the usual few hundred bytes.
Hash256 HashOne(const HashInput& input) {
  constexpr size_t kStackBytes = 1024;
  if (input.head.size() + input.body.size() > kStackBytes)
    return Sha256Hasher().Update(input.head).Update(input.body).Finish();
  char buffer[kStackBytes];
  std::copy(input.body.begin(), input.body.end(), std::copy(input.head.begin(), input.head.end(), buffer));
  return Sha256({buffer, input.head.size() + input.body.size()});
}

#if defined(__x86_64__)

constexpr size_t kLanes = 16;
constexpr size_t kBlockBytes = 64;
// Below this, sixteen lanes of which most are empty cost more than OpenSSL's hash after hash.
constexpr size_t kInputsMin = 7;

// FIPS 180-4 section 4.2.2.
alignas(64) constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
// FIPS 180-4 section 5.3.3.
constexpr uint32_t kInitial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Word i of the state of every lane.
struct alignas(64) States {
  uint32_t word[8][kLanes];
};

#define LEDGERLINE_LANES __attribute__((target("avx512f,avx512bw")))

using V = __m512i;

// rows[i] = sixteen words of lane i; afterwards word i of every lane. Four steps of a transposition by halves.
LEDGERLINE_LANES inline void Transpose(V rows[16]) {
  V pairs[16], fours[16];
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  // fours[4 q + w]: of the lanes 4 q to 4 q + 3 the words w, 4 + w, 8 + w, 12 + w, in the four parts of 128 bits.
  for (int i = 0; i < 16; i += 4) {
    fours[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    fours[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    fours[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    fours[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  for (int w = 0; w < 4; ++w) {
    const V low01 = _mm512_shuffle_i32x4(fours[w], fours[4 + w], 0x44);
    const V low23 = _mm512_shuffle_i32x4(fours[8 + w], fours[12 + w], 0x44);
    const V high01 = _mm512_shuffle_i32x4(fours[w], fours[4 + w], 0xee);
    const V high23 = _mm512_shuffle_i32x4(fours[8 + w], fours[12 + w], 0xee);
    rows[w] = _mm512_shuffle_i32x4(low01, low23, 0x88);
    rows[4 + w] = _mm512_shuffle_i32x4(low01, low23, 0xdd);
    rows[8 + w] = _mm512_shuffle_i32x4(high01, high23, 0x88);
    rows[12 + w] = _mm512_shuffle_i32x4(high01, high23, 0xdd);
  }
}

LEDGERLINE_LANES inline V Add(V a, V b) { return _mm512_add_epi32(a, b); }
// 0x96 is a ^ b ^ c, 0xca is Ch, 0xe8 is Maj (section 4.1.2) as tables of three bits.
LEDGERLINE_LANES inline V Xor(V a, V b, V c) { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }
LEDGERLINE_LANES inline V BigSigma0(V x) {
  return Xor(_mm512_ror_epi32(x, 2), _mm512_ror_epi32(x, 13), _mm512_ror_epi32(x, 22));
}
LEDGERLINE_LANES inline V BigSigma1(V x) {
  return Xor(_mm512_ror_epi32(x, 6), _mm512_ror_epi32(x, 11), _mm512_ror_epi32(x, 25));
}
LEDGERLINE_LANES inline V Sigma0(V x) {
  return Xor(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18), _mm512_srli_epi32(x, 3));
}
LEDGERLINE_LANES inline V Sigma1(V x) {
  return Xor(_mm512_ror_epi32(x, 17), _mm512_ror_epi32(x, 19), _mm512_srli_epi32(x, 10));
}

// One block of every lane (section 6.2.2).
LEDGERLINE_LANES void Compress(States& states, const uint8_t* const blocks[kLanes]) {
  // Words are big-endian.
  const V swap = _mm512_broadcast_i32x4(_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
  V w[16];
  for (size_t lane = 0; lane < kLanes; ++lane) w[lane] = _mm512_shuffle_epi8(_mm512_loadu_si512(blocks[lane]), swap);
  Transpose(w);
  V s[8];
  for (int i = 0; i < 8; ++i) s[i] = _mm512_load_si512(states.word[i]);
  V a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
  const auto round = [&](V word, uint32_t constant) LEDGERLINE_LANES {
    const V t1 = Add(Add(Add(h, word), _mm512_set1_epi32(static_cast<int>(constant))),
                     Add(BigSigma1(e), _mm512_ternarylogic_epi32(e, f, g, 0xca)));
    const V t2 = Add(BigSigma0(a), _mm512_ternarylogic_epi32(a, b, c, 0xe8));
    h = g;
    g = f;
    f = e;
    e = Add(d, t1);
    d = c;
    c = b;
    b = a;
    a = Add(t1, t2);
  };
#pragma GCC unroll 16
  for (int t = 0; t < 16; ++t) round(w[t], kRound[t]);
  for (int from = 16; from < 64; from += 16) {
#pragma GCC unroll 16
    for (int t = 0; t < 16; ++t) {
      w[t] = Add(Add(w[t], Sigma0(w[(t + 1) & 15])), Add(w[(t + 9) & 15], Sigma1(w[(t + 14) & 15])));
      round(w[t], kRound[from + t]);
    }
  }
  const V end[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) _mm512_store_si512(states.word[i], Add(s[i], end[i]));
}

// The message that a lane is working on.
class Lane {
 public:
  bool busy() const { return input_ != nullptr; }
  size_t place() const { return place_; }
  void Start(const HashInput& input, size_t place) {
    input_ = &input;
    place_ = place;
    at_ = 0;
    size_ = input.head.size() + input.body.size();
    end_ = (size_ + 1 + 8 + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  }
  void Stop() { input_ = nullptr; }
  // The next block of the padded message: in place if it can be.
  const uint8_t* Next() {
    const size_t from = at_;
    at_ += kBlockBytes;
    const size_t head = input_->head.size();
    if (from >= head && at_ <= size_) return reinterpret_cast<const uint8_t*>(input_->body.data()) + (from - head);
    std::memset(block_, 0, kBlockBytes);
    size_t filled = 0;
    if (from < head) {
      filled = std::min(head - from, kBlockBytes);
      std::memcpy(block_, input_->head.data() + from, filled);
    }
    if (const size_t place = from + filled; place < size_ && filled < kBlockBytes) {
      const size_t count = std::min(size_ - place, kBlockBytes - filled);
      std::memcpy(block_ + filled, input_->body.data() + (place - head), count);
    }
    // Section 5.1.1: a one, zeros, and the length in bits in the last eight bytes.
    if (from <= size_ && size_ < at_) block_[size_ - from] = 0x80;
    if (at_ == end_) {
      for (size_t i = 0; i < 8; ++i) block_[kBlockBytes - 1 - i] = static_cast<uint8_t>(uint64_t{size_} * 8 >> (8 * i));
    }
    return block_;
  }
  bool done() const { return at_ == end_; }

 private:
  const HashInput* input_ = nullptr;
  size_t place_ = 0;
  size_t size_ = 0;
  size_t at_ = 0;
  size_t end_ = 0;
  alignas(64) uint8_t block_[kBlockBytes];
};

void SideBySide(std::span<const HashInput> inputs, std::span<Hash256> hashes) {
  static constexpr uint8_t kNothing[kBlockBytes] = {};
  States states;
  Lane lanes[kLanes];
  const uint8_t* blocks[kLanes];
  size_t next = 0, busy = 0;
  const auto start = [&](size_t lane) {
    if (next == inputs.size()) return lanes[lane].Stop();
    for (size_t i = 0; i < 8; ++i) states.word[i][lane] = kInitial[i];
    lanes[lane].Start(inputs[next], next);
    ++next;
    ++busy;
  };
  std::memset(&states, 0, sizeof(states));
  for (size_t lane = 0; lane < kLanes; ++lane) start(lane);
  while (busy > 0) {
    for (size_t lane = 0; lane < kLanes; ++lane) blocks[lane] = lanes[lane].busy() ? lanes[lane].Next() : kNothing;
    Compress(states, blocks);
    for (size_t lane = 0; lane < kLanes; ++lane) {
      if (!lanes[lane].busy() || !lanes[lane].done()) continue;
      Hash256& hash = hashes[lanes[lane].place()];
      for (size_t i = 0; i < 8; ++i) {
        const uint32_t word = __builtin_bswap32(states.word[i][lane]);
        std::memcpy(hash.bytes.data() + 4 * i, &word, 4);
      }
      --busy;
      start(lane);
    }
  }
}

#endif

}  // namespace

bool HasSha256Lanes() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  return has;
#else
  return false;
#endif
}

void Sha256Each(std::span<const HashInput> inputs, std::span<Hash256> hashes) {
#if defined(__x86_64__)
  if (inputs.size() >= kInputsMin && HasSha256Lanes()) return SideBySide(inputs, hashes);
#endif
  for (size_t i = 0; i < inputs.size(); ++i) hashes[i] = HashOne(inputs[i]);
}

}  // namespace ledgerline::crypto
