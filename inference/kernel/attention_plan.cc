#include "inference/kernel/attention_plan.h"

#include <algorithm>
#include <functional>

#include "inference/kernel/unrolled.h"

namespace ledgerline::kernel {
namespace {

using Pages = std::span<uint8_t* const>;

// Leading pages that are the same ones.
size_t CommonPages(Pages a, Pages b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

constexpr size_t kLine = 64;  // bytes of the processor's cache

// Always in line: g++ 12 takes a function that only fetches for one without effect, and leaves its calls out.
LEDGERLINE_INLINE inline void Fetch(const uint8_t* at, size_t bytes) {
  for (size_t i = 0; i < bytes; i += kLine) __builtin_prefetch(at + i, 0, 2);
}

// What the first `filled` positions of a page hold.
LEDGERLINE_INLINE inline void FetchPage(uint8_t* at, size_t head, size_t filled) {
  const Int8Page page = Int8Page::At(at, head);
  for (size_t i = 0; i < head; i += 4) Fetch(page.keys + i * kPagePositions, filled * 4);
  Fetch(reinterpret_cast<const uint8_t*>(page.values), filled * head);
  Fetch(reinterpret_cast<const uint8_t*>(page.key_scales), filled * sizeof(float));
  Fetch(reinterpret_cast<const uint8_t*>(page.value_scales), filled * sizeof(float));
}

}  // namespace

void AttentionPlan::FetchOwn(const CacheShape& shape, size_t layer) const {
  for (const Part& part : parts_) {
    for (const AttentionRow& row : part.rows) {
      for (size_t t = part.shared * kPagePositions; t < row.length; t += kPagePositions) {
        for (size_t h = 0; h < shape.heads; ++h) {
          FetchPage(row.pages[t / kPagePositions] + shape.OffsetOf(layer, h), shape.head,
                    std::min(kPagePositions, row.length - t));
        }
      }
    }
  }
}

void AttentionPlan::Make(std::span<const Span> spans, size_t most_rows) {
  struct Sequence {
    Pages pages;
    size_t past, count, first_row;
  };
  std::vector<Sequence> sequences;
  size_t rows = 0;
  for (const Span& span : spans) {
    sequences.push_back({span.cache->pages(), span.cache->length(), span.count, rows});
    rows += span.count;
  }
  // Sequences with a common beginning become neighbours; others keep no order that matters.
  std::sort(sequences.begin(), sequences.end(), [](const Sequence& a, const Sequence& b) {
    return std::lexicographical_compare(a.pages.begin(), a.pages.end(), b.pages.begin(), b.pages.end(),
                                        std::less<const uint8_t*>());
  });
  rows_.clear();
  rows_.reserve(rows);  // parts borrow
  parts_.clear();
  Pages shared;  // by the last part's rows
  for (const Sequence& sequence : sequences) {
    for (size_t i = 0; i < sequence.count; ++i) {
      const size_t common = CommonPages(shared, sequence.pages);
      // Where rows share already, one that would leave them less than half of it begins the next part.
      const bool joins = common > 0 && parts_.back().rows.size() < most_rows &&
                         (parts_.back().rows.size() == 1 || 2 * common >= shared.size());
      shared = joins ? shared.first(common) : sequence.pages;
      const AttentionRow row{sequence.pages.data(), sequence.past + i + 1, sequence.first_row + i};
      rows_.push_back(row);
      if (!joins) parts_.push_back({std::span(&rows_.back(), 0), 0, 0});
      Part& part = parts_.back();
      part = {std::span(part.rows.data(), part.rows.size() + 1), std::max(part.longest, row.length), shared.size()};
    }
  }
}

}  // namespace ledgerline::kernel
