#include "inference/kernel/block_stack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>

namespace ledgerline::kernel {
namespace {

constexpr size_t kMostQueries = 16;  // that attention takes at once

Matrix Pack(const Ops& ops, Precision precision, const StoredMatrix& stored, size_t outputs, size_t inputs,
            const Placement& placement = {}) {
  return stored.quantised != nullptr ? Matrix::FromCodes(ops, precision, *stored.quantised, outputs, inputs, placement)
                                     : Matrix::FromFloats(ops, precision, stored.values, outputs, inputs, placement);
}

// Heads of `head` elements, each moved to a place of `padded` elements.
std::vector<size_t> PlaceHeads(size_t heads, size_t head, size_t padded) {
  std::vector<size_t> places;
  for (size_t h = 0; h < heads; ++h) {
    for (size_t i = 0; i < head; ++i) places.push_back(h * padded + i);
  }
  return places;
}

// Both halves of gate_up begin at a multiple of a tile.
std::vector<size_t> PlaceHalves(size_t hidden) {
  std::vector<size_t> places(2 * hidden);
  for (size_t i = 0; i < hidden; ++i) {
    places[i] = i;
    places[hidden + i] = RoundUp(hidden, kTile) + i;
  }
  return places;
}

}  // namespace

AlignedArray<float> Padded(std::span<const float> values) {
  AlignedArray<float> padded(RoundUp(values.size(), kTile));
  std::copy(values.begin(), values.end(), padded.data());
  return padded;
}

Status StackShape::Check() const {
  if (width == 0 || heads == 0 || kv_heads == 0 || layers == 0 || hidden == 0 || context == 0) {
    return InvalidArgument("a stack of layers with a size of 0");
  }
  if (width % heads != 0 || head() % 2 != 0 || heads % kv_heads != 0) {
    return InvalidArgument("width " + std::to_string(width) + " with " + std::to_string(heads) + " heads and " +
                           std::to_string(kv_heads) + " key heads does not divide");
  }
  if (head() > 4096 || width > kMaxInputs || hidden > kMaxInputs) {
    return InvalidArgument("width " + std::to_string(width) + " or hidden " + std::to_string(hidden) +
                           " is above the kernel's bound");
  }
  return Status::Ok();
}

Result<BlockStack> BlockStack::Build(const Ops& ops, Precision precision, const StackShape& shape,
                                     const std::vector<StoredBlock>& blocks, std::span<const float> out_norm) {
  RETURN_IF_ERROR(shape.Check());
  if (blocks.size() != shape.layers) return InvalidArgument("a stack with another number of layers than it states");
  BlockStack stack;
  stack.ops_ = &ops;
  stack.precision_ = precision;
  stack.shape_ = shape;
  const size_t head = shape.head(), padded = RoundUp(head, kLanes);
  stack.padded_head_ = padded;
  const Placement heads_out{PlaceHeads(shape.heads + 2 * shape.kv_heads, head, padded), {}};
  const Placement heads_in{{}, PlaceHeads(shape.heads, head, padded)};
  const Placement halves{PlaceHalves(shape.hidden), {}};
  const ExactFloats exact;
  for (const StoredBlock& stored : blocks) {
    Block block;
    block.attention_norm = Padded(stored.attention_norm);
    block.feed_norm = Padded(stored.feed_norm);
    block.query_key_value =
        Pack(ops, precision, stored.query_key_value, (shape.heads + 2 * shape.kv_heads) * head, shape.width, heads_out);
    block.attention_out = Pack(ops, precision, stored.attention_out, shape.width, shape.width, heads_in);
    block.gate_up = Pack(ops, precision, stored.gate_up, 2 * shape.hidden, shape.width, halves);
    block.down = Pack(ops, precision, stored.down, shape.width, shape.hidden);
    stack.blocks_.push_back(std::move(block));
  }
  std::vector<Matrix*> in_order;
  for (Block& block : stack.blocks_) {
    in_order.insert(in_order.end(), {&block.query_key_value, &block.attention_out, &block.gate_up, &block.down});
  }
  Matrix::Gather(in_order);
  stack.out_norm_ = Padded(out_norm);
  stack.rope_ = MakeRopeTable(shape.context, head / 2);
  return stack;
}

CacheShape BlockStack::cache_shape() const { return {shape_.layers, shape_.kv_heads, padded_head_, precision_}; }

size_t BlockStack::bytes() const {
  return std::accumulate(blocks_.begin(), blocks_.end(), size_t{0}, [](size_t sum, const Block& block) {
    return sum + block.query_key_value.bytes() + block.attention_out.bytes() + block.gate_up.bytes() +
           block.down.bytes();
  });
}

void BlockStack::NormAll(const AlignedArray<float>& gain, size_t rows, const float* x, float* y) const {
  const size_t stride = padded_width();
  for (size_t r = 0; r < rows; ++r) ops_->rms_norm(x + r * stride, gain.data(), shape_.width, y + r * stride);
}

void BlockStack::Attend(const Block& block, size_t layer, const std::vector<Span>& spans, size_t rows, float* x,
                        Workspace* w) const {
  const size_t stride = padded_width(), head = padded_head_, half = shape_.head() / 2;
  const size_t group = shape_.heads / shape_.kv_heads;
  const size_t projected = block.query_key_value.padded_outputs(), attended = block.attention_out.padded_inputs();
  NormAll(block.attention_norm, rows, x, w->normed.data());
  w->activations.Prepare(*ops_, precision_, w->normed.data(), stride, rows, block.query_key_value.padded_inputs());
  block.query_key_value.Apply(*ops_, w->activations, w->projected.data(), projected, Write::kSet);
  const float scale = 1.0f / std::sqrt(static_cast<float>(shape_.head()));
  size_t begin = 0;
  for (const Span& span : spans) {
    const size_t past = span.cache->length();
    for (size_t i = 0; i < span.count; ++i) {
      float* row = w->projected.data() + (begin + i) * projected;
      const float* cosines = rope_.cosines.data() + (past + i) * half;
      const float* sines = rope_.sines.data() + (past + i) * half;
      for (size_t h = 0; h < shape_.heads + shape_.kv_heads; ++h) ops_->rotate(row + h * head, cosines, sines, half);
      for (size_t h = 0; h < shape_.kv_heads; ++h) {
        const float* key = row + (shape_.heads + h) * head;
        span.cache->Store(*ops_, layer, h, past + i, key, key + shape_.kv_heads * head);
      }
    }
    begin += span.count;
  }
  const CacheShape cache = cache_shape();
  for (size_t h = 0; h < shape_.kv_heads; ++h) {
    for (const AttentionPlan::Part& part : w->plan.parts()) {
      const AttentionJob job{part.rows.data(),
                             part.rows.size(),
                             part.longest,
                             part.shared,
                             cache.OffsetOf(layer, h),
                             head,
                             group,
                             scale,
                             w->projected.data() + h * group * head,
                             projected,
                             w->attended.data() + h * group * head,
                             attended,
                             &w->attention};
      (precision_ == Precision::kInt8 ? ops_->attend_int8 : ops_->attend_float)(job);
    }
  }
  w->activations.Prepare(*ops_, precision_, w->attended.data(), attended, rows, attended);
  block.attention_out.Apply(*ops_, w->activations, x, stride, Write::kAdd);
}

void BlockStack::Feed(const Block& block, size_t rows, float* x, Workspace* w) const {
  const size_t stride = padded_width();
  const size_t up = RoundUp(shape_.hidden, kTile), both = block.gate_up.padded_outputs();
  NormAll(block.feed_norm, rows, x, w->normed.data());
  w->activations.Prepare(*ops_, precision_, w->normed.data(), stride, rows, block.gate_up.padded_inputs());
  block.gate_up.Apply(*ops_, w->activations, w->hidden.data(), both, Write::kSet);
  // In place: the gate's half takes the product.
  const size_t hidden = block.down.padded_inputs();
  for (size_t r = 0; r < rows; ++r) {
    float* row = w->hidden.data() + r * both;
    ops_->silu_gate(row, row + up, hidden, row);
  }
  w->activations.Prepare(*ops_, precision_, w->hidden.data(), both, rows, hidden);
  block.down.Apply(*ops_, w->activations, x, stride, Write::kAdd);
}

void BlockStack::Forward(const std::vector<Span>& spans, float* x, Workspace* w) const {
  const ExactFloats exact;
  size_t rows = 0, longest = 0;
  for (const Span& span : spans) {
    rows += span.count;
    longest = std::max(longest, span.cache->length() + span.count);
    span.cache->Extend(span.count);
  }
  if (rows == 0) return;
  const Block& first = blocks_.front();
  w->normed.Grow(rows * padded_width());
  w->projected.Grow(rows * first.query_key_value.padded_outputs());
  w->attended.Grow(rows * first.attention_out.padded_inputs());
  w->hidden.Grow(rows * first.gate_up.padded_outputs());
  const size_t group = shape_.heads / shape_.kv_heads, together = std::max<size_t>(1, kMostQueries / group);
  w->plan.Make(spans, together);
  w->attention.Grow(std::min(rows, together) * group, longest, padded_head_);
  for (size_t layer = 0; layer < blocks_.size(); ++layer) {
    Attend(blocks_[layer], layer, spans, rows, x, w);
    Feed(blocks_[layer], rows, x, w);
  }
  NormAll(out_norm_, rows, x, x);
  for (const Span& span : spans) span.cache->Commit(span.count);
}

}  // namespace ledgerline::kernel
