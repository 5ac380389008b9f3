#include "ledger/journal/entry_pipeline.h"

#include <algorithm>
#include <string_view>

namespace ledgerline::journal {

EntryPipeline::EntryPipeline(EntryCursor& cursor, size_t threads)
    : cursor_(cursor), window_(3 * std::max<size_t>(threads, 1)) {
  for (size_t i = 1; i < threads; ++i) workers_.emplace_back([this] { Work(); });
}

EntryPipeline::~EntryPipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void EntryPipeline::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    waiting_changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const std::shared_ptr<Chunk> chunk = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Check(*chunk);
    lock.lock();
    chunk->done = true;
    done_changed_.notify_one();
  }
}

std::shared_ptr<EntryPipeline::Chunk> EntryPipeline::Read() {
  if (!cursor_.Valid()) return nullptr;
  auto chunk = std::make_shared<Chunk>();
  chunk->places.reserve(kChunkEntriesMax);
  if (!spare_.empty()) {
    chunk->bytes = std::move(spare_.back());
    spare_.pop_back();
    chunk->bytes.clear();
  }
  for (; cursor_.Valid() && chunk->places.size() < kChunkEntriesMax && chunk->bytes.size() < kChunkBytesFull;
       cursor_.Next()) {
    chunk->bytes.append(cursor_.bytes());
    chunk->places.emplace_back(cursor_.index(), chunk->bytes.size());
  }
  return chunk;
}

void EntryPipeline::Check(Chunk& chunk) {
  chunk.checked.reserve(chunk.places.size());
  size_t begin = 0;
  for (const auto& [index, end] : chunk.places) {
    chunk.checked.push_back(CheckEntry(index, std::string_view(chunk.bytes).substr(begin, end - begin)));
    begin = end;
  }
}

// Works, on this chunk or on another, until this one is done.
void EntryPipeline::Finish(Chunk& chunk) {
  std::unique_lock lock(mutex_);
  while (!chunk.done) {
    if (waiting_.empty()) {
      done_changed_.wait(lock);
      continue;
    }
    const std::shared_ptr<Chunk> mine = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Check(*mine);
    lock.lock();
    mine->done = true;
  }
}

std::vector<CheckedEntry> EntryPipeline::Next() {
  while (ordered_.size() < window_) {
    std::shared_ptr<Chunk> chunk = Read();
    if (chunk == nullptr) break;
    ordered_.push_back(chunk);
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(chunk));
    }
    waiting_changed_.notify_one();
  }
  if (ordered_.empty()) return {};
  const std::shared_ptr<Chunk> first = std::move(ordered_.front());
  ordered_.pop_front();
  Finish(*first);
  spare_.push_back(std::move(first->bytes));
  return std::move(first->checked);
}

}  // namespace ledgerline::journal
