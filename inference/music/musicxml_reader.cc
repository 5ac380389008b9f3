// The second half of the MusicXML reader: repeats played out, ties joined, parts divided by staff.
#include <algorithm>
#include <map>
#include <tuple>

#include "inference/music/musicxml.h"
#include "inference/music/musicxml_document.h"
#include "inference/music/mxl_archive.h"

namespace ledgerline::music {
namespace {

int64_t NominalTicks(const Metre& metre, int ticks_per_quarter) {
  return static_cast<int64_t>(metre.numerator) * 4 * ticks_per_quarter / metre.denominator;
}

// The metre of a bar of this length, as near to the metre in force as may be; that one if there is none.
Metre MetreOfLength(int64_t length, const Metre& in_force, int ticks_per_quarter) {
  for (int denominator = in_force.denominator; denominator <= 64; denominator *= 2) {
    const int64_t whole = 4 * static_cast<int64_t>(ticks_per_quarter);
    if (length * denominator % whole != 0) continue;
    const int64_t numerator = length * denominator / whole;
    if (numerator >= 1 && numerator <= 255) return {0, static_cast<int>(numerator), denominator};
  }
  return in_force;
}

// What sounds in one measure and what is in force at its beginning.
struct Placed {
  int64_t start = 0;
  size_t measure = 0;
};

template <typename Change>
void Emit(std::vector<Change>& changes, Change change, int64_t at) {
  change.at = at;
  if (!changes.empty() && changes.back().at == at) {
    changes.back() = change;
    return;
  }
  if (!changes.empty()) {
    Change before = changes.back();
    before.at = at;
    if (before == change) return;
  }
  changes.push_back(change);
}

class Assembler {
 public:
  explicit Assembler(MusicXmlDocument document) : document_(std::move(document)) {}

  Result<Score> Run() {
    score_.title = document_.title;
    score_.ticks_per_quarter = document_.ticks_per_quarter;
    RETURN_IF_ERROR(PlaceMeasures());
    RETURN_IF_ERROR(AddCommon());
    for (const WrittenPart& part : document_.parts) RETURN_IF_ERROR(AddPart(part));
    return std::move(score_);
  }

 private:
  Status PlaceMeasures() {
    std::vector<MeasureSigns> signs;
    // An ending is stated where it starts and where it stops; the measures between belong to it.
    uint32_t open = 0;
    for (WrittenMeasure& measure : document_.measures) {
      if (measure.signs.endings != 0) open = measure.signs.endings;
      measure.signs.endings = open;
      if (measure.signs.ending_stops) open = 0;
      if (measure.signs.endings == 0) measure.signs.ending_stops = false;
      signs.push_back(measure.signs);
    }
    // An ending that never stops ends with the repeat or the piece; one that covers all the rest would swallow it.
    ASSIGN_OR_RETURN(const std::vector<size_t> order, PlayingOrder(signs, kMaxMusicXmlMeasures));
    Metre metre;
    for (WrittenMeasure& measure : document_.measures) {
      if (measure.metre) metre = *measure.metre;
      measure.metre = metre;
      if (measure.length == 0) measure.length = NominalTicks(metre, document_.ticks_per_quarter);
    }
    int64_t at = 0;
    const int64_t most = kMaxMusicXmlQuarters * document_.ticks_per_quarter;
    for (const size_t index : order) {
      placed_.push_back({at, index});
      at += document_.measures[index].length;
      if (at > most) {
        return OutOfRange("MusicXML: the length with repeats is above " + std::to_string(kMaxMusicXmlQuarters) +
                          " quarter notes");
      }
    }
    return Status::Ok();
  }

