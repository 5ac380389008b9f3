#include "inference/kernel/attention_plan.h"

#include <algorithm>
#include <functional>

namespace ledgerline::kernel {
namespace {

using Pages = std::span<uint8_t* const>;

// Leading pages that are the same ones.
size_t CommonPages(Pages a, Pages b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

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
