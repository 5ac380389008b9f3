#include "inference/kernel/exact_decoder.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>

#include "crypto/sha256.h"
#include "inference/kernel/adapter_merge.h"
#include "inference/kernel/version.h"
#include "inference/model/model_file.h"

namespace ledgerline::kernel {
namespace {

using model::Field;

// Histories are numbered within the process; a number says nothing but "the same" or "another".
uint64_t NextHistory() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

StackShape ShapeOf(const model::ModelConfig& config) {
  return {static_cast<size_t>(config.width),  static_cast<size_t>(config.layers),
          static_cast<size_t>(config.heads),  static_cast<size_t>(config.KeyValueHeads()),
          static_cast<size_t>(config.hidden), static_cast<size_t>(config.context)};
}

std::vector<StoredBlock> BlocksOf(const StackShape& shape, StoredTensors* stored) {
  std::vector<StoredBlock> blocks;
  for (size_t layer = 0; layer < shape.layers; ++layer) {
    const std::string name = "layers/" + std::to_string(layer) + "/";
    const size_t d = shape.width, kept = 2 * shape.kv_heads * shape.head();
    StoredBlock block;
    block.attention_norm = stored->Vector(name + "attention_norm", d);
    block.query_key_value = stored->Linear(name + "query_key_value", d + kept, d);
    block.attention_out = stored->Linear(name + "attention_out", d, d);
    block.feed_norm = stored->Vector(name + "feed_norm", d);
    block.gate_up = stored->Linear(name + "gate_up", 2 * shape.hidden, d);
    block.down = stored->Linear(name + "down", d, shape.hidden);
    blocks.push_back(block);
  }
  return blocks;
}

// The numbers that the stated shape's larger matrices need, before anything of that size is made.
// Errors: kInvalidArgument (the file has fewer).
Status CheckSize(const model::ModelFile& file, const StackShape& shape, const model::ModelConfig& config) {
  uint64_t stored = 0;
  for (const auto& [name, tensor] : file.tensors) stored += tensor.values.size() + tensor.codes.size();
  const uint64_t d = shape.width, kept = 2 * shape.kv_heads * shape.head();
  const auto inner = static_cast<uint64_t>(config.inner_width), narrow = static_cast<uint64_t>(config.inner_hidden);
  const uint64_t needed = shape.layers * ((d + kept) * d + d * d + 3 * shape.hidden * d) +
                          4 * (inner * d + 3 * narrow * inner) + tokens::kPitchSymbols * (d + inner);
  if (stored >= needed) return Status::Ok();
  return InvalidArgument("the model file has " + std::to_string(stored) + " numbers; its stated shape needs at least " +
                         std::to_string(needed));
}

bool SameRows(const model::Decoder::Step& a, const model::Decoder::Step& b) {
  return a.rows == b.rows && a.bars == b.bars && a.places == b.places;
}

}  // namespace

Result<std::unique_ptr<ExactDecoder>> ExactDecoder::Load(std::string_view model_file_bytes, const Ops& ops,
                                                         Precision precision, std::string_view adapter_file_bytes) {
  ASSIGN_OR_RETURN(model::ModelFile file, model::ParseModelFile(model_file_bytes));
  RETURN_IF_ERROR(model::CheckModelMetadata(file.metadata));
  ASSIGN_OR_RETURN(const model::ModelConfig config, model::ModelConfig::FromMetadata(file.metadata));
  const StackShape shape = ShapeOf(config);
  RETURN_IF_ERROR(shape.Check());
  RETURN_IF_ERROR(CheckSize(file, shape, config));
  if (!adapter_file_bytes.empty()) {
    ASSIGN_OR_RETURN(const model::AdapterFile adapter, model::ParseAdapterFile(adapter_file_bytes));
    RETURN_IF_ERROR(model::CheckAdapterBase(adapter, crypto::Sha256(model_file_bytes)));
    ASSIGN_OR_RETURN(file, MergeAdapter(file, adapter));
  }
  StoredTensors stored(file);
  RowEmbedding embedding(ops, config, &stored);
  const std::vector<StoredBlock> blocks = BlocksOf(shape, &stored);
  const std::span<const float> out_norm = stored.Vector("out_norm", shape.width);
  FieldStages fields(ops, precision, config, &stored);
  RETURN_IF_ERROR(stored.Finish());
  ASSIGN_OR_RETURN(BlockStack stack, BlockStack::Build(ops, precision, shape, blocks, out_norm));
  std::shared_ptr<PagePool> pages = PagePool::Of(stack.cache_shape().BytesOfPage());
  auto weights = std::make_shared<const Weights>(Weights{&ops, config, file.metadata, std::move(embedding),
                                                         std::move(stack), std::move(fields), std::move(pages)});
  return std::unique_ptr<ExactDecoder>(new ExactDecoder(std::move(weights)));
}

ExactDecoder::ExactDecoder(std::shared_ptr<const Weights> weights)
    : weights_(std::move(weights)),
      cache_(weights_->stack.cache_shape(), weights_->pages),
      state_(weights_->stack.padded_width()),
      logits_(LogitCount(Field::kOnset)) {}

std::unique_ptr<model::Decoder> ExactDecoder::Another() const {
  return std::unique_ptr<model::Decoder>(new ExactDecoder(weights_));
}

void ExactDecoder::Reset() {
  cache_.Clear();
  history_ = 0;
}

Status ExactDecoder::Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>& bars,
                          const std::vector<int64_t>& places) {
  Step step{this, true, rows, bars, places, Field::kOnset, Status::Ok(), {}};
  std::array<Step*, 1> one = {&step};
  ServeReads(one);
  return step.status;
}

