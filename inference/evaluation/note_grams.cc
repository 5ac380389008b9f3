#include "inference/evaluation/note_grams.h"

#include <algorithm>
#include <utility>

#include "inference/model/counter_random.h"

namespace ledgerline::evaluation {
namespace {

using model::MixBits;

std::vector<std::pair<int64_t, int>> NotesOf(const tokens::Piece& piece) {
  std::vector<std::pair<int64_t, int>> notes;
  int64_t start = 0;
  for (const tokens::PieceBar& bar : piece.bars) {
    for (const tokens::Event& event : bar.events) notes.push_back({start + event.onset, event.pitch});
    start += bar.length;
  }
  std::sort(notes.begin(), notes.end());
  return notes;
}

// Steps between neighbours: interval and time in one number.
std::vector<uint64_t> StepsOf(const tokens::Piece& piece) {
  const std::vector<std::pair<int64_t, int>> notes = NotesOf(piece);
  std::vector<uint64_t> steps;
  for (size_t i = 1; i < notes.size(); ++i) {
    steps.push_back(static_cast<uint64_t>(notes[i].first - notes[i - 1].first) * 256 +
                    static_cast<uint64_t>(notes[i].second - notes[i - 1].second + 128));
  }
  return steps;
}

uint64_t Hash(const uint64_t* steps, size_t count) {
  uint64_t hash = count;
  for (size_t i = 0; i < count; ++i) hash = MixBits(hash * 0x9e3779b97f4a7c15ull + steps[i] + 1);
  return hash;
}

}  // namespace

std::vector<uint64_t> GramsOf(const tokens::Piece& piece) {
  const std::vector<uint64_t> steps = StepsOf(piece);
  std::vector<uint64_t> grams;
  for (size_t i = 0; i + kGramLength - 1 <= steps.size(); ++i) grams.push_back(Hash(&steps[i], kGramLength - 1));
  return grams;
}

bool DistinctGrams::Add(const std::vector<uint64_t>& grams) {
  for (const uint64_t gram : grams) {
    if (total_ == most_) return false;
    ++total_;
    seen_.insert(gram);
  }
  return true;
}

size_t CountDuplicates(const std::vector<const tokens::Piece*>& pieces) {
  std::unordered_set<uint64_t> seen;
  size_t duplicates = 0;
  for (const tokens::Piece* piece : pieces) {
    const std::vector<uint64_t> steps = StepsOf(*piece);
    duplicates += !seen.insert(Hash(steps.data(), steps.size())).second;
  }
  return duplicates;
}

}  // namespace ledgerline::evaluation
