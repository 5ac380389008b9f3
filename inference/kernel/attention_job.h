// AttentionJob: attention of some rows to one key head, and the layout of a page of the cache.
//
// Rows that a job takes together may belong to different sequences. The pages of their common beginning are read once
// for all of them: scores and values of all their queries are then one product with a page.
#ifndef LEDGERLINE_INFERENCE_KERNEL_ATTENTION_JOB_H_
#define LEDGERLINE_INFERENCE_KERNEL_ATTENTION_JOB_H_

#include "inference/kernel/aligned_array.h"
#include "inference/kernel/ops.h"

namespace ledgerline::kernel {

// One layer's and one key head's part of a page of the int8 cache: keys in four blocks of 16 positions, each
// [head / 4][16][4], every byte xor the path's bias, so that a page of which little is filled is read from its
// beginning; values as fours of positions, [16][head][4], never biased.
struct Int8Page {
  uint8_t* keys;        // [64 * head] bytes
  int8_t* values;       // [64 * head] bytes
  float* key_scales;    // [64]
  float* value_scales;  // [64]

  static constexpr size_t Bytes(size_t head) { return kPagePositions * (2 * head + 2 * sizeof(float)); }
  static Int8Page At(uint8_t* at, size_t head) {
    uint8_t* values = at + kPagePositions * head;
    auto* scales = reinterpret_cast<float*>(values + kPagePositions * head);
    return {at, reinterpret_cast<int8_t*>(values), scales, scales + kPagePositions};
  }
};
// The same for floats: keys in two tiles of FloatWeights, values [64][head].
struct FloatPage {
  float* keys;
  float* values;

  static constexpr size_t Bytes(size_t head) { return kPagePositions * 2 * head * sizeof(float); }
  static FloatPage At(uint8_t* at, size_t head) {
    auto* keys = reinterpret_cast<float*>(at);
    return {keys, keys + kPagePositions * head};
  }
};

// A position of a sequence, which sees the positions up to its own.
struct AttentionRow {
  uint8_t* const* pages;  // of its sequence's cache, at least RoundUp(length, 64) / 64
  size_t length;          // positions that it sees, at least 1
  size_t row;             // of the queries and of the results
};

// Scratch memory for jobs of some bounds.
struct AttentionScratch {
  AlignedArray<float> scores;      // [queries, RoundUp(longest, 64)]
  AlignedArray<int16_t> shares;    // the same shape, in a path's own order
  AlignedArray<int8_t> codes;      // [queries, head]
  AlignedArray<float> queries;     // [queries, head]
  AlignedArray<int32_t> products;  // [queries, head]
  AlignedArray<float> scales, units;
  AlignedArray<int32_t> sums;

  void Grow(size_t query_count, size_t longest, size_t head) {
    const size_t padded = RoundUp(query_count, kLanes);
    scores.Grow(query_count * RoundUp(longest, kPagePositions));
    shares.Grow(query_count * RoundUp(longest, kPagePositions));
    codes.Grow(query_count * head);
    queries.Grow(query_count * head);
    products.Grow(query_count * head);
    scales.Grow(padded);
    units.Grow(padded);
    sums.Grow(padded);
  }
};

// For each row and each of the `group` query heads that share the key head: softmax(scale q . k) v.
struct AttentionJob {
  const AttentionRow* rows;
  size_t count;    // of rows, at least 1
  size_t longest;  // of the rows' lengths
  size_t shared;   // leading pages that are the same ones for all rows; shorter rows need not fill them
  size_t offset;   // bytes from a page's beginning to this layer and key head
  size_t head;     // elements, padded to 16
  size_t group;
  float scale;
  const float* queries;  // row r's are [group, head] at queries + rows[r].row * query_stride
  size_t query_stride;
  float* out;  // the same with out_stride
  size_t out_stride;
  AttentionScratch* scratch;  // grown for count * group queries and the longest row

  size_t QueryCount() const { return count * group; }
  // The query with this number, its row and its place.
  const AttentionRow& RowOf(size_t query) const { return rows[query / group]; }
  const float* QueryAt(size_t query) const { return queries + RowOf(query).row * query_stride + query % group * head; }
  float* OutAt(size_t query) const { return out + RowOf(query).row * out_stride + query % group * head; }
  size_t ScoreStride() const { return RoundUp(longest, kPagePositions); }
};

// Shares of attention are integers of at most this, so that `length` of them times 127 stay below 2^31.
constexpr int32_t ShareLevels(size_t length) {
  const size_t levels = 2'147'483'647u / (127u * length);
  return static_cast<int32_t>(levels < 32'767u ? levels : 32'767u);
}

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_ATTENTION_JOB_H_
