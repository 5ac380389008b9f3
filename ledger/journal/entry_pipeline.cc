#include "ledger/journal/entry_pipeline.h"

#include <algorithm>
#include <utility>

namespace ledgerline::journal {

EntryPipeline::EntryPipeline(const StorageReader& storage, TreeSize size, const PairFingerprint& fingerprint,
                             WorkCrew& crew)
    : storage_(storage), size_(size), fingerprint_(fingerprint), crew_(crew), window_(3 * crew.threads()) {}

void EntryPipeline::Start() {
  const EntryIndex from{started_};
  const EntryIndex to{std::min(size_.value, started_ + kStretchEntries)};
  started_ = to.value;
  const auto job = std::make_shared<Job>();
  job->handle = crew_.Add(WorkCrew::When::kSoon, [this, from, to, result = std::weak_ptr(job)] {
    const std::shared_ptr<Job> held = result.lock();
    if (held != nullptr) held->stretch = ReadStretch(storage_, from, to, size_, fingerprint_);
  });
  ordered_.push_back(job);
}

std::optional<EntryStretch> EntryPipeline::Next() {
  if (rest_from_) {
    // Rare, and in its place in the order: read by the caller.
    EntryStretch rest = ReadStretch(storage_, *rest_from_, next_, size_, fingerprint_);
    rest_from_ = rest.stopped_at;
    return rest;
  }
  while (ordered_.size() < window_ && started_ < size_.value) Start();
  if (ordered_.empty()) return std::nullopt;
  const std::shared_ptr<Job> first = std::move(ordered_.front());
  ordered_.pop_front();
  crew_.Finish(first->handle);
  next_ = first->stretch.to;
  rest_from_ = first->stretch.stopped_at;
  return std::move(first->stretch);
}

}  // namespace ledgerline::journal
