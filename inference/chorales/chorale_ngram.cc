#include "inference/chorales/chorale_ngram.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "inference/model/counter_random.h"

namespace ledgerline::chorales {
namespace {

constexpr size_t kContexts = 5;

struct Contexts {
  std::array<uint64_t, kContexts> keys;
  size_t first = 0;
  std::span<const uint64_t> used() const { return std::span(keys).subspan(first); }
};

uint64_t Mixed(uint64_t key, int value) {
  return model::MixBits(key ^ (static_cast<uint64_t>(value) + 0x9e3779b97f4a7c15ull));
}

// The most specific first.
Contexts ContextsOf(size_t voice, const VoiceRow& row) {
  static const int first_age = EncodeChorale({{kRest, kRest, kRest, kRest}})[0].voices[0].fields[kOwnAge];
  const bool sounding = row.references[0] != kRest;
  std::array<uint64_t, kContexts> keys;
  for (size_t i = 0; i < kContexts; ++i) {
    keys[i] = model::MixBits(1 + (i * kVoices + voice) * 2 + (sounding ? 1 : 0));
  }
  // Adds a field to the contexts from `first` to `last`.
  const auto add = [&](int value, size_t first, size_t last) {
    for (size_t i = first; i <= last; ++i) keys[i] = Mixed(keys[i], value);
  };
  const auto& f = row.fields;
  add(f[kSixteenth] % 4, 0, 4);
  add(std::min(f[kOwnAge] - first_age, 4), 0, 3);
  for (size_t u = 0; u + 1 < kVoices; ++u) {
    const auto field = [&](size_t which) { return f[kOthers + u * kOtherFields + which]; };
    if (u >= voice) {
      if (voice < 2) add(field(kOtherClass), 0, 0);  // not yet said: its last pitch
      continue;
    }
    add(field(kOtherMoved), 0, 3);
    // With two voices said, which pitch classes they took tells more than how they moved there.
    if (voice < 2) add(field(kOtherMove), 0, 2);
    add(field(kOtherClass), 0, voice < 2 ? 1 : 2);
  }
  return {keys, voice < 2 ? size_t{0} : size_t{2}};
}

int Counted(const VoiceRow& row, int symbol) {
  if (symbol == kRest || row.references[0] == kRest) return symbol;
  return 2 * kSymbols + symbol - row.references[0];
}

}  // namespace

void ChoraleNgram::Train(const std::vector<Chorale>& pieces) {
  for (const Chorale& piece : pieces) {
    for (const ChoraleRow& row : EncodeChorale(piece)) {
      for (size_t v = 0; v < kVoices; ++v) {
        counts_.Count(ContextsOf(v, row.voices[v]).used(), Counted(row.voices[v], row.voices[v].target));
      }
    }
  }
}

double ChoraleNgram::Probability(size_t voice, const VoiceRow& row, int symbol) const {
  return counts_.Probability(ContextsOf(voice, row).used(), Counted(row, symbol), kSymbols);
}

ChoraleLoss ChoraleNgram::Evaluate(const std::vector<Chorale>& pieces) const {
  ChoraleLoss loss;
  for (const Chorale& piece : pieces) {
    for (const ChoraleRow& row : EncodeChorale(piece)) {
      for (size_t v = 0; v < kVoices; ++v) {
        loss.Add(v, -std::log(Probability(v, row.voices[v], row.voices[v].target)));
      }
    }
    loss.CountSteps(piece.size());
  }
  return loss;
}

}  // namespace ledgerline::chorales
