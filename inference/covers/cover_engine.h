// CoverEngine: the one door between the command line or server and the generator.
//
// The engine lives in libledgerline_generator.so, which links the decoder and the synthesiser; this header and the
// loader behind it do not, so that a program pays for them only when a cover is made (docs/decisions/0001). Everything
// that crosses the border is a standard type, a Status or a Result. Both sides are built by one compiler from one tree,
// and kCoverEngineVersion says which.
//
// Thread-safety: a CoverEngine is used by one thread at a time.
#ifndef LEDGERLINE_INFERENCE_COVERS_COVER_ENGINE_H_
#define LEDGERLINE_INFERENCE_COVERS_COVER_ENGINE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::covers {

// Version of this interface; the loader refuses a plugin that states another.
inline constexpr int kCoverEngineVersion = 5;

// "planning", "composing", "ranking", "writing"; `done` of `total`, in the stage's own unit (bars, candidates).
using CoverProgress = std::function<void(std::string_view stage, int done, int total)>;

// A candidate that a guard turned down, with the guard's name and finding: "dense: 19.2 notes a bar, bound 16.0".
struct RejectedCandidate {
  int candidate = 0;
  std::string reason;
};

struct CoverRequest {
  std::string source_midi;  // the song's bytes: a Standard MIDI File or MusicXML (music::ReadScore)
  std::string style;        // one of Styles()
  uint64_t seed = 1;
  int candidates = 6;      // 1 to 16: how many are composed, of which the best by the measures is kept
  std::string adapter;     // bytes of an adapter file (docs/formats/adapter.md); empty: the style's own, if it has one
  std::string taste;       // bytes of a taste file (docs/formats/taste.md), which ranks; empty: the generator's ranking
  CoverProgress progress;  // may be empty
  // Called for each candidate that a guard turns down, also where none is left and MakeCover fails: they are recorded
  // either way. May be empty.
  std::function<void(const RejectedCandidate&)> on_rejected;
};

// A remix, or a cover with wishes beyond its style.
struct RemixRequest {
  std::vector<std::string> source_midis;  // bytes of MIDI or MusicXML files, one or two
  std::string plan;                       // docs/formats/remix_plan.md
  std::string style;
  uint64_t seed = 1;
  int candidates = 6;
  std::string adapter, taste;
  CoverProgress progress;
  std::function<void(const RejectedCandidate&)> on_rejected;
};

// How much of one source is in the result: docs/decisions/0018-shares-of-remixes.md.
struct SourceShare {
  Hash256 midi_hash;  // SHA-256 of the source's file
  int bars_used = 0;
  int notes_used = 0;
  int64_t bars_ppm = 0;    // of the result's bars
  int64_t notes_ppm = 0;   // of the result's melody notes
  int64_t weight_ppm = 0;  // the sources' sum is 1,000,000
};

struct CoverResult {
  std::string midi;            // a Standard MIDI File
  std::string conditioning;    // what the model was given, canonical bytes (docs/formats/tokens.md); kept as a blob
  Hash256 conditioning_hash;   // SHA-256 of `conditioning`
  Hash256 midi_hash;           // SHA-256 of `midi`
  Hash256 source_hash;         // SHA-256 of the request's `source_midi`
  Hash256 model_hash;          // SHA-256 of the model file
  Hash256 adapter_hash;        // SHA-256 of the adapter file; zero: none
  std::string engine_id;       // "ledgerline-generator/7"
  std::string kernel_version;  // "ledgerline-kernel/1": what the same bytes depend on beside model and request
  std::string style;
  uint64_t seed = 0;
  std::map<std::string, std::string> parameters;  // every sampling parameter and plan choice, as text
  int chosen_candidate = 0;
  std::vector<int64_t> candidate_scores_ppm;  // ranking in integers, one per candidate; -1 for a rejected one
  std::vector<RejectedCandidate> rejected;
  std::vector<std::pair<std::string, double>> measures;  // by name, for display; not for payment
  int bars = 0;
  int melody_notes = 0;
  int notes = 0;                     // of the cover, melody included
  int64_t source_bars_ppm = 0;       // bars of the source used / bars of the source
  int64_t melody_share_ppm = 0;      // notes of the cover that are the source's melody / notes of the cover
  std::string melodic_fingerprint;   // bytes of the cover's melodic fingerprint; see inference/fingerprint
  std::vector<SourceShare> sources;  // of a remix, in the request's order; empty of a plain cover
};

// What the record of a cover holds of how it was made.
struct CoverRecord {
  std::string conditioning;  // the blob
  std::string style;
  uint64_t seed = 0;
  std::map<std::string, std::string> parameters;
  Hash256 adapter_hash;    // zero: none
  std::string adapter;     // its bytes, where it is not one of the engine's own; may be empty
  std::string taste;       // bytes of the taste whose SHA-256 the parameters name; empty: they name none
  CoverProgress progress;  // may be empty
};

