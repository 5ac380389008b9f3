// Integer curves: the logistic function, the normal distribution, and normal noise, in whole numbers, so that a groove
// is the same on every machine. Tables were computed in double precision and rounded once; a test holds them to
// std::exp and std::erf.
#ifndef LEDGERLINE_INFERENCE_DRUMS_INTEGER_CURVES_H_
#define LEDGERLINE_INFERENCE_DRUMS_INTEGER_CURVES_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "inference/model/counter_random.h"

namespace ledgerline::drums {

inline constexpr int kLogitOne = 256;                     // a logit of 1
inline constexpr int kLogitMax = 12 * kLogitOne;          // of a sum; beyond it the curve is flat
inline constexpr int kInputLogitMax = 8 * kLogitOne - 1;  // of one context
inline constexpr int kNormalOne = 4096;                   // one standard deviation

// 65536 / (1 + exp(-i / 8 + 12)).
inline constexpr std::array<uint16_t, 193> kLogistic = {
    1,     1,     1,     1,     1,     1,     1,     1,     1,     1,     1,     2,     2,     2,     2,
    3,     3,     3,     4,     4,     5,     6,     6,     7,     8,     9,     10,    12,    13,    15,
    17,    19,    22,    25,    28,    32,    36,    41,    47,    53,    60,    68,    77,    87,    98,
    111,   126,   143,   162,   184,   208,   236,   267,   302,   342,   387,   439,   497,   562,   636,
    720,   815,   922,   1042,  1179,  1333,  1506,  1701,  1921,  2168,  2446,  2758,  3108,  3500,  3938,
    4427,  4971,  5577,  6249,  6992,  7812,  8714,  9702,  10782, 11955, 13226, 14595, 16062, 17625, 19282,
    21025, 22849, 24743, 26695, 28693, 30723, 32768, 34813, 36843, 38841, 40793, 42687, 44511, 46254, 47911,
    49474, 50941, 52310, 53581, 54754, 55834, 56822, 57724, 58544, 59287, 59959, 60565, 61109, 61598, 62036,
    62428, 62778, 63090, 63368, 63615, 63835, 64030, 64203, 64357, 64494, 64614, 64721, 64816, 64900, 64974,
    65039, 65097, 65149, 65194, 65234, 65269, 65300, 65328, 65352, 65374, 65393, 65410, 65425, 65438, 65449,
    65459, 65468, 65476, 65483, 65489, 65495, 65500, 65504, 65508, 65511, 65514, 65517, 65519, 65521, 65523,
    65524, 65526, 65527, 65528, 65529, 65530, 65530, 65531, 65532, 65532, 65533, 65533, 65533, 65534, 65534,
    65534, 65534, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535};

// 65536 times the share of a normal distribution below i / 16 - 4 standard deviations.
inline constexpr std::array<uint16_t, 129> kNormalShare = {
    2,     3,     3,     5,     6,     7,     9,     12,    15,    19,    24,    30,    38,    47,    58,
    72,    88,    108,   132,   161,   195,   236,   284,   341,   407,   485,   575,   680,   801,   941,
    1101,  1283,  1491,  1726,  1992,  2291,  2625,  2999,  3413,  3872,  4378,  4934,  5542,  6205,  6924,
    7701,  8539,  9437,  10398, 11420, 12503, 13648, 14852, 16114, 17432, 18801, 20220, 21684, 23189, 24729,
    26299, 27894, 29508, 31135, 32768, 34401, 36028, 37642, 39237, 40807, 42347, 43852, 45316, 46735, 48104,
    49422, 50684, 51888, 53033, 54116, 55138, 56099, 56997, 57835, 58612, 59331, 59994, 60602, 61158, 61664,
    62123, 62537, 62911, 63245, 63544, 63810, 64045, 64253, 64435, 64595, 64735, 64856, 64961, 65051, 65129,
    65195, 65252, 65300, 65341, 65375, 65404, 65428, 65448, 65464, 65478, 65489, 65498, 65506, 65512, 65517,
    65521, 65524, 65527, 65529, 65530, 65531, 65533, 65533, 65534};

// Probability of a logit, in 65536ths, 1 to 65535; linear between the table's points.
constexpr int LogisticShare(int64_t logit) {
  const int64_t at = std::clamp<int64_t>(logit, -kLogitMax, kLogitMax) + kLogitMax;
  const auto i = static_cast<size_t>(at / 32);
  const int64_t past = at % 32;
  if (past == 0) return kLogistic[i];
  return static_cast<int>(kLogistic[i] + (int64_t{kLogistic[i + 1]} - kLogistic[i]) * past / 32);
}

// Share of the normal distribution below `z` (in kNormalOne), in 65536ths.
constexpr int NormalShare(int64_t z) {
  const int64_t at = std::clamp<int64_t>(z, -4 * kNormalOne, 4 * kNormalOne) + 4 * kNormalOne;
  const auto i = static_cast<size_t>(at / 256);
  const int64_t past = at % 256;
  if (past == 0) return kNormalShare[i];
  return static_cast<int>(kNormalShare[i] + (int64_t{kNormalShare[i + 1]} - kNormalShare[i]) * past / 256);
}

// Normal noise of one standard deviation (kNormalOne): the sum of twelve uniform numbers of 16 bits (Irwin and Hall,
// 1927), from three draws.
constexpr int64_t NormalNoise(model::CounterRandom* random) {
  int64_t sum = 0;
  for (int draw = 0; draw < 3; ++draw) {
    const uint64_t bits = random->Next();
    for (int part = 0; part < 4; ++part) sum += static_cast<int64_t>(bits >> (16 * part) & 0xFFFF);
  }
  const int64_t centred = sum - 6 * 65'535;
  return centred >= 0 ? centred / 16 : -(-centred / 16);
}

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_INTEGER_CURVES_H_
