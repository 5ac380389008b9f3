#include "inference/kernel/adapter_merge.h"

#include <algorithm>

#include "inference/kernel/matrix.h"
#include "inference/kernel/stored_tensors.h"

namespace ledgerline::kernel {
namespace {

using model::StoredTensor;

// row[i] += scale * sum over k of b[k] * a[k][i]. Built without contraction: every operation rounds.
void AddLowRank(const float* b, const std::vector<float>& a, size_t rank, float scale, std::vector<float>* row) {
  const size_t inputs = row->size();
  for (size_t i = 0; i < inputs; ++i) {
    float sum = 0;
    for (size_t k = 0; k < rank; ++k) sum = sum + b[k] * a[k * inputs + i];
    (*row)[i] = (*row)[i] + scale * sum;
  }
}

}  // namespace

Result<model::ModelFile> MergeAdapter(const model::ModelFile& base, const model::AdapterFile& adapter) {
  const ExactFloats exact;
  ASSIGN_OR_RETURN(const model::ModelConfig config, model::ModelConfig::FromMetadata(base.metadata));
  RETURN_IF_ERROR(model::CheckAdapterShape(adapter, config));
  model::ModelFile merged = base;
  const auto rank = static_cast<size_t>(adapter.card.rank);
  const float scale = static_cast<float>(adapter.card.alpha) / static_cast<float>(adapter.card.rank);
  for (const model::AdaptedRows& rows : model::AdaptedRowsOf(config)) {
    const auto matrix = merged.tensors.find(rows.matrix);
    const auto scales = merged.tensors.find(rows.matrix + kScalesEnding);
    const std::vector<int64_t> shape = matrix == merged.tensors.end() ? std::vector<int64_t>() : matrix->second.shape;
    const bool quantised = matrix != merged.tensors.end() && !matrix->second.codes.empty();
    if (shape.size() != 2 || shape[0] < rows.first + rows.count || shape[1] != rows.inputs ||
        (quantised &&
         (scales == merged.tensors.end() || scales->second.values.size() != static_cast<size_t>(shape[0])))) {
      return InvalidArgument("the base model's " + rows.matrix + " does not fit its stated shape");
    }
    StoredTensor& weights = matrix->second;
    const std::vector<float>&a = adapter.tensors.at(rows.pair + "/a").values,
          &b = adapter.tensors.at(rows.pair + "/b").values;
    const auto inputs = static_cast<size_t>(rows.inputs);
    std::vector<float> row(inputs);
    for (size_t n = 0; n < static_cast<size_t>(rows.count); ++n) {
      const size_t at = static_cast<size_t>(rows.first) + n;
      for (size_t i = 0; i < inputs; ++i) {
        row[i] = quantised ? static_cast<float>(weights.codes[at * inputs + i]) * scales->second.values[at]
                           : weights.values[at * inputs + i];
      }
      AddLowRank(b.data() + n * rank, a, rank, scale, &row);
      if (quantised) {
        const QuantisedWeights anew = QuantiseWeights(row, 1, inputs);
        std::copy(anew.codes.begin(), anew.codes.end(), weights.codes.begin() + static_cast<ptrdiff_t>(at * inputs));
        scales->second.values[at] = anew.scales[0];
      } else {
        std::copy(row.begin(), row.end(), weights.values.begin() + static_cast<ptrdiff_t>(at * inputs));
      }
    }
  }
  for (const auto& [name, text] : adapter.card.notes) {
    if (name.starts_with("texture.") || name.starts_with("melody.")) merged.metadata[name] = text;
  }
  return merged;
}

}  // namespace ledgerline::kernel
