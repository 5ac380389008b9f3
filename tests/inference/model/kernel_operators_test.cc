// The kernel's operators in the place of LibTorch's: the layers of the committed model, run with either.
#include "inference/model/kernel_operators.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>

#include "inference/kernel/block_stack.h"
#include "inference/kernel/stored_tensors.h"
#include "inference/model/model_config.h"
#include "inference/model/model_file.h"

namespace ledgerline::model {
namespace {

using torch::Tensor;

template <typename... Arguments>
Tensor Call(const char* name, Arguments... arguments) {
  LinkKernelOperators();
  return c10::Dispatcher::singleton()
      .findSchemaOrThrow((std::string("ledgerline::") + name).c_str(), "")
      .typed<Tensor(Arguments...)>()
      .call(arguments...);
}

// The operations that the layers are made of, by LibTorch or by the kernel.
struct Operations {
  std::function<Tensor(Tensor, Tensor)> linear, rms_norm, silu_gate;
  std::function<Tensor(Tensor)> rotate;
  std::function<Tensor(Tensor, Tensor, Tensor)> attention;
};

Operations OfLibTorch() {
  Operations by;
  by.linear = [](const Tensor& x, const Tensor& w) { return torch::linear(x, w); };
  by.rms_norm = [](const Tensor& x, const Tensor& gain) {
    return x * torch::rsqrt(x.square().mean(-1, true) + 1e-5) * gain;
  };
  by.silu_gate = [](const Tensor& gate, const Tensor& up) { return torch::silu(gate) * up; };
  by.rotate = [](const Tensor& x) {
    const int64_t half = x.size(2) / 2;
    const Tensor place = torch::arange(x.size(0), torch::kFloat64).unsqueeze(1);
    const Tensor angle = place * torch::pow(10000.0, -torch::arange(half, torch::kFloat64) / static_cast<double>(half));
    const Tensor c = torch::cos(angle).to(torch::kFloat32).unsqueeze(1);
    const Tensor s = torch::sin(angle).to(torch::kFloat32).unsqueeze(1);
    const Tensor a = x.slice(2, 0, half), b = x.slice(2, half);
    return torch::cat({a * c - b * s, b * c + a * s}, 2);
  };
  by.attention = [](const Tensor& query, const Tensor& key, const Tensor& value) {
    const int64_t group = query.size(1) / key.size(1), rows = query.size(0);
    auto heads_first = [group](const Tensor& x) { return x.repeat_interleave(group, 1).transpose(0, 1); };
    const Tensor scores = torch::matmul(query.transpose(0, 1), heads_first(key).transpose(1, 2)) /
                          std::sqrt(static_cast<double>(query.size(2)));
    const Tensor mask = torch::full({rows, rows}, -std::numeric_limits<float>::infinity()).triu(1);
    return torch::matmul(torch::softmax(scores + mask, -1), heads_first(value)).transpose(0, 1).contiguous();
  };
  return by;
}

Operations OfTheKernel(bool int8) {
  Operations by;
  by.linear = [int8](const Tensor& x, const Tensor& w) {
    return Call<const Tensor&, const Tensor&, bool>("linear", x, w, int8);
  };
  by.rms_norm = [](const Tensor& x, const Tensor& gain) {
    return Call<const Tensor&, const Tensor&>("rms_norm", x, gain);
  };
  by.silu_gate = [](const Tensor& gate, const Tensor& up) {
    return Call<const Tensor&, const Tensor&>("silu_gate", gate, up);
  };
  by.rotate = [](const Tensor& x) { return Call<const Tensor&, int64_t>("rotate", x, 0); };
  by.attention = [int8](const Tensor& query, const Tensor& key, const Tensor& value) {
    return Call<const Tensor&, const Tensor&, const Tensor&, bool>("attention", query, key, value, int8);
  };
  return by;
}

class KernelOperatorsTest : public testing::Test {
 protected:
  void SetUp() override {
    torch::manual_seed(3);
    file_ =
        kernel::DequantiseModelFile(ParseModelFile(ReadFileBytes("inference/weights/ledgerline.model").value()).value())
            .value();
    config_ = ModelConfig::FromMetadata(file_.metadata).value();
  }
  Tensor Weight(const std::string& name) {
    StoredTensor& stored = file_.tensors.at(name);
    return torch::from_blob(stored.values.data(), stored.shape);
  }
  // x: [rows, width] -> the same shape.
  Tensor RunLayers(const Operations& by, Tensor x) {
    const int64_t head = config_.width / config_.heads, stored = config_.KeyValueHeads();
    for (int layer = 0; layer < config_.layers; ++layer) {
      const std::string name = "layers/" + std::to_string(layer) + "/";
      const Tensor all = by.linear(by.rms_norm(x, Weight(name + "attention_norm")), Weight(name + "query_key_value"))
                             .reshape({x.size(0), config_.heads + 2 * stored, head});
      const std::vector<Tensor> parts = all.split_with_sizes({config_.heads, stored, stored}, 1);
      const Tensor read =
          by.attention(by.rotate(parts[0].contiguous()), by.rotate(parts[1].contiguous()), parts[2].contiguous());
      x = x + by.linear(read.reshape({x.size(0), config_.width}), Weight(name + "attention_out"));
      const std::vector<Tensor> halves =
          by.linear(by.rms_norm(x, Weight(name + "feed_norm")), Weight(name + "gate_up")).chunk(2, 1);
      x = x + by.linear(by.silu_gate(halves[0].contiguous(), halves[1].contiguous()), Weight(name + "down"));
    }
    return by.rms_norm(x, Weight("out_norm"));
  }
  torch::NoGradGuard no_grad_;
  ModelFile file_;
  ModelConfig config_;
};

double Distance(const Tensor& a, const Tensor& b) {
  return ((a - b).square().sum() / b.square().sum()).sqrt().item<double>();
}

TEST_F(KernelOperatorsTest, SwappedIntoTheLayersTheyComputeTheSame) {
  const Tensor x = torch::randn({70, config_.width});
  const Tensor expected = RunLayers(OfLibTorch(), x);
  const double fine = Distance(RunLayers(OfTheKernel(false), x), expected);
  const double rough = Distance(RunLayers(OfTheKernel(true), x), expected);
  EXPECT_LT(fine, 1e-5);  // stated tolerance: sums in another order, in binary32
  EXPECT_LT(rough, 0.06);
  EXPECT_GT(rough, fine);
}

TEST_F(KernelOperatorsTest, EachOperatorIsLibTorchs) {
  const Operations torch = OfLibTorch(), floats = OfTheKernel(false), codes = OfTheKernel(true);
  const Tensor x = torch::randn({13, 75}), w = torch::randn({101, 75}), gain = torch::rand({75});
  EXPECT_LT(Distance(floats.linear(x, w), torch.linear(x, w)), 1e-6);
  EXPECT_LT(Distance(codes.linear(x, w), torch.linear(x, w)), 0.02);
  EXPECT_LT(Distance(floats.rms_norm(x, gain), torch.rms_norm(x, gain)), 1e-6);
  EXPECT_LT(Distance(floats.silu_gate(x, x * 2), torch.silu_gate(x, x * 2)), 1e-6);
  const Tensor query = torch::randn({30, 6, 20}), key = torch::randn({30, 2, 20}), value = torch::randn({30, 2, 20});
  EXPECT_LT(Distance(floats.rotate(query), torch.rotate(query)), 1e-6);
  EXPECT_LT(Distance(floats.attention(query, key, value), torch.attention(query, key, value)), 1e-6);
  EXPECT_LT(Distance(codes.attention(query, key, value), torch.attention(query, key, value)), 0.02);
  // From codes: what the floats are quantised to.
  const Tensor scales = w.abs().amax(1) / 127, whole = torch::round(w / scales.unsqueeze(1)).to(torch::kInt8);
  const Tensor product = Call<const Tensor&, const Tensor&, const Tensor&>("linear_codes", x, whole, scales);
  EXPECT_LT(Distance(product, torch.linear(x, whole.to(torch::kFloat32) * scales.unsqueeze(1))), 0.01);
  EXPECT_LT(Distance(product, codes.linear(x, w)), 0.001);
}

TEST_F(KernelOperatorsTest, ARowsBitsDoNotDependOnTheBatch) {
  const Operations by = OfTheKernel(true);
  const Tensor x = torch::randn({17, 192}), w = torch::randn({64, 192});
  const Tensor all = by.linear(x, w);
  for (int64_t r = 0; r < 17; ++r) {
    EXPECT_TRUE(torch::equal(by.linear(x.slice(0, r, r + 1), w), all.slice(0, r, r + 1))) << r;
  }
}

TEST_F(KernelOperatorsTest, WrongShapesThrow) {
  const Operations by = OfTheKernel(true);
  EXPECT_THROW(by.linear(torch::ones({2, 3}), torch::ones({4, 5})), c10::Error);
  EXPECT_THROW(by.linear(torch::ones({2, 3}, torch::kFloat64), torch::ones({4, 3})), c10::Error);
  EXPECT_THROW(by.rms_norm(torch::ones({2, 3}), torch::ones({4})), c10::Error);
  EXPECT_THROW(by.silu_gate(torch::ones({2, 3}), torch::ones({2, 4})), c10::Error);
  EXPECT_THROW(by.rotate(torch::ones({2, 3, 5})), c10::Error);
  EXPECT_THROW(by.attention(torch::ones({2, 3, 4}), torch::ones({2, 2, 4}), torch::ones({2, 2, 4})), c10::Error);
  EXPECT_THROW((Call<const Tensor&, const Tensor&, const Tensor&>(
                   "linear_codes", torch::ones({2, 3}), torch::full({4, 3}, -128, torch::kInt8), torch::ones({4}))),
               c10::Error);
}

}  // namespace
}  // namespace ledgerline::model