Result<std::span<const float>> ExactDecoder::Logits(Field field, const tokens::Row& row) {
  Step step{this, false, {row}, {}, {}, field, Status::Ok(), {}};
  std::array<Step*, 1> one = {&step};
  ServeField(field, one);
  RETURN_IF_ERROR(step.status);
  return step.logits;
}

void ExactDecoder::Serve(std::span<Step*> steps) {
  std::vector<Step*> reads;
  for (Step* step : steps) {
    if (step->reads) reads.push_back(step);
  }
  ServeReads(reads);
  for (const Field field : {Field::kOnset, Field::kRole, Field::kPitch, Field::kDuration}) {
    std::vector<Step*> asked;
    for (Step* step : steps) {
      if (!step->reads && step->field == field) asked.push_back(step);
    }
    ServeField(field, asked);
  }
}

Status ExactDecoder::CheckRead(const Step& step) const {
  if (length() + static_cast<int64_t>(step.rows.size()) > config().context) {
    return OutOfRange("reading " + std::to_string(step.rows.size()) + " rows after " + std::to_string(length()) +
                      "; the context is " + std::to_string(config().context));
  }
  if (step.bars.size() != step.places.size()) return InvalidArgument("bars and their places differ in number");
  for (const int64_t place : step.places) {
    if (place < 0 || place >= static_cast<int64_t>(step.rows.size())) {
      return InvalidArgument("a bar's place " + std::to_string(place) + " is outside the " +
                             std::to_string(step.rows.size()) + " rows");
    }
  }
  return Status::Ok();
}

