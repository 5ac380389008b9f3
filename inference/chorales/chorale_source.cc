#include "inference/chorales/chorale_source.h"

#include <algorithm>
#include <numeric>

#include "inference/model/counter_random.h"

namespace ledgerline::chorales {
namespace {

using model::CounterRandom;

void Shuffle(std::vector<size_t>* order, CounterRandom* random) {
  for (size_t i = order->size(); i > 1; --i) {
    std::swap((*order)[i - 1], (*order)[random->Below(static_cast<uint32_t>(i))]);
  }
}

}  // namespace

ChoraleSource::ChoraleSource(const std::vector<Chorale>& pieces, uint64_t seed, int batch)
    : pieces_(pieces), seed_(seed), batch_(static_cast<size_t>(batch)) {
  VoiceRanges ranges;
  for (const Chorale& piece : pieces) ranges.Include(piece);
  for (const Chorale& piece : pieces) keys_.push_back(AllowedTranspositions(piece, ranges));
}

int64_t ChoraleSource::StepsPerEpoch() const { return static_cast<int64_t>((pieces_.size() + batch_ - 1) / batch_); }

std::vector<std::vector<ChoraleRow>> ChoraleSource::Draw(int64_t step) const {
  const uint64_t epoch = static_cast<uint64_t>(step / StepsPerEpoch());
  std::vector<size_t> order(pieces_.size());
  std::iota(order.begin(), order.end(), 0);
  CounterRandom random(seed_, 2 * epoch);
  Shuffle(&order, &random);
  const size_t group = 8 * batch_;
  for (size_t from = 0; from < order.size(); from += group) {
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), from + group));
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(from), end,
                     [&](size_t a, size_t b) { return pieces_[a].size() < pieces_[b].size(); });
  }
  std::vector<size_t> batches(static_cast<size_t>(StepsPerEpoch()));
  std::iota(batches.begin(), batches.end(), 0);
  Shuffle(&batches, &random);
  const size_t from = batches[static_cast<size_t>(step % StepsPerEpoch())] * batch_;
  std::vector<std::vector<ChoraleRow>> drawn;
  for (size_t i = from; i < std::min(order.size(), from + batch_); ++i) {
    const std::vector<int>& keys = keys_[order[i]];
    const uint64_t number = CounterRandom(seed_, 2 * epoch + 1).At(order[i]);
    drawn.push_back(EncodeChorale(Transposed(pieces_[order[i]], keys[number % keys.size()])));
  }
  return drawn;
}

}  // namespace ledgerline::chorales
