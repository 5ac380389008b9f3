// Causal attention with rotary positions, forward and backward (fused_kernels.h), a block of queries against blocks of
// keys: what lies above the diagonal is not computed, and scores are kept for one block of queries at a time. Backward
// computes scores again from the sums of logarithms, as Dao et al., "FlashAttention", 2022. Included by the units that
// build the paths.
#ifndef LEDGERLINE_INFERENCE_MODEL_FUSED_ATTENTION_H_
#define LEDGERLINE_INFERENCE_MODEL_FUSED_ATTENTION_H_

#include <initializer_list>

#include "inference/model/fused_kernels.h"
#include "inference/model/fused_lanes.h"

namespace ledgerline::model {
namespace {

constexpr int64_t kQueries = 48;  // of a block
constexpr int64_t kKeys = 64;     // of a block
constexpr int kTileRows = 4;

LEDGERLINE_INLINE int64_t RoundUp(int64_t value, int64_t to) { return (value + to - 1) / to * to; }

// c [kRows, kVectors * kLanes] = (or +=) a b over `depth`; a's steps between rows and along the depth are free.
template <int kRows, int kVectors>
LEDGERLINE_INLINE void Tile(const float* a, int64_t a_row, int64_t a_step, const float* b, int64_t b_step,
                            int64_t depth, bool add, float* c, int64_t c_row) {
  Lanes sums[kRows][kVectors];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[r][v] = add ? Load(c + r * c_row + v * kLanes) : Lanes{};
  }
  for (int64_t k = 0; k < depth; ++k, a += a_step, b += b_step) {
    Lanes right[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) right[v] = Load(b + v * kLanes);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Lanes left = Splat(a[r * a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] += left * right[v];
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) Store(sums[r][v], c + r * c_row + v * kLanes);
  }
}

template <int kVectors>
__attribute__((noinline)) void Columns(const float* a, int64_t a_row, int64_t a_step, const float* b, int64_t b_step,
                                       int64_t rows, int64_t depth, bool add, float* c, int64_t c_row) {
  int64_t r = 0;
  for (; r + kTileRows <= rows; r += kTileRows) {
    Tile<kTileRows, kVectors>(a + r * a_row, a_row, a_step, b, b_step, depth, add, c + r * c_row, c_row);
  }
  const int64_t rest = rows - r;
  a += r * a_row, c += r * c_row;
  if (rest == 1) Tile<1, kVectors>(a, a_row, a_step, b, b_step, depth, add, c, c_row);
  if (rest == 2) Tile<2, kVectors>(a, a_row, a_step, b, b_step, depth, add, c, c_row);
  if (rest == 3) Tile<3, kVectors>(a, a_row, a_step, b, b_step, depth, add, c, c_row);
}

// c [rows, columns] = (or +=) a [rows, depth] b [depth, columns]; `columns` is a multiple of kLanes.
inline void Product(const float* a, int64_t a_row, int64_t a_step, const float* b, int64_t b_step, int64_t rows,
                    int64_t columns, int64_t depth, bool add, float* c, int64_t c_row) {
  int64_t n = 0;
  for (; n + kTileVectors * kLanes <= columns; n += kTileVectors * kLanes) {
    Columns<kTileVectors>(a, a_row, a_step, b + n, b_step, rows, depth, add, c + n, c_row);
  }
  for (; n < columns; n += kLanes) Columns<1>(a, a_row, a_step, b + n, b_step, rows, depth, add, c + n, c_row);
}

// Where the arrays of one head lie in its room. Positions are padded to whole blocks of keys, values of a head to whole
// registers; padding is zero.
struct AttentionRoom {
  int64_t length, padded, head, width;
  float *keys, *values, *keys_across, *values_across, *d_keys, *d_values;  // across: [block][head][kKeys]
  float *queries, *gradients, *d_queries, *scores, *d_scores;              // of a block of queries

