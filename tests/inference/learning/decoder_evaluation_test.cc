// The loss row by row through a decoder is the trainer's loss over whole sequences, and the kernel's is near it.
#include "inference/learning/decoder_evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "inference/kernel/exact_decoder.h"
#include "inference/kernel/stored_tensors.h"
#include "inference/learning/trainer.h"
#include "inference/model/model_file.h"
#include "inference/model/torch_decoder.h"
#include "tests/inference/learning/sample_corpus.h"

namespace ledgerline::learning {
namespace {

constexpr char kModel[] = "inference/weights/ledgerline.model";

TEST(DecoderEvaluation, IsTheTrainersLossAndTheKernelLosesLittle) {
  const SampleCorpus corpus(8);
  const Dataset valid = LoadDataset(corpus.dir(), "valid").value();
  const Evaluation whole = Evaluate(kModel, valid, 600, 1).value();
  const std::string bytes = model::ReadFileBytes(kModel).value();
  const std::unique_ptr<model::TorchDecoder> torch = model::TorchDecoder::Load(bytes).value();
  const std::vector<tokens::Sequence> chunks = CoveringChunks(valid, static_cast<size_t>(torch->config().context), 600);
  const Evaluation stepped = EvaluateDecoder(torch.get(), chunks).value();
  EXPECT_GT(stepped.notes, 50);
  EXPECT_EQ(stepped.notes, whole.notes);
  EXPECT_NEAR(stepped.onset, whole.onset, 1e-4);
  EXPECT_NEAR(stepped.role, whole.role, 1e-4);
  EXPECT_NEAR(stepped.pitch, whole.pitch, 1e-4);
  EXPECT_NEAR(stepped.duration, whole.duration, 1e-4);
  const kernel::Ops& ops = **kernel::ChooseOps();
  const auto floats = kernel::ExactDecoder::Load(bytes, ops, kernel::Precision::kFloat).value();
  const auto codes = kernel::ExactDecoder::Load(bytes, ops, kernel::Precision::kInt8).value();
  // The promised bounds of perplexity: 0.01 % in floats, 0.5 % in int8 (over a corpus; these few notes stay within,
  // too).
  EXPECT_LT(std::abs(std::expm1(EvaluateDecoder(floats.get(), chunks)->total - stepped.total)), 1e-4);
  EXPECT_LT(std::expm1(EvaluateDecoder(codes.get(), chunks)->total - stepped.total), 5e-3);
}

TEST(DecoderEvaluation, AQuantisedFileIsMeasuredToo) {
  const SampleCorpus corpus(4);
  const Dataset valid = LoadDataset(corpus.dir(), "valid").value();
  const std::string path = corpus.dir() + "/int8.model";
  const model::ModelFile file = model::ParseModelFile(model::ReadFileBytes(kModel).value()).value();
  ASSERT_TRUE(model::WriteFileBytes(path, model::SerialiseModelFile(kernel::QuantiseModelFile(file))).ok());
  EXPECT_NEAR(Evaluate(path, valid, 200, 1)->total, Evaluate(kModel, valid, 200, 1)->total, 0.05);
}

}  // namespace
}  // namespace ledgerline::learning
