// Norms, gates, table sums and the optimiser, row by row (fused_kernels.h). Included by the units that build the paths.
#ifndef LEDGERLINE_INFERENCE_MODEL_FUSED_ROWS_H_
#define LEDGERLINE_INFERENCE_MODEL_FUSED_ROWS_H_

#include "inference/model/fused_lanes.h"

namespace ledgerline::model {
namespace {

// Zhang and Sennrich, "Root mean square layer normalization", 2019.
template <typename Added, typename Normed>
void NormRows(const float* x, const Added* added, const float* gain, int64_t rows, int64_t width, float* sum,
              Normed* normed, float* inverse) {
  for (int64_t n = 0; n < rows; ++n, x += width, normed += width) {
    Lanes squares{};
    if (added != nullptr) {
      ForLanes(0, width, [&](int64_t i, int64_t count) {
        const Lanes total = Load(x + i, count) + Load(added + i, count);
        Store(total, sum + i, count);
        squares += total * total;
      });
      added += width;
    } else {
      ForLanes(0, width, [&](int64_t i, int64_t count) {
        const Lanes value = Load(x + i, count);
        squares += value * value;
      });
    }
    const float* row = added != nullptr ? sum : x;
    inverse[n] = 1.0f / __builtin_sqrtf(SumOf(squares) / static_cast<float>(width) + 1e-5f);
    ForLanes(0, width, [&](int64_t i, int64_t count) {
      Store(Load(row + i, count) * inverse[n] * Load(gain + i, count), normed + i, count);
    });
    if (added != nullptr) sum += width;
  }
}

template <typename Gradient, typename Added>
void NormRowsBackward(const float* sum, const float* inverse, const float* gain, const float* sum_gradient,
                      const Gradient* gradient, int64_t rows, int64_t width, float* d_sum, Added* d_added,
                      float* d_gain) {
  for (int64_t n = 0; n < rows; ++n) {
    Lanes products{};
    ForLanes(0, width, [&](int64_t i, int64_t count) {
      const Lanes by_value = Load(gradient + i, count) * Load(sum + i, count);
      products += by_value * Load(gain + i, count);
      Store(Load(d_gain + i, count) + by_value * inverse[n], d_gain + i, count);
    });
    const float shrink = SumOf(products) * inverse[n] * inverse[n] / static_cast<float>(width);
    ForLanes(0, width, [&](int64_t i, int64_t count) {
      Lanes d = inverse[n] * (Load(gradient + i, count) * Load(gain + i, count) - Load(sum + i, count) * shrink);
      if (sum_gradient != nullptr) d += Load(sum_gradient + i, count);
      Store(d, d_sum + i, count);
      if (d_added != nullptr) Store(d, d_added + i, count);
    });
    sum += width, gradient += width, d_sum += width;
    if (sum_gradient != nullptr) sum_gradient += width;
    if (d_added != nullptr) d_added += width;
  }
}

// Shazeer, "GLU variants improve transformer", 2020: SwiGLU.
template <typename T>
void GateRows(const T* x, int64_t rows, int64_t width, T* out) {
  for (int64_t n = 0; n < rows; ++n, x += 2 * width, out += width) {
    ForLanes(0, width, [&](int64_t i, int64_t count) {
      const Lanes gate = Load(x + i, count);
      Store(gate / (1.0f + Exp(-gate)) * Load(x + width + i, count), out + i, count);
    });
  }
}

template <typename T>
void GateRowsBackward(const T* x, const T* gradient, int64_t rows, int64_t width, T* d_x) {
  for (int64_t n = 0; n < rows; ++n, x += 2 * width, d_x += 2 * width, gradient += width) {
    ForLanes(0, width, [&](int64_t i, int64_t count) {
      const Lanes gate = Load(x + i, count), d = Load(gradient + i, count);
      const Lanes sigmoid = 1.0f / (1.0f + Exp(-gate));
      Store(d * Load(x + width + i, count) * sigmoid * (1.0f + gate * (1.0f - sigmoid)), d_x + i, count);
      Store(d * gate * sigmoid, d_x + width + i, count);
    });
  }
}

inline void LookupRows(const float* table, const int64_t* indices, int64_t rows, int64_t fields, int64_t width,
                       int64_t begin, int64_t end, float* out) {
  for (int64_t n = 0; n < rows; ++n, indices += fields, out += width) {
    ForLanes(begin, end, [&](int64_t i, int64_t count) {
      Lanes sum{};
      for (int64_t f = 0; f < fields; ++f) sum += Load(table + indices[f] * width + i, count);
      Store(sum, out + i, count);
    });
  }
}

inline void LookupRowsBackward(const float* gradient, const int64_t* indices, int64_t rows, int64_t fields,
                               int64_t width, int64_t begin, int64_t end, float* d_table) {
  for (int64_t n = 0; n < rows; ++n, indices += fields, gradient += width) {
    for (int64_t f = 0; f < fields; ++f) {
      float* row = d_table + indices[f] * width;
      ForLanes(begin, end, [&](int64_t i, int64_t count) {
        Store(Load(row + i, count) + Load(gradient + i, count), row + i, count);
      });
    }
  }
}

inline double SquaresOf(const float* values, int64_t count) {
  constexpr int64_t kBlock = 4096;
  double sum = 0;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    Lanes squares{};
    ForLanes(begin, begin + kBlock < count ? begin + kBlock : count, [&](int64_t i, int64_t n) {
      const Lanes value = Load(values + i, n);
      squares += value * value;
    });
    sum += static_cast<double>(SumOf(squares));
  }
  return sum;
}

inline Lanes SquareRoots(Lanes x) {
  for (int i = 0; i < kLanes; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
}

// Loshchilov and Hutter, "Decoupled weight decay regularization", 2019; beta1 0.9, beta2 0.98, epsilon 1e-8.
inline void AdamStep(float* parameter, const float* gradient, float* mean, float* square, int64_t count, float clip,
                     float keep, float rate, float by_second) {
  ForLanes(0, count, [&](int64_t i, int64_t n) {
    const Lanes g = Load(gradient + i, n) * clip;
    const Lanes m = Load(mean + i, n) * 0.9f + g * 0.1f, s = Load(square + i, n) * 0.98f + g * g * 0.02f;
    Store(m, mean + i, n);
    Store(s, square + i, n);
    Store(Load(parameter + i, n) * keep - rate * m / (SquareRoots(s * by_second) + 1e-8f), parameter + i, n);
  });
}

}  // namespace
}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_FUSED_ROWS_H_
