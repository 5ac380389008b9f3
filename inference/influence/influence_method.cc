#include "inference/influence/influence_method.h"

#include <cmath>

#include "inference/model/counter_random.h"

namespace ledgerline::influence {

Status InfluenceMethod::Check() const {
  struct Bound {
    const char* name;
    uint32_t value, lowest, highest;
  };
  for (const Bound& bound : {Bound{"rank", rank, 1, 64}, Bound{"rows", rows, 1, 1'000'000},
                             Bound{"damping_ppm", damping_ppm, 1, 1'000'000'000}}) {
    if (bound.value < bound.lowest || bound.value > bound.highest) {
      return OutOfRange(std::string(bound.name) + " " + std::to_string(bound.value) + " is outside " +
                        std::to_string(bound.lowest) + " to " + std::to_string(bound.highest));
    }
  }
  return Status::Ok();
}

std::string InfluenceMethod::Name() const {
  return "ledgerline-influence/1 rank " + std::to_string(rank) + " rows " + std::to_string(rows) + " damping " +
         std::to_string(damping_ppm) + " seed " + std::to_string(seed);
}

bool IsMeasured(std::string_view parameter) {
  const std::string_view last = parameter.substr(parameter.rfind('/') + 1);
  for (const std::string_view name : {"query_key_value", "attention_out", "gate_up", "down", "enter"}) {
    if (last == name) return true;
  }
  return false;
}

std::vector<float> ProjectionOf(const InfluenceMethod& method, size_t matrix, bool outputs, size_t size) {
  model::CounterRandom random(method.seed, 2 * matrix + (outputs ? 1 : 0));
  const float unit = 1.0f / std::sqrt(static_cast<float>(method.rank));
  std::vector<float> values(method.rank * size);
  for (float& value : values) value = (random.Next() >> 63) != 0 ? unit : -unit;
  return values;
}

}  // namespace ledgerline::influence
