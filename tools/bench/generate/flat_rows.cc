#include "tools/bench/generate/flat_rows.h"

#include <cmath>

#include "tools/bench/generate/limits.h"
#include "tools/bench/generate/onnx_peer.h"
#include "tools/bench/generate/report.h"
#include "tools/bench/generate/torch_peer.h"

namespace ledgerline::bench {
namespace {

using kernel::Cache;
using kernel::Precision;

constexpr size_t kShort = 128, kLong = 1024, kPrefill = 512, kPrefix = 256, kCandidates = 16;

// The first of the highest logits. Sixteen maxima side by side: std::max_element alone took 3 % of the time of sixteen
// candidates on S.
int Highest(const float* logits) {
  constexpr size_t kSide = 16;
  float highest[kSide];
  std::copy_n(logits, kSide, highest);
  for (size_t i = kSide; i < kFlatVocabulary; i += kSide) {
    for (size_t k = 0; k < kSide; ++k) highest[k] = logits[i + k] > highest[k] ? logits[i + k] : highest[k];
  }
  const float top = *std::max_element(highest, highest + kSide);
  return static_cast<int>(std::find(logits, logits + kFlatVocabulary, top) - logits);
}

std::vector<int> SampleTokens(size_t count) {
  std::vector<int> tokens;
  for (size_t i = 0; i < count; ++i) tokens.push_back(static_cast<int>(i * 389 % kFlatVocabulary));
  return tokens;
}

// Tokens a second of greedy decoding after what the cache holds.
double DecodeRate(FlatModel* model, Cache cache, size_t count) {
  int token = Highest(model->Read({&cache}, {1}, {1}));
  const double begin = ThreadSeconds();
  for (size_t i = 0; i < count; ++i) token = Highest(model->Read({&cache}, {1}, {token}));
  return static_cast<double>(count) / (ThreadSeconds() - begin);
}

// Tokens a second of sixteen candidates together, forks of one prefix.
double CandidatesRate(FlatModel* model, const Cache& prefix, size_t steps) {
  std::vector<Cache> caches;
  std::vector<Cache*> borrowed;
  std::vector<int> tokens;
  for (size_t c = 0; c < kCandidates; ++c) {
    caches.push_back(prefix.Fork());
    tokens.push_back(static_cast<int>(c));
  }
  for (Cache& cache : caches) borrowed.push_back(&cache);
  const std::vector<size_t> ones(kCandidates, 1);
  const double begin = ThreadSeconds();
  for (size_t i = 0; i < steps; ++i) {
    const float* logits = model->Read(borrowed, ones, tokens);
    for (size_t c = 0; c < kCandidates; ++c) tokens[c] = Highest(logits + c * kFlatVocabulary);
  }
  return static_cast<double>(kCandidates * steps) / (ThreadSeconds() - begin);
}

Cache After(FlatModel* model, size_t count) {
  Cache cache = model->NewCache();
  model->Read({&cache}, {count}, SampleTokens(count));
  return cache;
}

// Seconds of reading a prompt at once, the second time: the first one asks the system for the memory that both use,
// which is up to a third of it.
double PrefillSeconds(FlatModel* model) {
  double seconds = 0;
  for (int i = 0; i < 2; ++i) {
    Cache cache = model->NewCache();
    const double begin = ThreadSeconds();
    model->Read({&cache}, {kPrefill}, SampleTokens(kPrefill));
    seconds = ThreadSeconds() - begin;
  }
  return seconds;
}

// Floating-point operations of that: products of all layers, attention, and one row of the output.
double PrefillOperations(const FlatWeights& weights) {
  const auto d = static_cast<double>(weights.shape.width), layers = static_cast<double>(weights.shape.layers);
  const auto n = static_cast<double>(kPrefill);
  double products = 0;
  for (const FlatWeights::Layer& layer : weights.layers) {
    products += static_cast<double>(layer.query_key_value.size() + layer.attention_out.size() + layer.gate_up.size() +
                                    layer.down.size());
  }
  return 2 * products * n + layers * 4 * d * n * (n + 1) / 2 + 2 * d * kFlatVocabulary;
}

double Distance(const float* a, const std::vector<float>& b) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    difference += std::pow(a[i] - b[i], 2);
    size += std::pow(b[i], 2);
  }
  return std::sqrt(difference / size);
}

}  // namespace

