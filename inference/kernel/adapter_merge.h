// AdapterMerge: a base model and an adapter become one model's weights, in a fixed order of float operations.
//
// For an adapted row o and column i, with all products and sums rounded to binary32, one after the other:
//
//   sum = 0; for k = 0 .. rank - 1: sum = sum + b[o][k] * a[k][i];  w = w + (alpha / rank) * sum
//
// where w is the base's value, which is code * scale where the base is quantised. A quantised base gives a quantised
// model: an adapted row is quantised anew (QuantiseWeights), every other row keeps its codes and its scale. So a cover
// with an adapter is as exact as one without (docs/decisions/0015-exact-kernel.md).
#ifndef LEDGERLINE_INFERENCE_KERNEL_ADAPTER_MERGE_H_
#define LEDGERLINE_INFERENCE_KERNEL_ADAPTER_MERGE_H_

#include "inference/model/adapter_file.h"
#include "inference/model/model_file.h"

namespace ledgerline::kernel {

// The base's metadata, with the adapter's texture.STYLE and melody.STYLE in their place. Errors: those of
// CheckAdapterShape and ModelConfig::FromMetadata; kInvalidArgument (a base whose matrices do not fit its stated
// shape).
Result<model::ModelFile> MergeAdapter(const model::ModelFile& base, const model::AdapterFile& adapter);

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_ADAPTER_MERGE_H_
