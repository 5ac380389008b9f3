// A row's bits do not depend on what it is computed beside. This file is also built over kernels that were compiled
// with other optimisations; the hashes below hold for all of them.
#include "inference/kernel/block_stack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

#include "crypto/sha256.h"
#include "tests/inference/kernel/sample_stack.h"

namespace ledgerline::kernel {
namespace {

constexpr StackShape kShapes[] = {{64, 2, 4, 4, 96, 256}, {96, 2, 4, 2, 100, 256}, {72, 3, 6, 1, 88, 256}};

std::vector<const Ops*> Paths() {
  std::vector<const Ops*> paths;
  for (const Path path : {Path::kScalar, Path::kAvx2, Path::kAvx512}) {
    if (const Result<const Ops*> ops = OpsOf(path); ops.ok()) paths.push_back(*ops);
  }
  return paths;
}

std::string HashOf(const float* values, size_t count) {
  return crypto::Sha256(std::string_view(reinterpret_cast<const char*>(values), count * sizeof(float))).ToHex();
}

bool SameBits(const float* a, const float* b, size_t count) { return std::memcmp(a, b, count * sizeof(float)) == 0; }

TEST(BlockStack, BitsAreTheSameOnEveryPathAndInEveryBuild) {
  // Hashes of the states of 100 rows: what changes them is another kernel, and needs another version (version.h).
  const char* const kInt8[] = {"d5f3281b08496352bc53b39842472b0302c4f24b8151a0fd311d8359a2f7bd96",
                               "d2e6e03a09895066ab298c7d84634618d97d524c288d77aa603a2fdc1469b7f4",
                               "e2407d925c1831a788927e0a50d939087f8f35e42eb9b48c2f8613e8f0997ff5"};
  const char* const kFloat[] = {"7ef4e8bfdbce4d2be32498e97e42d8fca06844c82dfd5c96c1f879b900568225",
                                "d4ced92cafb45c1a987dfa968b71cbc40a7558ec3959095610c3c9b28f8b1c2c",
                                "94034d1874e61cb8d1e0916a24a9e3cd190a9e7305e3d8f31f7923b070fff211"};
  for (const Ops* ops : Paths()) {
    for (size_t s = 0; s < std::size(kShapes); ++s) {
      for (const Precision precision : {Precision::kInt8, Precision::kFloat}) {
        const BlockStack stack = SampleStack(*ops, precision, kShapes[s]);
        Cache cache(stack.cache_shape());
        Workspace workspace;
        AlignedArray<float> x = SampleInput(stack, 100, 1);
        stack.Forward({{&cache, 100}}, x.data(), &workspace);
        EXPECT_EQ(HashOf(x.data(), x.size()), precision == Precision::kInt8 ? kInt8[s] : kFloat[s])
            << ops->name << ", shape " << s;
      }
    }
  }
}

TEST(BlockStack, OneByOneInOnePassAndBesideOthersAreTheSame) {
  for (const Ops* ops : Paths()) {
    for (const StackShape& shape : kShapes) {
      for (const Precision precision : {Precision::kInt8, Precision::kFloat}) {
        const BlockStack stack = SampleStack(*ops, precision, shape);
        const size_t d = stack.padded_width(), rows = 45;
        Workspace workspace;
        AlignedArray<float> whole = SampleInput(stack, rows, 1);
        Cache cache(stack.cache_shape());
        stack.Forward({{&cache, rows}}, whole.data(), &workspace);
        EXPECT_EQ(cache.length(), rows);
        // One by one.
        AlignedArray<float> single = SampleInput(stack, rows, 1);
        Cache stepped(stack.cache_shape());
        for (size_t r = 0; r < rows; ++r) stack.Forward({{&stepped, 1}}, single.data() + r * d, &workspace);
        EXPECT_TRUE(SameBits(whole.data(), single.data(), rows * d)) << ops->name;
        // Seven sequences side by side, in pieces of different lengths; the fourth is the one above.
        std::vector<Cache> caches;
        std::vector<size_t> done(7, 0);
        std::vector<AlignedArray<float>> inputs;
        for (size_t s = 0; s < 7; ++s) {
          caches.emplace_back(stack.cache_shape());
          inputs.push_back(SampleInput(stack, rows, s == 3 ? 1 : 100 + s));
        }
        for (size_t pass = 0; done[3] < rows; ++pass) {
          std::vector<Span> spans;
          std::vector<float> gathered;
          size_t begin_of_mine = 0, mine = 0;
          for (size_t s = 0; s < 7; ++s) {
            const size_t count = std::min(rows - done[s], (pass * 3 + s * 5) % 9);
            if (count == 0) continue;
            if (s == 3) begin_of_mine = gathered.size(), mine = count;
            gathered.insert(gathered.end(), inputs[s].data() + done[s] * d, inputs[s].data() + (done[s] + count) * d);
            spans.push_back({&caches[s], count});
            done[s] += count;
          }
          AlignedArray<float> x(gathered.size());
          std::copy(gathered.begin(), gathered.end(), x.data());
          stack.Forward(spans, x.data(), &workspace);
          EXPECT_TRUE(SameBits(whole.data() + (done[3] - mine) * d, x.data() + begin_of_mine, mine * d)) << ops->name;
        }
      }
    }
  }
}

TEST(BlockStack, ForksShareTheirBeginningAndDiffer) {
  const Ops& ops = **ChooseOps();
  const BlockStack stack = SampleStack(ops, Precision::kInt8, kShapes[1]);
  const size_t d = stack.padded_width();
  Workspace workspace;
  AlignedArray<float> whole = SampleInput(stack, 150, 1);
  Cache straight(stack.cache_shape());
  stack.Forward({{&straight, 150}}, whole.data(), &workspace);
  for (const size_t prefix : {1, 63, 64, 65, 128, 149}) {
    AlignedArray<float> x = SampleInput(stack, 150, 1);
    Cache cache(stack.cache_shape());
    stack.Forward({{&cache, prefix}}, x.data(), &workspace);
    Cache fork = cache.Fork();
    // The original goes another way; the fork does not notice.
    AlignedArray<float> other = SampleInput(stack, 20, 55);
    stack.Forward({{&cache, 20}}, other.data(), &workspace);
    stack.Forward({{&fork, 150 - prefix}}, x.data() + prefix * d, &workspace);
    EXPECT_TRUE(SameBits(whole.data(), x.data(), 150 * d)) << prefix;
  }
}

TEST(BlockStack, CandidatesBesideEachOtherAreTheSameAsAlone) {
  for (const Ops* ops : Paths()) {
    for (const StackShape& shape : kShapes) {
      for (const Precision precision : {Precision::kInt8, Precision::kFloat}) {
        const BlockStack stack = SampleStack(*ops, precision, shape);
        Workspace workspace;
        // Two requests, whose beginnings end inside a page and at its end, of four candidates each.
        std::vector<Cache> together, alone;
        for (const size_t prefix : {115, 128}) {
          Cache beginning(stack.cache_shape());
          AlignedArray<float> x = SampleInput(stack, prefix, prefix);
          stack.Forward({{&beginning, prefix}}, x.data(), &workspace);
          for (size_t c = 0; c < 4; ++c) together.push_back(beginning.Fork()), alone.push_back(beginning.Fork());
        }
        for (size_t pass = 0; pass < 6; ++pass) {
          std::vector<Span> spans;
          std::vector<float> gathered, expected;
          for (size_t c = 0; c < together.size(); ++c) {
            const size_t i = (c * 7 + pass) % together.size();  // requests take turns
            const size_t count = (3 * i + 2 * pass) % 7;
            if (count == 0) continue;
            AlignedArray<float> x = SampleInput(stack, count, 1000 * pass + i);
            gathered.insert(gathered.end(), x.data(), x.data() + x.size());
            stack.Forward({{&alone[i], count}}, x.data(), &workspace);
            expected.insert(expected.end(), x.data(), x.data() + x.size());
            spans.push_back({&together[i], count});
          }
          AlignedArray<float> x(gathered.size());
          std::copy(gathered.begin(), gathered.end(), x.data());
          stack.Forward(spans, x.data(), &workspace);
          ASSERT_TRUE(SameBits(expected.data(), x.data(), expected.size())) << ops->name << ", pass " << pass;
        }
      }
    }
  }
}

TEST(BlockStack, TwoThreadsAndAnOddFloatingPointModeChangeNothing) {
  const Ops& ops = **ChooseOps();
  const BlockStack stack = SampleStack(ops, Precision::kInt8, kShapes[0]);
  auto run = [&stack](AlignedArray<float>* x) {
    Cache cache(stack.cache_shape());
    Workspace workspace;
    for (size_t r = 0; r < 60; ++r) stack.Forward({{&cache, 1}}, x->data() + r * stack.padded_width(), &workspace);
  };
  AlignedArray<float> expected = SampleInput(stack, 60, 1), a = SampleInput(stack, 60, 1),
                      b = SampleInput(stack, 60, 1);
  run(&expected);
  std::thread one([&] {
#if defined(__x86_64__)
    const unsigned mode = 0x1f80 | 0x8040 | 0x6000;  // flush to zero, denormals are zero, toward zero
    __builtin_ia32_ldmxcsr(mode);
#endif
    run(&a);
#if defined(__x86_64__)
    EXPECT_EQ(__builtin_ia32_stmxcsr() & 0xffc0u, mode & 0xffc0u);
#endif
  });
  std::thread two([&] { run(&b); });
  one.join();
  two.join();
  EXPECT_TRUE(SameBits(expected.data(), a.data(), expected.size()));
  EXPECT_TRUE(SameBits(expected.data(), b.data(), expected.size()));
}

TEST(BlockStack, Int8StaysNearTheFloats) {
  const Ops& ops = **ChooseOps();
  for (const StackShape& shape : kShapes) {
    const BlockStack rough = SampleStack(ops, Precision::kInt8, shape),
                     fine = SampleStack(ops, Precision::kFloat, shape);
    AlignedArray<float> a = SampleInput(rough, 100, 1), b = SampleInput(fine, 100, 1);
    Workspace workspace;
    Cache rough_cache(rough.cache_shape()), fine_cache(fine.cache_shape());
    rough.Forward({{&rough_cache, 100}}, a.data(), &workspace);
    fine.Forward({{&fine_cache, 100}}, b.data(), &workspace);
    double difference = 0, size = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      difference += std::pow(a[i] - b[i], 2);
      size += std::pow(b[i], 2);
    }
    EXPECT_LT(std::sqrt(difference / size), 0.05);
    EXPECT_GT(std::sqrt(difference / size), 1e-6);  // they are not the same numbers
  }
}

TEST(BlockStack, ShapesThatDoNotDivideAreRefused) {
  const Ops& ops = **OpsOf(Path::kScalar);
  EXPECT_EQ(BlockStack::Build(ops, Precision::kInt8, {64, 1, 5, 5, 8, 8}, {{}}, {}).status().message(),
            "width 64 with 5 heads and 5 key heads does not divide");
  EXPECT_EQ(BlockStack::Build(ops, Precision::kInt8, {64, 1, 4, 3, 8, 8}, {{}}, {}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(BlockStack::Build(ops, Precision::kInt8, {64, 0, 4, 4, 8, 8}, {}, {}).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::kernel