int RunFlatRows(const FlatShape& shape, const FlatOptions& options) {
  const kernel::Ops& ops = **kernel::ChooseOps();
  const std::string name = shape.name;
  const FlatWeights weights = MakeFlatWeights(shape.stack);
  FlatModel codes(ops, Precision::kInt8, weights), floats(ops, Precision::kFloat, weights);
  TorchPeer torch(weights);
  std::unique_ptr<OnnxPeer> onnx;
  if (!options.node_modules.empty()) {
    Result<std::unique_ptr<OnnxPeer>> started = OnnxPeer::Start(options.node_modules, weights, 8);
    if (!started.ok()) {
      std::fprintf(stderr, "bench_generate: %s\n", started.status().ToString().c_str());
      return 3;
    }
    onnx = std::move(started).value();
  }
  std::printf("%s: %.1f M parameters, kernel path %s, onnxruntime-node %s\n", shape.name,
              static_cast<double>(weights.parameters()) / 1e6, ops.name,
              onnx == nullptr ? "left out (--node-modules)" : onnx->version().c_str());

  // The answers: after 40 tokens, all are near LibTorch's.
  const std::vector<int> prompt = SampleTokens(40);
  const std::vector<float> truth = torch.Read(prompt);
  struct Answer {
    const char* who;
    double distance, bound;
  };
  std::vector<Answer> answers;
  Cache code_cache = codes.NewCache(), float_cache = floats.NewCache();
  answers.push_back({"kernel, floats", Distance(floats.Read({&float_cache}, {40}, prompt), truth), 1e-4});
  answers.push_back({"kernel, int8", Distance(codes.Read({&code_cache}, {40}, prompt), truth), 0.1});
  if (onnx != nullptr) {
    const Result<std::vector<float>> logits = onnx->Logits(prompt);
    if (!logits.ok()) return 3;
    answers.push_back({"onnxruntime-node, 8 bit", Distance(logits->data(), truth), 0.1});
  }
  for (const Answer& answer : answers) {
    std::printf("answer of %s: logits %.1e from LibTorch's\n", answer.who, answer.distance);
    if (!(answer.distance < answer.bound)) return 1;
  }

  // Fewer key heads, as the product may have: one for four query heads (two for eight, two for six).
  kernel::StackShape grouped = shape.stack;
  grouped.kv_heads = shape.stack.heads == 4 ? 1 : 2;
  const FlatWeights grouped_weights = MakeFlatWeights(grouped);
  FlatModel few(ops, Precision::kInt8, grouped_weights);
  const Cache full_long = After(&codes, kLong), few_long = After(&few, kLong);
  const Cache full_prefix = After(&codes, kPrefix), few_prefix = After(&few, kPrefix);
  Samples one, onnx_one, torch_one, late, few_one, few_late, near, few_near, many, few_many, fused, dots, prefill,
      int8_prefill, torch_prefill, bandwidth, far;
  for (int repeat = 0; repeat < options.repeats; ++repeat) {  // in turn, so that all see the same machine
    one.Add(DecodeRate(&codes, codes.NewCache(), kShort));
    if (onnx != nullptr) {
      const Result<double> seconds = onnx->Decode(0, kShort);
      if (!seconds.ok()) return 3;
      onnx_one.Add(static_cast<double>(kShort) / *seconds);
    }
    torch.Reset();
    torch.Read({1});
    double begin = ThreadSeconds();
    for (size_t i = 0; i < kShort; ++i) torch.Read({1});
    torch_one.Add(static_cast<double>(kShort) / (ThreadSeconds() - begin));
    late.Add(DecodeRate(&codes, full_long.Fork(), kShort));
    few_one.Add(DecodeRate(&few, few.NewCache(), kShort));
    few_late.Add(DecodeRate(&few, few_long.Fork(), kShort));
    near.Add(DecodeRate(&codes, full_prefix.Fork(), kShort));
    few_near.Add(DecodeRate(&few, few_prefix.Fork(), kShort));
    many.Add(CandidatesRate(&codes, full_prefix, kShort));
    few_many.Add(CandidatesRate(&few, few_prefix, kShort));
    fused.Add(FusedPeakGflops());
    dots.Add(Int8PeakGops());
    prefill.Add(PrefillOperations(weights) / PrefillSeconds(&floats) / 1e9);
    int8_prefill.Add(PrefillOperations(weights) / PrefillSeconds(&codes) / 1e9);
    for (int i = 0; i < 2; ++i) {  // as above
      torch.Reset();
      begin = ThreadSeconds();
      torch.Read(SampleTokens(kPrefill));
    }
    torch_prefill.Add(PrefillOperations(weights) / (ThreadSeconds() - begin) / 1e9);
    bandwidth.Add(ReadGigabytes(codes.bytes_read()));
    far.Add(ReadGigabytes(256u << 20));
  }
  const double goal = name == "S" ? 5 : name == "M" ? 3.5 : 2.5;
  if (onnx != nullptr) {
    PrintRow(name + " batch 1, int8", one.text("tokens/s"), "onnxruntime-node 8 bit " + onnx_one.text("tokens/s"),
             one.median() / onnx_one.median(), goal);
  }
  PrintRow(name + " batch 1, int8", one.text("tokens/s"), "LibTorch float32 " + torch_one.text("tokens/s"),
           one.median() / torch_one.median(), -1);
  const double limit = bandwidth.median() * 1e9 / static_cast<double>(codes.bytes_read());
  char text[96];
  std::snprintf(text, sizeof(text), "reading %.1f MB at %.3g GB/s: %.0f tokens/s",
                static_cast<double>(codes.bytes_read()) / 1e6, bandwidth.median(), limit);
  PrintRow(name + " batch 1, int8", one.text("tokens/s"), text, one.median() / limit, -1);
  PrintRow(name + " from 1,024", late.text("tokens/s"), "from 0 " + one.text("tokens/s"), late.median() / one.median(),
           0.5);
  const std::string heads = " (" + std::to_string(grouped.kv_heads) + " key heads)";
  PrintRow(name + heads + " from 1,024", few_late.text("tokens/s"), "from 0 " + few_one.text("tokens/s"),
           few_late.median() / few_one.median(), 0.5);
  PrintRow(name + " 16 candidates from 256", many.text("tokens/s"), "one " + near.text("tokens/s"),
           many.median() / near.median(), 6);
  PrintRow(name + heads + " 16 candidates from 256", few_many.text("tokens/s"), "one " + few_near.text("tokens/s"),
           few_many.median() / few_near.median(), 6);
  if (dots.median() > 0) {
    const double arithmetic = dots.median() * 1e9 / (2 * static_cast<double>(few.bytes_read()));
    std::snprintf(text, sizeof(text), "int8 arithmetic %.4g Gop/s: %.0f tokens/s", dots.median(), arithmetic);
    PrintRow(name + heads + " 16 candidates", few_many.text("tokens/s"), text, few_many.median() / arithmetic, -1);
    std::snprintf(text, sizeof(text), "%.0f tokens/s", arithmetic);
    PrintRow(name + heads + " what that arithmetic allows", text, "one " + few_near.text("tokens/s"),
             arithmetic / few_near.median(), -1);
  }
  PrintRow(name + " prefill of 512, floats", prefill.text("GF/s"), "FMA peak " + fused.text("GF/s"),
           prefill.median() / fused.median(), 0.7);
  PrintRow(name + " prefill of 512, int8", int8_prefill.text("Gop/s"), "FMA peak " + fused.text("GF/s"),
           int8_prefill.median() / fused.median(), 0.7);
  PrintRow(name + " prefill of 512, floats", prefill.text("GF/s"), "LibTorch " + torch_prefill.text("GF/s"),
           prefill.median() / torch_prefill.median(), -1);
  std::printf(
      "%s memory: weights and tables %.1f MB, a cache of 1,536 positions %.1f MB, %.1f MB with %zu key heads; "
      "main memory reads %.3g GB/s\n",
      shape.name, static_cast<double>(codes.bytes()) / 1e6,
      static_cast<double>(full_long.shape().BytesOfPage()) * 24 / 1e6,
      static_cast<double>(few_long.shape().BytesOfPage()) * 24 / 1e6, grouped.kv_heads, far.median());
  return 0;
}

}  // namespace ledgerline::bench
