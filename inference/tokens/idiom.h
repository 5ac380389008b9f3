// Idiom: what lies well, beyond what is possible: registers that do not blur, basses that say the chord, hands that do
// not jump, repeated notes only where the tune moves. Soft rules, as biases on a pitch's logit; grammar.h has the hard
// ones. They were found by looking at covers' scores (docs/decisions/0019-idiom.md).
#ifndef LEDGERLINE_INFERENCE_TOKENS_IDIOM_H_
#define LEDGERLINE_INFERENCE_TOKENS_IDIOM_H_

#include "inference/tokens/vocabulary.h"

namespace ledgerline::tokens {

// Where a pitch is to stand.
struct Setting {
  int role = 0;
  bool lowest_role = false;  // of the ensemble
  bool downbeat = false;     // the bar's first beat
  bool on_beat = false;      // any beat
  bool choir = false;        // GrammarRules::choir
  bool dance = false;        // GrammarRules::dance
  bool lead_shares_hand = false;
  int chord = kNoChord;         // that sounds there
  int tonic = 0;                // Piece::tonic
  int melody = kNoPitch;        // that sounds there
  bool melody_starts = false;   // and is struck there
  int last_of_role = kNoPitch;  // the lowest of the role's attack before
  int below = kNoPitch;         // the note before in this attack
  int below_role = kNoRole;     // and who plays it
};

// At most a few units either way; 0 where nothing speaks for or against.
float IdiomBias(const Setting& setting, int pitch);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_IDIOM_H_
