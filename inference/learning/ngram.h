// Ngram: the baselines that the network is measured against: unigrams, and an interpolated n-gram that knows the chord,
// the note below, the role's last note and what the two earlier bars did, as the network does.
//
// Pitches are counted relative to the chord's root, so that all transpositions share their counts. Smoothing:
// witten_bell.h.
#ifndef LEDGERLINE_INFERENCE_LEARNING_NGRAM_H_
#define LEDGERLINE_INFERENCE_LEARNING_NGRAM_H_

#include <cstdint>
#include <vector>

#include "inference/learning/dataset.h"
#include "inference/learning/witten_bell.h"

namespace ledgerline::learning {

// Nats per accompaniment note; `onset` and `total` include the ends of bars.
struct Evaluation {
  double onset = 0, role = 0, pitch = 0, duration = 0, total = 0;
  int64_t notes = 0;
};

class Ngram {
 public:
  // With `unigram`, every context is empty.
  explicit Ngram(bool unigram) : unigram_(unigram) {}
  void Train(const Dataset& dataset);
  Evaluation Evaluate(const Dataset& dataset) const;
  // Of the predicting rows of encoded bars, as a decoder is judged.
  Evaluation Evaluate(const std::vector<tokens::Sequence>& sequences) const;

  // The distribution of one field of the event that `row` predicts, whose earlier fields it holds: probabilities by
  // symbol. Sizes as a decoder's logits: kEndOfBar + 1, kTargetRoles, 128, kDurationCount.
  std::vector<double> Onsets(const tokens::Row& row) const;
  std::vector<double> Roles(const tokens::Row& row) const;
  std::vector<double> Pitches(const tokens::Row& row) const;
  std::vector<double> Durations(const tokens::Row& row) const;

 private:
  struct Field {
    int symbols = 1;
    int symbol = 0;
    std::vector<uint64_t> contexts;  // most specific first
  };
  Field OnsetField(const tokens::Row& row) const;
  Field RoleField(const tokens::Row& row) const;
  Field PitchField(const tokens::Row& row) const;
  Field DurationField(const tokens::Row& row) const;
  void Count(const Field& field);
  double Probability(const Field& field) const;
  std::vector<double> Distribution(const Field& field) const;  // `field.symbol` is not read
  void Add(const tokens::Row& row, Evaluation* sum) const;

  bool unigram_;
  WittenBell counts_;
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_NGRAM_H_
