// Composer: the model fills the plan's bars with events, under the grammar, from counted random numbers.
#ifndef LEDGERLINE_INFERENCE_COVERS_COMPOSER_H_
#define LEDGERLINE_INFERENCE_COVERS_COMPOSER_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "inference/covers/form.h"
#include "inference/model/decoder.h"
#include "inference/model/sampler.h"
#include "inference/tokens/grammar.h"
#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::covers {

struct ComposerSettings {
  model::SamplingRule onset{0.95, 960'000};
  model::SamplingRule role{0.95, 960'000};
  model::SamplingRule pitch{0.90, 950'000};
  model::SamplingRule duration{0.80, 950'000};
  // How far each logit is moved on from that of the same model with the style hidden, in thousandths of their distance;
  // pitches three eighths as far; 0 asks for none of that, and halves the work. Classifier-free guidance (Ho and
  // Salimans, 2022).
  int style_guidance_permille = 3600;
  bool returns = true;              // whether passages return as form.h plans it
  int return_lean_permille = 5000;  // added, in thousandths of a nat, to the choices of a bar that is nearly taken up
  int rebuild_rows = 192;  // at a full context the cache is rebuilt from whole recent bars of at most so many rows

  std::map<std::string, std::string> ToParameters() const;
  // What ToParameters wrote, out of a record's parameters; others are passed over. A record that states no guidance had
  // none, and one that states no returns had no plan of them.
  // Errors: kInvalidArgument (one is missing or not a number), kOutOfRange (names the parameter, value and bound).
  static Result<ComposerSettings> FromParameters(const std::map<std::string, std::string>& parameters);
};

struct Composition {
  tokens::Piece piece;       // the plan's piece with its events
  double nats_per_note = 0;  // how surprising the choices were, under the grammar
  int64_t rows = 0;          // rows that the decoder read
};

// Composes candidates 0 to `candidates` - 1 of one plan side by side, each as it would be alone: `seed` and its number
// decide it. What they read in common is read once. `progress(bars)` is called after each bar of any of them, with how
// many bars are done in all; may be empty. Bars that `kept` names (an element for each bar, or empty) keep the events
// that `plan` has there, and are context for the others. Errors: those of Decoder::Read and Decoder::Logits.
Result<std::vector<Composition>> ComposeAll(model::Decoder* decoder, const tokens::Piece& plan,
                                            const tokens::GrammarRules& rules, const ComposerSettings& settings,
                                            uint64_t seed, int candidates, const std::function<void(int)>& progress,
                                            const std::vector<bool>& kept = {},
                                            const std::vector<Return>& returns = {});

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_COMPOSER_H_
