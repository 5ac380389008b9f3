// PathComparison: runs every operation of two paths on the same numbers and says where their bits differ.
//
// For the tests and the fuzzer. Inputs are any floats; shapes come from the caller.
#ifndef LEDGERLINE_TESTS_INFERENCE_KERNEL_PATH_COMPARISON_H_
#define LEDGERLINE_TESTS_INFERENCE_KERNEL_PATH_COMPARISON_H_

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "inference/kernel/cache.h"
#include "inference/kernel/matrix.h"

namespace ledgerline::kernel {

class PathComparison {
 public:
  // `draw` gives the next input number.
  PathComparison(const Ops& truth, const Ops& path, std::function<float()> draw)
      : truth_(truth), path_(path), draw_(std::move(draw)) {}

  // Empty, or the first operation that differs.
  std::string Rows(size_t n) {
    const ExactFloats exact;
    const size_t padded = RoundUp(n, kLanes);
    const AlignedArray<float> x = Draw(n, padded), y = Draw(n, padded);
    return FirstOf(
        {Compare("quantise", padded,
                 [&](const Ops& ops, float* out) {
                   AlignedArray<int8_t> codes(padded);
                   float scale;
                   int32_t sum;
                   ops.quantise(x.data(), padded, codes.data(), &scale, &sum);
                   for (size_t i = 0; i < padded; ++i) out[i] = static_cast<float>(codes[i]) * scale;
                   out[0] += static_cast<float>(sum);
                 }),
         Compare("rms_norm", padded, [&](const Ops& ops, float* out) { ops.rms_norm(x.data(), y.data(), n, out); }),
         Compare("silu_gate", padded,
                 [&](const Ops& ops, float* out) { ops.silu_gate(x.data(), y.data(), padded, out); }),
         Compare("add_rows", n,
                 [&](const Ops& ops, float* out) {
                   const float* rows[] = {x.data(), y.data(), x.data()};
                   std::memcpy(out, y.data(), n * sizeof(float));
                   ops.add_rows(rows, 3, n, out);
                 }),
         Compare("spread", padded,
                 [&](const Ops& ops, float* out) {
                   AlignedArray<int8_t> codes(padded), spread(4 * padded);
                   for (size_t i = 0; i < padded; ++i) codes[i] = static_cast<int8_t>(i * 37 + 1);
                   for (const size_t place : {3, 0, 2})
                     ops.spread(codes.data(), padded - place / 3 * 16, &spread[place]);
                   std::memcpy(out, spread.data(), 4 * padded);
                 }),
         Compare("rotate", padded, [&](const Ops& ops, float* out) {
           std::memcpy(out, x.data(), n * sizeof(float));
           ops.rotate(out, y.data(), y.data() + n / 4, n / 2);
         })});
  }

