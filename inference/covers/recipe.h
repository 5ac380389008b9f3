// Recipe: all that a cover follows from, beside the model and the kernel; and the making of it. A new cover and one
// made anew from its record go through the same door.
#ifndef LEDGERLINE_INFERENCE_COVERS_RECIPE_H_
#define LEDGERLINE_INFERENCE_COVERS_RECIPE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inference/covers/borrowing_guard.h"
#include "inference/covers/composer.h"
#include "inference/covers/cover_engine.h"
#include "inference/covers/directions.h"
#include "inference/covers/measures.h"
#include "inference/covers/style_book.h"
#include "inference/drums/groove_model.h"
#include "inference/model/decoder.h"
#include "inference/preference/taste.h"
#include "inference/tokens/conditioning.h"
#include "schemas/status.h"

namespace ledgerline::covers {

inline constexpr int kMaxCandidates = 16;

struct Recipe {
  tokens::Conditioning conditioning;
  const StyleTraits* style = nullptr;
  ComposerSettings settings;
  uint64_t seed = 0;
  int candidates = 1;          // 1 to kMaxCandidates
  std::string title;           // of the MIDI file
  std::string figures_sha256;  // hex, of the borrowing guard's index; empty: it knew nothing
  // By which the candidates are ranked, in the place of RankingScorePpm; and its file's SHA-256 in hex, empty: none.
  // taste_ranking.h sets both. A recipe from a record has the hash alone until the file is given.
  std::optional<preference::Taste> taste;
  std::string taste_sha256;
  Directions directions;  // instruments, tempo marks, drums, bars that are kept; none of a plain cover
  const drums::GrooveModel* drums = nullptr;  // whom the directions' drums need; outlives the recipe

  // What a record keeps beside conditioning, style and seed.
  std::map<std::string, std::string> ToParameters() const;
  // Errors: kInvalidArgument, kOutOfRange (names the field, the value and the bound).
  static Result<Recipe> FromRecord(const CoverRecord& record);
};

struct Candidate {
  Composition composition;
  AccompanimentMeasures measures;
  std::optional<std::string> rejected;  // by a guard: its name and finding
  int64_t score_ppm = -1;
};

struct Made {
  std::vector<Candidate> candidates;
  int chosen = -1;  // the best by its score, of equals the first; -1 when every one was turned down
  std::string midi;

  const Candidate& best() const { return candidates[static_cast<size_t>(chosen)]; }
};

// Composes every candidate, judges, ranks in integers and writes the best. `report` may be empty.
// Errors: kInternal (the decoder), kFailedPrecondition (a taste of another generator's figures; the recipe names a
// taste that it lacks).
Result<Made> Make(const Recipe& recipe, model::Decoder* decoder, const BorrowingGuard& borrowing,
                  const CoverProgress& report);

// The MIDI file of one composed candidate. Errors: those of Perform and WriteSmf.
Result<std::string> WriteCandidate(const Recipe& recipe, const Candidate& candidate);

// The style that a request names, one of `styles`. Errors: kInvalidArgument (it is not; candidates outside 1 to
// kMaxCandidates).
Result<const StyleTraits*> StyleOfRequest(const std::string& style, int candidates,
                                          const std::vector<std::string>& styles);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_RECIPE_H_
