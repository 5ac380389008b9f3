#include "inference/learning/run_config.h"

namespace ledgerline::learning {

SettingReaders ReadersOf(RunConfig* config) {
  SettingReaders readers;
  readers.numbers = {{"seed", Into(&config->seed)},
                     {"batch", Into(&config->batch, 1, 4096)},
                     {"steps", Into(&config->steps, 1, 1e9)},
                     {"learning_rate", Into(&config->learning_rate, 0, 1)},
                     {"warmup_steps", Into(&config->warmup_steps, 0, 1e9)},
                     {"weight_decay", Into(&config->weight_decay, 0, 10)},
                     {"dropout", Into(&config->dropout, 0, 0.9)},
                     {"gradient_norm", Into(&config->gradient_norm, 1e-6, 1e6)},
                     {"evaluate_every", Into(&config->evaluate_every, 1, 1e9)},
                     {"patience", Into(&config->patience, 1, 1e6)},
                     {"threads", Into(&config->threads, 1, 1024)},
                     {"bfloat16", Into(&config->bfloat16)}};
  return readers;
}

void AddShape(model::ModelConfig* shape, SettingReaders* readers) {
  readers->numbers.insert({{"width", Into(&shape->width)},
                           {"layers", Into(&shape->layers)},
                           {"heads", Into(&shape->heads)},
                           {"kv_heads", Into(&shape->kv_heads)},
                           {"hidden", Into(&shape->hidden)},
                           {"inner_width", Into(&shape->inner_width)},
                           {"inner_hidden", Into(&shape->inner_hidden)},
                           {"context", Into(&shape->context)}});
}

}  // namespace ledgerline::learning