  Status AddCommon() {
    // In force at the beginning of each measure as it is written, for when a repeat goes back to it.
    std::vector<Key> key_before(document_.measures.size());
    std::vector<Tempo> tempo_before(document_.measures.size());
    Key key;
    Tempo tempo;
    bool key_stated = false, tempo_stated = false;
    for (size_t m = 0; m < document_.measures.size(); ++m) {
      key_before[m] = key;
      tempo_before[m] = tempo;
      for (const Key& change : document_.measures[m].keys) key = change, key_stated = true;
      auto& tempos = document_.measures[m].tempos;
      std::stable_sort(tempos.begin(), tempos.end(), [](const Tempo& a, const Tempo& b) { return a.at < b.at; });
      for (const Tempo& change : tempos) tempo = change, tempo_stated = true;
    }
    for (const Placed& placed : placed_) {
      const WrittenMeasure& measure = document_.measures[placed.measure];
      const Metre& metre = *measure.metre;
      Metre shown = metre;
      const bool cut_before = cut_;
      cut_ = false;
      if (measure.length != NominalTicks(metre, document_.ticks_per_quarter)) {
        shown = MetreOfLength(measure.length, metre, document_.ticks_per_quarter);
        cut_ = shown == metre;  // no metre has this length: the next statement of a metre cuts the bar
      }
      if (cut_before) {
        shown.at = placed.start;
        score_.metres.push_back(shown);
      } else {
        Emit(score_.metres, shown, placed.start);
      }
      if (key_stated) {
        if (placed.start > 0 || document_.measures[placed.measure].keys.empty())
          Emit(score_.keys, key_before[placed.measure], placed.start);
        for (const Key& change : measure.keys) Emit(score_.keys, change, placed.start + change.at);
      }
      if (tempo_stated) {
        const bool own = !measure.tempos.empty() && measure.tempos[0].at == 0;
        if (!own) Emit(score_.tempos, tempo_before[placed.measure], placed.start);
        for (const Tempo& change : measure.tempos) {
          Emit(score_.tempos, change, placed.start + std::min(change.at, measure.length - 1));
        }
      }
      if (score_.keys.size() > kMaxMusicXmlMarkers || score_.tempos.size() > kMaxMusicXmlMarkers) {
        return OutOfRange("MusicXML: keys or tempos with repeats are above " + std::to_string(kMaxMusicXmlMarkers));
      }
      for (const Marker& marker : measure.markers) {
        if (score_.markers.size() >= kMaxMusicXmlMarkers) {
          return OutOfRange("MusicXML: chord symbols and marks with repeats are above " +
                            std::to_string(kMaxMusicXmlMarkers));
        }
        score_.markers.push_back({placed.start + std::min(marker.at, measure.length - 1), marker.text});
      }
    }
    std::stable_sort(score_.markers.begin(), score_.markers.end(),
                     [](const Marker& a, const Marker& b) { return a.at < b.at; });
    return Status::Ok();
  }

  Status AddPart(const WrittenPart& written) {
    std::map<int, Part> by_staff;
    std::map<std::tuple<int, int, int>, size_t> tied;  // (staff, pitch, voice) -> index of the note that goes on
    for (const Placed& placed : placed_) {
      if (placed.measure >= written.measures.size()) continue;
      std::vector<WrittenNote> notes = written.measures[placed.measure];
      std::stable_sort(notes.begin(), notes.end(),
                       [](const WrittenNote& a, const WrittenNote& b) { return a.note.onset < b.note.onset; });
      for (const WrittenNote& one : notes) {
        if (++notes_ > kMaxMusicXmlNotes) {
          return OutOfRange("MusicXML: notes with repeats are above " + std::to_string(kMaxMusicXmlNotes));
        }
        std::vector<Note>& line = by_staff[one.staff].notes;
        Note note = one.note;
        note.onset += placed.start;
        const std::tuple<int, int, int> place{one.staff, note.pitch, one.voice};
        const auto goes_on = [&](const auto& open) {
          return line[open.second].onset + line[open.second].duration == note.onset;
        };
        if (one.tie_stop) {
          auto open = tied.find(place);
          if (open == tied.end() || !goes_on(*open)) {
            // Some programs change the voice under a tie: any voice's will do.
            open = tied.lower_bound({one.staff, note.pitch, 0});
            const auto past = tied.lower_bound({one.staff, note.pitch + 1, 0});
            while (open != past && !goes_on(*open)) ++open;
            if (open == past) open = tied.end();
          }
          if (open != tied.end()) {
            const size_t index = open->second;
            line[index].duration += note.duration;
            tied.erase(open);
            if (one.tie_start) tied[place] = index;
            continue;
          }
        }
        if (one.tie_start) tied[place] = line.size();
        line.push_back(note);
      }
    }
    for (auto& [staff, part] : by_staff) {
      part.name = written.name;
      if (by_staff.size() > 1) part.name += " staff " + std::to_string(staff);
      part.program = written.program;
      part.drums = written.drums;
      std::sort(part.notes.begin(), part.notes.end(), [](const Note& a, const Note& b) {
        return std::tuple(a.onset, a.pitch, a.duration, a.velocity) <
               std::tuple(b.onset, b.pitch, b.duration, b.velocity);
      });
      // Two voices that meet on one note sound once; a doubled note says nothing more.
      part.notes.erase(std::unique(part.notes.begin(), part.notes.end()), part.notes.end());
      score_.parts.push_back(std::move(part));
    }
    return Status::Ok();
  }

  MusicXmlDocument document_;
  Score score_;
  std::vector<Placed> placed_;
  bool cut_ = false;
  size_t notes_ = 0;
};

}  // namespace

Result<Score> ReadMusicXml(std::string_view bytes) {
  std::string unpacked;
  if (IsZip(bytes)) {
    ASSIGN_OR_RETURN(unpacked, ScoreInArchive(bytes));
    bytes = unpacked;
  }
  ASSIGN_OR_RETURN(MusicXmlDocument document, ParseMusicXml(bytes));
  return Assembler(std::move(document)).Run();
}

}  // namespace ledgerline::music
