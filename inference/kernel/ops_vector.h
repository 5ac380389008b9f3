// The vector paths: VectorOps<V> is the table of what does what ops_scalar.cc defines, sixteen elements at once.
//
// Included by one unit for each instruction set, each built with its own -m flags; everything stands in an unnamed
// namespace, so that no function built for one processor is linked into the path of another.
#ifndef LEDGERLINE_INFERENCE_KERNEL_OPS_VECTOR_H_
#define LEDGERLINE_INFERENCE_KERNEL_OPS_VECTOR_H_

#include "inference/kernel/ops.h"
#include "inference/kernel/vector_attention.h"
#include "inference/kernel/vector_attention_float.h"
#include "inference/kernel/vector_attention_int8.h"
#include "inference/kernel/vector_products.h"
#include "inference/kernel/vector_rows.h"

namespace ledgerline::kernel {
namespace {

template <class V>
constexpr Ops VectorOps(Path path, const char* name) {
  using Rows = VectorRows<V>;
  using Products = VectorProducts<V>;
  return {path,
          name,
          V::kBias,
          Rows::Quantise,
          Rows::RmsNorm,
          Rows::SiluGate,
          Rows::Rotate,
          V::Spread,
          Rows::AddRows,
          Products::LinearInt8,
          Products::LinearFloat,
          VectorAttention<V, Int8Attention<V>>::Attend,
          VectorAttention<V, FloatAttention<V>>::Attend};
}

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_OPS_VECTOR_H_
