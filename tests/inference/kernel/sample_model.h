// SampleModel: a two-level model of any shape with weights from counted integers, for tests.
#ifndef LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_MODEL_H_
#define LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_MODEL_H_

#include <string>

#include "inference/model/model_config.h"
#include "inference/model/model_file.h"
#include "inference/tokens/positions.h"
#include "tests/inference/kernel/random_numbers.h"

namespace ledgerline::kernel {

inline model::ModelFile SampleModel(const model::ModelConfig& config) {
  using namespace tokens;  // NOLINT: sizes of the alphabets
  model::CounterRandom random(11, 11);
  model::ModelFile file;
  file.metadata = config.ToMetadata();
  file.metadata["format"] = "ledgerline-model/1";
  file.metadata["vocabulary"] = std::to_string(kVocabularyVersion);
  auto put = [&](const std::string& name, std::vector<int64_t> shape, float scale) {
    size_t count = 1;
    for (const int64_t size : shape) count *= static_cast<size_t>(size);
    file.tensors[name] = {std::move(shape), Bells(count, scale, &random), {}};
  };
  const int64_t d = config.width, inner = config.inner_width, hidden = config.hidden;
  for (const auto& [name, symbols] : {std::pair<const char*, int>{"kind", kKinds},
                                      {"beat", 9},
                                      {"tick", 25},
                                      {"role", kRoleSymbols},
                                      {"pitch", kPitchSymbols},
                                      {"above_root", kNoRoot + 1},
                                      {"quality", kNoQuality + 1},
                                      {"duration", kDurationSymbols}}) {
    put(std::string("rows/") + name, {symbols, d}, 0.4f);
  }
  for (const auto& [name, symbols] : {std::pair<const char*, int>{"style", config.styles},
                                      {"metre", kMetreSymbols},
                                      {"length", kLengthSymbols},
                                      {"density", kDensityClasses + 1},
                                      {"polyphony", kPolyphonyClasses + 1},
                                      {"from_start", 5},
                                      {"from_end", 5},
                                      {"chord", kChordSymbols},
                                      {"degree", 13}}) {
    put(std::string("bars/") + name, {symbols, 24}, 0.4f);
  }
  put("bars/project", {d, (7 + 2 * kChordSlots) * 24 + kRoles}, 0.1f);
  for (int layer = 0; layer < config.layers; ++layer) {
    const std::string name = "layers/" + std::to_string(layer) + "/";
    put(name + "attention_norm", {d}, 1.0f);
    put(name + "query_key_value", {d + 2 * config.KeyValueHeads() * (d / config.heads), d}, 0.15f);
    put(name + "attention_out", {d, d}, 0.15f);
    put(name + "feed_norm", {d}, 1.0f);
    put(name + "gate_up", {2 * hidden, d}, 0.15f);
    put(name + "down", {d, hidden}, 0.15f);
  }
  put("out_norm", {d}, 1.0f);
  for (const auto& [name, outputs] : {std::pair<std::string, int>{"onset", 2 * (kEndOfBar + 1) + 2},
                                      {"role", config.roles + 2},
                                      {"pitch", 140 + 7 * 51},
                                      {"duration", kDurationCount + 2}}) {
    put(name + "/enter", {inner, d}, 0.2f);
    put(name + "/norm", {inner}, 1.0f);
    put(name + "/gate_up", {2 * config.inner_hidden, inner}, 0.2f);
    put(name + "/down", {inner, config.inner_hidden}, 0.2f);
    put(name + "/out_norm", {inner}, 1.0f);
    put(name + "/head", {outputs, inner}, 0.2f);
  }
  for (const auto& [name, symbols] : {std::pair<const char*, int>{"style", config.styles},
                                      {"density", kDensityClasses + 1},
                                      {"polyphony", kPolyphonyClasses + 1},
                                      {"onset", kOnsetSymbols},
                                      {"copy_onset", 2 * kOnsetSymbols},
                                      {"role", kRoleSymbols},
                                      {"copy_role", 2 * kRoleSymbols},
                                      {"melody_above_root", kNoRoot + 1},
                                      {"melody_starts", 2},
                                      {"root", kNoRoot + 1},
                                      {"quality", kNoQuality + 1},
                                      {"below_above_root", kNoRoot + 1},
                                      {"pitch", kPitchSymbols},
                                      {"pitch_above_root", kNoRoot + 1},
                                      {"copy_duration", 2 * kDurationSymbols},
                                      {"remaining", kRemainingSymbols}}) {
    put(std::string("step/") + name, {symbols, inner}, 0.4f);
  }
  return file;
}

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_MODEL_H_