void ExactDecoder::ServeReads(std::span<Step*> steps) {
  const size_t stride = weights_->stack.padded_width();
  std::vector<Step*> leaders;                       // whose rows are computed
  std::vector<std::pair<Step*, size_t>> followers;  // who read the same after the same, and their leader
  size_t rows = 0;
  for (Step* step : steps) {
    auto& decoder = static_cast<ExactDecoder&>(*step->decoder);
    step->status = decoder.CheckRead(*step);
    if (!step->status.ok() || step->rows.empty()) continue;
    const size_t leader = static_cast<size_t>(
        std::find_if(leaders.begin(), leaders.end(),
                     [&](const Step* other) {
                       const auto& first = static_cast<const ExactDecoder&>(*other->decoder);
                       return first.history_ == decoder.history_ && first.length() == decoder.length() &&
                              (decoder.history_ != 0 || decoder.length() == 0) && SameRows(*other, *step);
                     }) -
        leaders.begin());
    if (leader < leaders.size()) {
      followers.emplace_back(step, leader);
      continue;
    }
    leaders.push_back(step);
    rows += step->rows.size();
  }
  x_.Grow(rows * stride);
  std::vector<Span> spans;
  std::vector<Step*> good;
  std::vector<size_t> ends;
  size_t end = 0;
  RowEmbedding::LastBar last_bar;
  for (Step* step : leaders) {
    float* x = x_.data() + end * stride;
    for (size_t r = 0; r < step->rows.size() && step->status.ok(); ++r) {
      step->status = weights_->embedding.Embed(step->rows[r], x + r * stride);
    }
    for (size_t b = 0; b < step->bars.size() && step->status.ok(); ++b) {
      step->status =
          weights_->embedding.AddBar(step->bars[b], x + static_cast<size_t>(step->places[b]) * stride, &last_bar);
    }
    if (!step->status.ok()) continue;
    end += step->rows.size();
    spans.push_back({&static_cast<ExactDecoder&>(*step->decoder).cache_, step->rows.size()});
    good.push_back(step);
    ends.push_back(end);
  }
  weights_->stack.Forward(spans, x_.data(), &workspace_);
  for (size_t i = 0; i < good.size(); ++i) {
    auto& decoder = static_cast<ExactDecoder&>(*good[i]->decoder);
    std::copy_n(x_.data() + (ends[i] - 1) * stride, stride, decoder.state_.data());
    decoder.history_ = NextHistory();
  }
  for (const auto& [step, leader] : followers) {
    auto& decoder = static_cast<ExactDecoder&>(*step->decoder);
    const auto& first = static_cast<const ExactDecoder&>(*leaders[leader]->decoder);
    step->status = leaders[leader]->status;
    if (!step->status.ok()) continue;
    decoder.cache_ = first.cache_.Fork();
    std::copy_n(first.state_.data(), stride, decoder.state_.data());
    decoder.history_ = first.history_;
  }
}

void ExactDecoder::ServeField(Field field, std::span<Step*> steps) {
  std::vector<FieldQuestion> questions;
  std::vector<Step*> asked;
  for (Step* step : steps) {
    auto& decoder = static_cast<ExactDecoder&>(*step->decoder);
    step->status = Status::Ok();
    if (decoder.length() == 0 || step->rows.empty()) {
      step->status = FailedPrecondition("no row was read");
      continue;
    }
    questions.push_back({decoder.state_.data(), &step->rows.front(), decoder.logits_.data()});
    asked.push_back(step);
  }
  if (questions.empty()) return;
  Status status = weights_->fields.Answer(field, questions, &field_workspace_);
  if (!status.ok() && asked.size() > 1) {
    // One row's fault is not the others': each is asked alone.
    for (Step* step : asked) ServeField(field, std::span(&step, 1));
    return;
  }
  for (Step* step : asked) {
    auto& decoder = static_cast<ExactDecoder&>(*step->decoder);
    step->status = status;
    if (status.ok()) step->logits = std::span<const float>(decoder.logits_.data(), LogitCount(field));
  }
}

}  // namespace ledgerline::kernel

namespace ledgerline::model {

Result<std::unique_ptr<Decoder>> Decoder::Load(std::string_view model_file_bytes, std::string_view adapter_file_bytes) {
  ASSIGN_OR_RETURN(const kernel::Ops* ops, kernel::ChooseOps());
  ASSIGN_OR_RETURN(std::unique_ptr<kernel::ExactDecoder> decoder,
                   kernel::ExactDecoder::Load(model_file_bytes, *ops, kernel::Precision::kInt8, adapter_file_bytes));
  return std::unique_ptr<Decoder>(std::move(decoder));
}

std::string KernelVersion() { return kernel::kKernelVersion; }

}  // namespace ledgerline::model
