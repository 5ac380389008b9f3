// RemixPlan: what somebody asked for, as a short text: form, tempo, metre, key, drums, instruments, mood and so on.
//
// docs/formats/remix_plan.md is the page. One plan has one text (FormatRemixPlan); the reader takes bytes from
// strangers, at most 16 KiB, and names the line, the field, the value and the bound of what it refuses.
#ifndef LEDGERLINE_INFERENCE_COVERS_REMIX_PLAN_H_
#define LEDGERLINE_INFERENCE_COVERS_REMIX_PLAN_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::covers {

inline constexpr size_t kMaxPlanBytes = 16'384;
inline constexpr size_t kMaxPlanSections = 64;
inline constexpr int kMaxSources = 2;

enum class Mood { kAsIs, kBright, kDark, kCalm, kLively };
enum class MashUp { kNone, kAlternate, kOverlay };

// Drums of a stretch: a groove style, or none where `style` is -1.
struct DrumWish {
  int style = -1;
  int level = 50;  // 0 to 100
  friend bool operator==(const DrumWish&, const DrumWish&) = default;
};

// One stretch of the form: a section of a source by its name ("A", "B'"), or its bars.
struct FormItem {
  int source = 1;       // 1 or 2
  std::string section;  // empty: bars
  int first_bar = 0;    // 1 is the song's first bar; 0 with a section
  int last_bar = 0;
  std::optional<DrumWish> drums;
  std::optional<int> tempo_bpm, density;
  friend bool operator==(const FormItem&, const FormItem&) = default;
};

struct KeyWish {
  int tonic = 0;  // pitch class
  bool minor = false;
  friend bool operator==(const KeyWish&, const KeyWish&) = default;
};

struct RemixPlan {
  std::vector<FormItem> form;                   // empty: the whole song
  std::optional<int> tempo_bpm, tempo_end_bpm;  // 20 to 300; the end only with the beginning
  int metre = 0;                                // 3 or 4 quarters; 0: as the song or the style
  std::optional<KeyWish> key;
  std::optional<DrumWish> drums;
  std::optional<int> density;  // 1 to 7: class of accompaniment onsets (docs/formats/tokens.md)
  Mood mood = Mood::kAsIs;
  std::map<std::string, int> instruments;  // part ("lead", "left-hand", "cello", ...) -> General MIDI program
  int bars = 0;                            // 1 to 512; 0: as long as the form is
  int infill_first = 0, infill_last = 0;   // of the result, from 1; 0: none
  int continue_bars = 0;                   // 0 to 64
  MashUp mash_up = MashUp::kNone;
  bool harmonise = false;  // the sources' melodies alone are used, with chords by functional harmony
  int freedom = 0;         // 0 to 100: how much of the melody's tolerance is used; 0 is locked
  friend bool operator==(const RemixPlan&, const RemixPlan&) = default;
};

// Errors: kInvalidArgument (another first line, an unknown or repeated field, a malformed value), kOutOfRange.
Result<RemixPlan> ParseRemixPlan(std::string_view text);
std::string FormatRemixPlan(const RemixPlan& plan);

// The values of single fields, for flags: "A B' 2:A 9-16(drums=rock:70,tempo=96)", "D", "Bbm", "rock:70", "none",
// "lead=flute,left-hand=harpsichord". The error does not name the field.
Result<std::vector<FormItem>> ParseForm(std::string_view text);
Result<KeyWish> ParseKeyWish(std::string_view text);
Result<DrumWish> ParseDrumWish(std::string_view text);
Result<std::map<std::string, int>> ParseInstruments(std::string_view text);
Result<Mood> ParseMood(std::string_view text);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_REMIX_PLAN_H_
