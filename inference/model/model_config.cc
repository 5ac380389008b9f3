#include "inference/model/model_config.h"

#include <array>
#include <charconv>

namespace ledgerline::model {
namespace {

struct Field {
  const char* name;
  int ModelConfig::*member;
  int lowest;
  int highest;
  int absent = -1;  // what a file without the field means; -1: every file has it
};

constexpr std::array<Field, 10> kFields = {{{"width", &ModelConfig::width, 8, 4096},
                                            {"layers", &ModelConfig::layers, 1, 64},
                                            {"heads", &ModelConfig::heads, 1, 64},
                                            {"hidden", &ModelConfig::hidden, 8, 16384},
                                            {"inner_width", &ModelConfig::inner_width, 8, 4096},
                                            {"inner_hidden", &ModelConfig::inner_hidden, 8, 16384},
                                            {"context", &ModelConfig::context, 64, 8192},
                                            // Files of vocabulary 1 state none of these.
                                            {"kv_heads", &ModelConfig::kv_heads, 0, 64, 0},
                                            {"styles", &ModelConfig::styles, 1, tokens::kStyles, 14},
                                            {"roles", &ModelConfig::roles, 1, tokens::kTargetRoles, 9}}};

}  // namespace

std::map<std::string, std::string> ModelConfig::ToMetadata() const {
  std::map<std::string, std::string> metadata;
  for (const Field& field : kFields) metadata[field.name] = std::to_string(this->*field.member);
  return metadata;
}

Result<ModelConfig> ModelConfig::FromMetadata(const std::map<std::string, std::string>& metadata) {
  ModelConfig config;
  for (const Field& field : kFields) {
    const auto found = metadata.find(field.name);
    if (found == metadata.end() && field.absent >= 0) {
      config.*field.member = field.absent;
      continue;
    }
    if (found == metadata.end()) return InvalidArgument(std::string("the model file states no ") + field.name);
    const std::string& text = found->second;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      return InvalidArgument(std::string(field.name) + " is not a number: \"" + text.substr(0, 40) + "\"");
    }
    config.*field.member = value;
  }
  RETURN_IF_ERROR(config.Check());
  return config;
}

Status ModelConfig::Check() const {
  for (const Field& field : kFields) {
    const int value = this->*field.member;
    if (value < field.lowest || value > field.highest) {
      return OutOfRange(std::string(field.name) + " " + std::to_string(value) + " is outside " +
                        std::to_string(field.lowest) + " to " + std::to_string(field.highest));
    }
  }
  if (width % heads != 0 || (width / heads) % 2 != 0) {
    return InvalidArgument("width " + std::to_string(width) + " does not give " + std::to_string(heads) +
                           " heads of an even size");
  }
  if (heads % KeyValueHeads() != 0) {
    return InvalidArgument("kv_heads " + std::to_string(kv_heads) + " does not divide heads " + std::to_string(heads));
  }
  return Status::Ok();
}

Status CheckModelMetadata(const std::map<std::string, std::string>& metadata) {
  auto text = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second.substr(0, 40);
  };
  if (text("format") != "ledgerline-model/1") {
    return FailedPrecondition("model file of format \"" + text("format") + "\"; this program reads ledgerline-model/1");
  }
  if (text("vocabulary") != "1" && text("vocabulary") != std::to_string(tokens::kVocabularyVersion)) {
    return FailedPrecondition("model file for vocabulary " + text("vocabulary") + "; this program has " +
                              std::to_string(tokens::kVocabularyVersion) + " and reads 1");
  }
  return Status::Ok();
}

}  // namespace ledgerline::model