  AttentionRoom(const AttentionShape& shape, float* room)
      : length(shape.length),
        padded(RoundUp(shape.length, kKeys)),
        head(shape.head),
        width(RoundUp(shape.head, kLanes)) {
    const auto take = [&room](int64_t count) {
      float* taken = room;
      room += count;
      return taken;
    };
    scores = take(kQueries * padded);
    queries = take(kQueries * width);
    d_queries = take(kQueries * width);
    keys = take(padded * width);
    values = take(padded * width);
    keys_across = take(padded * head);
    values_across = take(padded * head);
    gradients = take(kQueries * width);
    d_scores = take(kQueries * padded);
    d_keys = take(padded * width);
    d_values = take(padded * width);
  }
  static int64_t Size(const AttentionShape& shape) {
    const int64_t padded = RoundUp(shape.length, kKeys), width = RoundUp(shape.head, kLanes);
    return 2 * kQueries * padded + 3 * kQueries * width + 4 * padded * width + 2 * padded * shape.head;
  }
};

// The head's values of positions [begin, end) of x, turned forward, times `scale`, into rows of `width`.
template <typename T>
void ReadTurned(const T* x, int64_t step, int64_t head, int64_t width, const float* cosines, const float* sines,
                int64_t begin, int64_t end, float scale, float* out) {
  const int64_t half = head / 2;
  for (int64_t t = begin; t < end; ++t, out += width) {
    const T* row = x + t * step;
    const float *cosine = cosines + t * half, *sine = sines + t * half;
    ForLanes(0, half, [&](int64_t i, int64_t count) {
      const Lanes a = Load(row + i, count), b = Load(row + half + i, count);
      const Lanes c = Load(cosine + i, count), s = Load(sine + i, count);
      Store((a * c - b * s) * scale, out + i, count);
      Store((b * c + a * s) * scale, out + half + i, count);
    });
    for (int64_t i = head; i < width; ++i) out[i] = 0;
  }
}

// The other way: gradients of turned values, back into x's columns.
template <typename T>
void WriteTurnedBack(const float* from, int64_t step, int64_t head, int64_t width, const float* cosines,
                     const float* sines, int64_t begin, int64_t end, float scale, T* d_x) {
  const int64_t half = head / 2;
  for (int64_t t = begin; t < end; ++t, from += width) {
    T* row = d_x + t * step;
    const float *cosine = cosines + t * half, *sine = sines + t * half;
    ForLanes(0, half, [&](int64_t i, int64_t count) {
      const Lanes a = Load(from + i, count) * scale, b = Load(from + half + i, count) * scale;
      const Lanes c = Load(cosine + i, count), s = Load(sine + i, count);
      Store(a * c + b * s, row + i, count);
      Store(b * c - a * s, row + half + i, count);
    });
  }
}

template <typename T>
void ReadPlain(const T* x, int64_t step, int64_t head, int64_t width, int64_t begin, int64_t end, float* out) {
  for (int64_t t = begin; t < end; ++t, out += width) {
    ForLanes(0, head, [&](int64_t i, int64_t count) { Store(Load(x + t * step + i, count), out + i, count); });
    for (int64_t i = head; i < width; ++i) out[i] = 0;
  }
}

// [padded, width] -> [block][head][kKeys].
inline void LayAcross(const float* rows, int64_t padded, int64_t head, int64_t width, float* across) {
  for (int64_t block = 0; block < padded; block += kKeys, across += head * kKeys) {
    for (int64_t k = 0; k < kKeys; ++k) {
      for (int64_t d = 0; d < head; ++d) across[d * kKeys + k] = rows[(block + k) * width + d];
    }
  }
}

inline void Clear(float* values, int64_t count) { std::memset(values, 0, sizeof(float) * static_cast<size_t>(count)); }

// A head's keys and values, as rows and across; padding cleared.
template <typename T>
void ReadKeysAndValues(const AttentionShape& shape, int64_t which, const T* x, const float* cosines, const float* sines,
                       bool backward, AttentionRoom* room) {
  const int64_t step = (shape.heads + 2 * shape.stored) * shape.head, length = room->length, width = room->width;
  const T *keys = x + (shape.heads + which) * shape.head, *values = keys + shape.stored * shape.head;
  ReadTurned(keys, step, room->head, width, cosines, sines, 0, length, 1.0f, room->keys);
  ReadPlain(values, step, room->head, width, 0, length, room->values);
  for (float* rows : {room->keys, room->values}) Clear(rows + length * width, (room->padded - length) * width);
  LayAcross(room->keys, room->padded, room->head, width, room->keys_across);
  if (backward) LayAcross(room->values, room->padded, room->head, width, room->values_across);
}

inline float ScaleOf(const AttentionShape& shape) { return 1.0f / __builtin_sqrtf(static_cast<float>(shape.head)); }

template <typename T>
void AttentionOfHead(const AttentionShape& shape, int64_t which, const T* x, const float* cosines, const float* sines,
                     T* out, float* logsums, float* memory) {
  AttentionRoom room(shape, memory);
  ReadKeysAndValues(shape, which, x, cosines, sines, false, &room);
  const int64_t step = (shape.heads + 2 * shape.stored) * shape.head, group = shape.heads / shape.stored;
  const int64_t head = room.head, width = room.width, padded = room.padded;
  for (int64_t h = which * group; h < (which + 1) * group; ++h) {
    for (int64_t begin = 0; begin < shape.length; begin += kQueries) {
      const int64_t end = begin + kQueries < shape.length ? begin + kQueries : shape.length, rows = end - begin;
      const int64_t seen = RoundUp(end, kKeys);
      ReadTurned(x + h * head, step, head, width, cosines, sines, begin, end, ScaleOf(shape), room.queries);
      for (int64_t k = 0; k < seen; k += kKeys) {
        Product(room.queries, width, 1, room.keys_across + k * head, kKeys, rows, kKeys, head, false, room.scores + k,
                padded);
      }
      for (int64_t r = 0; r < rows; ++r) {
        float* scores = room.scores + r * padded;
        const int64_t known = begin + r + 1, whole = RoundUp(known, kLanes);
        for (int64_t k = known; k < whole; ++k) scores[k] = -1e30f;
        Lanes most = Splat(-1e30f);
        for (int64_t k = 0; k < whole; k += kLanes) most = Larger(most, Load(scores + k));
        float highest = most[0];
        for (int i = 1; i < kLanes; ++i) highest = most[i] > highest ? most[i] : highest;
        Lanes sums{};
        for (int64_t k = 0; k < whole; k += kLanes) {
          const Lanes e = Exp(Load(scores + k) - highest);
          sums += e;
          Store(e, scores + k);
        }
        const float sum = SumOf(sums);
        for (int64_t k = 0; k < whole; k += kLanes) Store(Load(scores + k) * (1.0f / sum), scores + k);
        Clear(scores + known, seen - known);
        logsums[h * shape.length + begin + r] = highest + __builtin_logf(sum);
      }
      for (int64_t k = 0; k < seen; k += kKeys) {
        Product(room.scores + k, padded, 1, room.values + k * width, width, rows, width, kKeys, k > 0, room.d_queries,
                width);
      }
      for (int64_t r = 0; r < rows; ++r) {
        T* row = out + ((begin + r) * shape.heads + h) * head;
        ForLanes(0, head,
                 [&](int64_t i, int64_t count) { Store(Load(room.d_queries + r * width + i, count), row + i, count); });
      }
    }
  }
}

template <typename T>
void AttentionOfHeadBackward(const AttentionShape& shape, int64_t which, const T* x, const float* cosines,
                             const float* sines, const float* logsums, const T* gradient, T* d_x, float* memory) {
  AttentionRoom room(shape, memory);
  ReadKeysAndValues(shape, which, x, cosines, sines, true, &room);
  const int64_t step = (shape.heads + 2 * shape.stored) * shape.head, group = shape.heads / shape.stored;
  const int64_t head = room.head, width = room.width, padded = room.padded;
  for (float* rows : {room.d_keys, room.d_values}) Clear(rows, padded * width);
  for (int64_t h = which * group; h < (which + 1) * group; ++h) {
    for (int64_t begin = 0; begin < shape.length; begin += kQueries) {
      const int64_t end = begin + kQueries < shape.length ? begin + kQueries : shape.length, rows = end - begin;
      const int64_t seen = RoundUp(end, kKeys);
      ReadTurned(x + h * head, step, head, width, cosines, sines, begin, end, ScaleOf(shape), room.queries);
      ReadPlain(gradient + h * head, shape.heads * head, head, width, begin, end, room.gradients);
      for (int64_t k = 0; k < seen; k += kKeys) {
        Product(room.queries, width, 1, room.keys_across + k * head, kKeys, rows, kKeys, head, false, room.scores + k,
                padded);
        Product(room.gradients, width, 1, room.values_across + k * head, kKeys, rows, kKeys, head, false,
                room.d_scores + k, padded);
      }
      for (int64_t r = 0; r < rows; ++r) {
        float *scores = room.scores + r * padded, *d_scores = room.d_scores + r * padded;
        const int64_t known = begin + r + 1, whole = RoundUp(known, kLanes);
        const float logsum = logsums[h * shape.length + begin + r];
        for (int64_t k = known; k < whole; ++k) d_scores[k] = 0;
        Lanes products{};
        for (int64_t k = 0; k < whole; k += kLanes) {
          const Lanes weight = Exp(Load(scores + k) - logsum);
          Store(weight, scores + k);
          products += weight * Load(d_scores + k);
        }
        const float mean = SumOf(products);
        Clear(scores + known, seen - known);
        for (int64_t k = 0; k < whole; k += kLanes) {
          Store(Load(scores + k) * (Load(d_scores + k) - mean), d_scores + k);
        }
        Clear(d_scores + known, seen - known);
      }
      for (int64_t k = 0; k < seen; k += kKeys) {
        Product(room.d_scores + k, padded, 1, room.keys + k * width, width, rows, width, kKeys, k > 0, room.d_queries,
                width);
        Product(room.d_scores + k, 1, padded, room.queries, width, kKeys, width, rows, true, room.d_keys + k * width,
                width);
        Product(room.scores + k, 1, padded, room.gradients, width, kKeys, width, rows, true, room.d_values + k * width,
                width);
      }
      WriteTurnedBack(room.d_queries, step, head, width, cosines, sines, begin, end, ScaleOf(shape), d_x + h * head);
    }
  }
  T* d_keys = d_x + (shape.heads + which) * head;
  WriteTurnedBack(room.d_keys, step, head, width, cosines, sines, 0, shape.length, 1.0f, d_keys);
  T* d_values = d_keys + shape.stored * head;
  for (int64_t t = 0; t < shape.length; ++t) {
    ForLanes(0, head, [&](int64_t i, int64_t count) {
      Store(Load(room.d_values + t * width + i, count), d_values + t * step + i, count);
    });
  }
}

}  // namespace
}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_FUSED_ATTENTION_H_
