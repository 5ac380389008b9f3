#include "inference/chorales/chorale_config.h"

#include <charconv>
#include <functional>
#include <sstream>

namespace ledgerline::chorales {
namespace {

struct Key {
  const char* name;
  double lowest, highest;
  void (*set)(ChoraleConfig*, double);
};

template <auto member>
void SetShape(ChoraleConfig* config, double value) {
  config->shape.*member = static_cast<int>(value);
}
template <auto member>
void Set(ChoraleConfig* config, double value) {
  auto& field = config->*member;
  field = static_cast<std::remove_reference_t<decltype(field)>>(value);
}

using C = ChoraleConfig;
using S = model::ModelConfig;
constexpr Key kKeys[] = {{"width", 8, 4096, SetShape<&S::width>},
                         {"layers", 1, 64, SetShape<&S::layers>},
                         {"heads", 1, 64, SetShape<&S::heads>},
                         {"kv_heads", 0, 64, SetShape<&S::kv_heads>},
                         {"hidden", 8, 16384, SetShape<&S::hidden>},
                         {"inner_width", 8, 4096, SetShape<&S::inner_width>},
                         {"inner_hidden", 8, 16384, SetShape<&S::inner_hidden>},
                         {"context", 64, 8192, SetShape<&S::context>},
                         {"seed", 0, 1e15, Set<&C::seed>},
                         {"batch", 1, 256, Set<&C::batch>},
                         {"steps", 1, 1e9, Set<&C::steps>},
                         {"learning_rate", 0, 1, Set<&C::learning_rate>},
                         {"warmup_steps", 0, 1e9, Set<&C::warmup_steps>},
                         {"weight_decay", 0, 10, Set<&C::weight_decay>},
                         {"gradient_norm", 1e-6, 1e6, Set<&C::gradient_norm>},
                         {"dropout", 0, 0.9, Set<&C::dropout>},
                         {"field_dropout", 0, 0.9, Set<&C::field_dropout>},
                         {"average", 0, 0.99999, Set<&C::average>},
                         {"evaluate_every", 1, 1e9, Set<&C::evaluate_every>},
                         {"patience", 1, 1e6, Set<&C::patience>},
                         {"threads", 1, 256, Set<&C::threads>},
                         {"bfloat16", 0, 1, Set<&C::bfloat16>},
                         {"max_minutes", 0, 1e6, Set<&C::max_minutes>}};

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

}  // namespace

Result<ChoraleConfig> ChoraleConfig::Parse(const std::string& text) {
  ChoraleConfig config;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    line = Trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::string where = "line " + std::to_string(number) + ": ";
    const size_t equals = line.find('=');
    if (equals == std::string::npos) return InvalidArgument(where + "not \"key = value\": \"" + line + "\"");
    const std::string name = Trimmed(line.substr(0, equals)), value = Trimmed(line.substr(equals + 1));
    const Key* key = nullptr;
    for (const Key& known : kKeys) {
      if (name == known.name) key = &known;
    }
    if (key == nullptr) return InvalidArgument(where + "unknown key \"" + name + "\"");
    double parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size()) {
      return InvalidArgument(where + name + " is not a number: \"" + value + "\"");
    }
    if (!(parsed >= key->lowest && parsed <= key->highest)) {
      std::ostringstream bounds;
      bounds << where << name << " " << value << " is outside " << key->lowest << " to " << key->highest;
      return OutOfRange(bounds.str());
    }
    key->set(&config, parsed);
  }
  RETURN_IF_ERROR(config.shape.Check());
  return config;
}

}  // namespace ledgerline::chorales
