// ChoraleNgram: the floor that the network is measured against, an interpolated n-gram over what a voice's row tells.
//
// It counts intervals from what the voice sang last, so that all transpositions share their counts. For a given last
// pitch, intervals and symbols are one to one: its distributions are over the same kSymbols as the network's, and sum
// to one but for leaps that would leave the alphabet.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_NGRAM_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_NGRAM_H_

#include <vector>

#include "inference/chorales/chorale_loss.h"
#include "inference/chorales/chorale_rows.h"
#include "inference/learning/witten_bell.h"

namespace ledgerline::chorales {

class ChoraleNgram {
 public:
  void Train(const std::vector<Chorale>& pieces);
  // Of saying `symbol` as `voice` in the place that `row` describes; the row's target is not looked at.
  double Probability(size_t voice, const VoiceRow& row, int symbol) const;
  ChoraleLoss Evaluate(const std::vector<Chorale>& pieces) const;

 private:
  learning::WittenBell counts_;
};

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_NGRAM_H_