// An adapter that the engine found beside its model.
struct AdapterInfo {
  std::string style;
  Hash256 hash;  // SHA-256 of the file
  size_t pieces = 0, held_out = 0;
  std::string loss_before, loss_after;  // nats a note on the held-out pieces, as the file states them
};

struct Regenerated {
  std::string midi;
  Hash256 midi_hash;  // SHA-256 of `midi`
  int chosen_candidate = 0;
  std::vector<int64_t> candidate_scores_ppm;
};

// One candidate of a record, made anew to be heard.
struct HeardCandidate {
  std::string midi;                        // empty when it was turned down
  std::string rejected;                    // by a guard: its name and finding; empty: it was not
  std::map<std::string, int64_t> figures;  // what a taste may weigh, in millionths (taste_ranking.h)
};
struct HeardCandidates {
  std::vector<HeardCandidate> candidates;  // by number
  int chosen = -1;                         // by the generator's own ranking, whatever taste the record names; -1: none
};

struct RenderResult {
  Hash256 pcm_hash;  // SHA-256 of format header and samples, as inference/music/render.h defines them
  Hash256 wav_hash;  // SHA-256 of the file
  int sample_rate_hz = 0;
  int channels = 0;
  int64_t frames = 0;
  std::string renderer;    // library and version
  Hash256 soundfont_hash;  // SHA-256 of the soundfont file
};

class CoverEngine {
 public:
  virtual ~CoverEngine() = default;
  // Styles that the loaded model knows, in a fixed order: "art-song", "hymn", ...
  virtual std::vector<std::string> Styles() const = 0;
  // Those of them that are made with an adapter.
  virtual std::vector<AdapterInfo> Adapters() const = 0;
  // Hash of the loaded model file.
  virtual Hash256 ModelHash() const = 0;
  // Things worth telling the operator; empty when all is well.
  virtual std::vector<std::string> Warnings() const = 0;
  // Composes. The same request on the same model and kernel version returns the same bytes, on any machine.
  // Errors: kInvalidArgument (unreadable MIDI, unknown style, candidates outside 1..16, no melody found;
  // those of ParseAdapterFile and ParseTaste; an adapter of another style), kOutOfRange (a song above the engine's
  // bounds), kFailedPrecondition (every candidate was turned down by a guard; an adapter of another base; a taste that
  // weighs what this engine does not measure).
  virtual Result<CoverResult> MakeCover(const CoverRequest& request) = 0;
  // Composes by a plan. Errors: those of MakeCover; those of ParseRemixPlan and BuildRemix, which name the plan's
  // field; kFailedPrecondition (drums are asked for, and there is no groove model).
  virtual Result<CoverResult> MakeRemix(const RemixRequest& request) = 0;
  // Makes a cover anew from its record alone, with this engine's model. Whether the model, and the kernel, are those of
  // the record is for the caller to compare. Errors: kInvalidArgument, kOutOfRange (the record: names the field),
  // kFailedPrecondition (every candidate was turned down: the record cannot be this model's; its adapter is not here;
  // its taste is not given).
  virtual Result<Regenerated> Regenerate(const CoverRecord& record) = 0;
  // Makes every candidate of a record anew, those also that were not kept. Errors: those of Regenerate, but a taste is
  // not asked for.
  virtual Result<HeardCandidates> Candidates(const CoverRecord& record) = 0;
  virtual std::string KernelVersion() const = 0;
  virtual std::string EngineId() const = 0;  // as in CoverResult: the version of planning, rules and ranking
  // Renders MIDI bytes to a WAV file through the soundfont; an empty path means the installed default.
  // Errors: kInvalidArgument (unreadable MIDI), kNotFound (no soundfont), kInternal (the file cannot be written).
  virtual Result<RenderResult> Render(std::string_view midi, const std::string& wav_path,
                                      const std::string& soundfont_path) = 0;
};

// Loads the plugin and the model file. An empty `plugin_path` means libledgerline_generator.so beside the executable,
// in
// ../lib, or on the loader's path; an empty `weights_path` means the weights installed with the project.
// Errors: kNotFound (no such plugin or weights: the message lists where it looked), kFailedPrecondition (another
// version of the interface or of the model format), kDataLoss (a damaged model file).
Result<std::unique_ptr<CoverEngine>> LoadCoverEngine(const std::string& plugin_path, const std::string& weights_path);

}  // namespace ledgerline::covers

// What the plugin exports, in C linkage: its interface version, and the constructor. `CreateCoverEngine` returns null
// and fills `*error` when the model cannot be loaded.
extern "C" {
using LedgerlineCoverVersionFn = int (*)();
using LedgerlineCoverCreateFn = ledgerline::covers::CoverEngine* (*)(const char* weights_path,
                                                                     ledgerline::Status* error);
}

#endif  // LEDGERLINE_INFERENCE_COVERS_COVER_ENGINE_H_
