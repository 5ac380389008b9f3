// A MusicXML document as the reader understands it: parts of measures with places in ticks from each measure's start,
// before repeats are played out and ties joined. Only the two halves of the reader use it.
#ifndef LEDGERLINE_INFERENCE_MUSIC_MUSICXML_DOCUMENT_H_
#define LEDGERLINE_INFERENCE_MUSIC_MUSICXML_DOCUMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inference/music/playing_order.h"
#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::music {

struct WrittenNote {
  Note note;      // onset from the measure's start; sounding pitch
  int staff = 1;  // 1 to kMaxMusicXmlStaves
  int voice = 0;  // an index of the part's voices as they appear
  bool tie_start = false;
  bool tie_stop = false;
};

struct WrittenPart {
  std::string name;
  int program = 0;
  bool drums = false;
  std::vector<std::vector<WrittenNote>> measures;  // in the document's order within each measure
};

// What holds for all parts in one measure. Places (`at`) are from its start.
struct WrittenMeasure {
  int64_t length = 0;  // ticks, of the longest part; 0 if nothing stands in it
  std::optional<Metre> metre;
  std::vector<Key> keys;
  std::vector<Tempo> tempos;
  std::vector<Marker> markers;
  MeasureSigns signs;
};

struct MusicXmlDocument {
  std::string title;
  int ticks_per_quarter = kGridTicks;
  std::vector<WrittenPart> parts;
  std::vector<WrittenMeasure> measures;
};

// Errors as ReadMusicXml; `bytes` is the plain document.
Result<MusicXmlDocument> ParseMusicXml(std::string_view bytes);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MUSICXML_DOCUMENT_H_