  std::string Linear(Precision precision, size_t outputs, size_t inputs, size_t rows) {
    const ExactFloats exact;
    std::vector<float> weights(outputs * inputs);
    for (float& weight : weights) weight = draw_();
    const size_t stride = RoundUp(inputs, kLanes);
    AlignedArray<float> x(rows * stride);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t i = 0; i < inputs; ++i) x[r * stride + i] = draw_();
    }
    const size_t y_stride = RoundUp(outputs, kTile);
    auto run = [&](Write write) {
      return [&, write](const Ops& ops, float* out) {
        const Matrix matrix = Matrix::FromFloats(ops, precision, weights, outputs, inputs);
        Activations activations;
        activations.Prepare(ops, precision, x.data(), stride, rows, stride);
        for (size_t i = 0; i < rows * y_stride; ++i) out[i] = 0.5f;
        matrix.Apply(ops, activations, out, y_stride, write);
      };
    };
    return FirstOf({Compare("linear, set", rows * y_stride, run(Write::kSet)),
                    Compare("linear, add", rows * y_stride, run(Write::kAdd))});
  }

  // `rows` neighbouring positions of one sequence, the last of which sees `length`.
  std::string Attention(Precision precision, size_t length, size_t head, size_t group, size_t rows = 1) {
    rows = rows < length ? rows : length;
    return Together(precision, length, std::vector<size_t>(1, 0), head, group, rows);
  }

  // Candidates: each sees `prefix` positions that are common to all, then own[c] of its own, and asks for its last
  // `rows` positions. The path takes all at once, the truth each row alone.
  std::string Together(Precision precision, size_t prefix, const std::vector<size_t>& own, size_t head, size_t group,
                       size_t rows = 1) {
    const ExactFloats exact;
    const size_t padded = RoundUp(head, kLanes), count = own.size() * rows;
    std::vector<AlignedArray<float>> numbers;  // keys and values in turn: the prefix's, then each candidate's
    size_t positions = prefix, longest = 0;
    for (const size_t more : own) positions += more, longest = std::max(longest, prefix + more);
    for (size_t t = 0; t < 2 * positions; ++t) numbers.push_back(Draw(head, padded));
    AlignedArray<float> queries(count * group * padded);
    for (size_t g = 0; g < count * group; ++g) {
      for (size_t i = 0; i < head; ++i) queries[g * padded + i] = draw_();
    }
    return Compare("attend", count * group * padded, [&](const Ops& ops, float* out) {
      Cache beginning({1, 1, padded, precision});
      size_t at = 0;
      auto store = [&](Cache* cache, size_t more) {
        cache->Extend(more);
        for (size_t t = 0; t < more; ++t, at += 2) {
          cache->Store(ops, 0, 0, cache->length() + t, numbers[at].data(), numbers[at + 1].data());
        }
        cache->Commit(more);
      };
      store(&beginning, prefix);
      std::vector<Cache> caches;
      std::vector<AttentionRow> seen;
      for (const size_t more : own) {
        caches.push_back(beginning.Fork());
        store(&caches.back(), more);
        for (size_t r = 0; r < rows; ++r) {
          seen.push_back({caches.back().pages().data(), prefix + more + 1 + r - rows, seen.size()});
        }
      }
      AttentionScratch scratch;
      scratch.Grow(count * group, longest, padded);
      auto attend = [&](const AttentionRow* first, size_t number, size_t reach, size_t shared) {
        const AttentionJob job{first,          number,         reach, shared,         0,       padded, group, 0.125f,
                               queries.data(), group * padded, out,   group * padded, &scratch};
        (precision == Precision::kInt8 ? ops.attend_int8 : ops.attend_float)(job);
      };
      if (ops.path == truth_.path) {
        for (const AttentionRow& row : seen) attend(&row, 1, row.length, 0);
      } else {
        attend(seen.data(), count, longest, own.size() == 1 ? caches[0].pages().size() : prefix / kPagePositions);
      }
    });
  }

 private:
  AlignedArray<float> Draw(size_t n, size_t padded) {
    AlignedArray<float> values(padded);
    for (size_t i = 0; i < n; ++i) values[i] = draw_();
    return values;
  }
  static std::string FirstOf(const std::vector<std::string>& found) {
    for (const std::string& text : found) {
      if (!text.empty()) return text;
    }
    return "";
  }
  std::string Compare(const std::string& name, size_t count, const std::function<void(const Ops&, float*)>& run) {
    AlignedArray<float> a(RoundUp(count, kLanes)), b(RoundUp(count, kLanes));
    run(truth_, a.data());
    run(path_, b.data());
    for (size_t i = 0; i < count; ++i) {
      // Not-a-number has many bit patterns, and which one comes out is no promise.
      if (a[i] != a[i] && b[i] != b[i]) continue;
      if (std::memcmp(&a[i], &b[i], sizeof(float)) != 0) {
        return name + " of " + path_.name + ": element " + std::to_string(i) + " of " + std::to_string(count) + " is " +
               std::to_string(b[i]) + ", the truth " + std::to_string(a[i]);
      }
    }
    return "";
  }

  const Ops& truth_;
  const Ops& path_;
  std::function<float()> draw_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_TESTS_INFERENCE_KERNEL_PATH_COMPARISON_H_
