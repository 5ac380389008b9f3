#include "ledger/journal/batch_walk.h"

#include <string>
#include <utility>

namespace ledgerline::journal {

BatchStep StepOf(const ParsedEntry& entry) {
  BatchStep step;
  step.index = entry.index;
  step.key_id = entry.submission.key_id;
  step.batch_offset = entry.batch_offset;
  if (entry.is_item()) step.item_hash = crypto::LeafHash(entry.submission_bytes);
  if (entry.type == v1::PAYLOAD_TYPE_BATCH_HEADER) step.header = entry.submission.payload.batch_header();
  return step;
}

Status BatchWalk::Finish() {
  if (!open_) return Status::Ok();
  const Status lacks =
      DataLoss("entry " + std::to_string(open_->header.value) + " heads a batch of " + std::to_string(open_->count) +
               " items, of which only " + std::to_string(open_->items.size()) + " follow it");
  open_.reset();
  return lacks;
}

void BatchWalk::Lost() {
  open_.reset();
  passing_over_ = true;
}

Status BatchWalk::TakeItem(const BatchStep& step) {
  const auto name = [&step] { return "entry " + std::to_string(step.index.value); };
  if (!open_) {
    return DataLoss(name() + " is item " + std::to_string(step.batch_offset) + " of a batch, but entry " +
                    std::to_string(step.index.value - step.batch_offset) + " does not head one that reaches to it");
  }
  if (step.batch_offset != open_->items.size() + 1) {
    return DataLoss(name() + " says that it is item " + std::to_string(step.batch_offset) +
                    " of its batch, its place is " + std::to_string(open_->items.size() + 1));
  }
  if (step.key_id != open_->key_id) return DataLoss(name() + " has another key than its batch header");
  open_->items.push_back(step.item_hash);
  if (open_->items.size() < open_->count) return Status::Ok();
  const Open done = *std::exchange(open_, std::nullopt);
  if (const Hash256 root = crypto::RootOf(done.items); root != done.root) {
    return DataLoss("entry " + std::to_string(done.header.value) + " heads a batch with root " + done.root.Short() +
                    ", the items after it give " + root.Short());
  }
  ++whole_;
  return Status::Ok();
}

Status BatchWalk::Next(const BatchStep& step) {
  if (step.batch_offset != 0) {
    if (passing_over_) return Status::Ok();
    const Status status = TakeItem(step);
    if (!status.ok()) Lost();
    return status;
  }
  const Status before = Finish();
  passing_over_ = false;
  if (step.header) {
    const Result<Hash256> root = Hash256::FromBytes(step.header->items_root());
    if (!root.ok()) return root.status();  // ParseSubmission has seen to it
    open_ = Open{step.index, step.key_id, *root, step.header->item_count(), {}};
  }
  return before;
}

}  // namespace ledgerline::journal
