// The writing half of musicxml.h.
#include <algorithm>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "inference/music/engraved_part.h"
#include "inference/music/hand_clefs.h"
#include "inference/music/key.h"
#include "inference/music/musicxml.h"
#include "inference/music/musicxml_elements.h"
#include "inference/music/notation.h"
#include "inference/music/smf_text.h"

namespace ledgerline::music {
namespace {

class Writer {
 public:
  explicit Writer(const Score& score) : grid_(score.Quantised()), bars_(BarsOf(grid_)) {}

  Result<std::string> Run() {
    RETURN_IF_ERROR(Check());
    if (grid_.keys.empty()) {
      const KeyEstimate key = EstimateKey(grid_);
      grid_.keys.push_back({0, KeyFifths(key), key.minor});
    }
    instruments_ = EngravedParts(grid_, bars_);
    if (instruments_.size() > kMaxMusicXmlParts) {
      return OutOfRange("parts " + std::to_string(instruments_.size()) + " are above " +
                        std::to_string(kMaxMusicXmlParts));
    }
    auto declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    auto doctype = document_.append_child(pugi::node_doctype);
    doctype.set_value(
        "score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 Partwise//EN\" "
        "\"http://www.musicxml.org/dtds/partwise.dtd\"");
    auto root = document_.append_child("score-partwise");
    root.append_attribute("version") = "4.0";
    if (const std::string title = PrintableSmfText(grid_.title); !title.empty()) {
      AppendText(root.append_child("work"), "work-title", title);
    }
    AppendText(root.append_child("identification").append_child("encoding"), "software", "Ledgerline");
    WritePartList(root);
    for (size_t k = 0; k < instruments_.size(); ++k) WritePart(root, k);
    std::ostringstream out;
    document_.save(out, " ");
    std::string bytes = std::move(out).str();
    if (bytes.size() > kMaxMusicXmlBytes) {
      return OutOfRange("the document's " + std::to_string(bytes.size()) + " bytes are above " +
                        std::to_string(kMaxMusicXmlBytes));
    }
    return bytes;
  }

 private:
  // Before anything is built: what could make the document huge or senseless.
  Status Check() const {
    const size_t notes = grid_.NoteCount();
    if (notes == 0) return InvalidArgument("the score has no notes");
    if (notes > kMaxMusicXmlNotes) {
      return OutOfRange("notes " + std::to_string(notes) + " are above " + std::to_string(kMaxMusicXmlNotes));
    }
    if (bars_.size() > kMaxMusicXmlMeasures) {
      return OutOfRange("bars " + std::to_string(bars_.size()) + " are above " + std::to_string(kMaxMusicXmlMeasures));
    }
    for (const Part& part : grid_.parts) {
      for (const Note& note : part.notes) {
        if (note.pitch < 0 || note.pitch > 127 || note.onset < 0 || note.velocity < 1 || note.velocity > 127) {
          return OutOfRange("a note's pitch " + std::to_string(note.pitch) + ", onset " + std::to_string(note.onset) +
                            " or velocity " + std::to_string(note.velocity) + " is out of its bound");
        }
      }
    }
    for (const Key& key : grid_.keys) {
      if (key.fifths < -7 || key.fifths > 7)
        return OutOfRange("key fifths " + std::to_string(key.fifths) + " is outside -7 to 7");
    }
    for (const Tempo& tempo : grid_.tempos) {
      if (tempo.quarter_us < 6001 || tempo.quarter_us > 0xFFFFFF) {
        return OutOfRange("tempo " + std::to_string(tempo.quarter_us) +
                          " microseconds per quarter note is outside 6001 to 16777215");
      }
    }
    return Status::Ok();
  }

  void WritePartList(pugi::xml_node root) {
    auto list = root.append_child("part-list");
    for (size_t k = 0; k < instruments_.size(); ++k) {
      const EngravedPart& instrument = instruments_[k];
      const std::string id = PartId(k);
      auto part = list.append_child("score-part");
      part.append_attribute("id") = id.c_str();
      AppendText(part, "part-name", instrument.name);
      // A drum part has an instrument for each sound, the others have one.
      std::set<int> sounds;
      if (instrument.drums) {
        for (const Note& note : instrument.staves[0]) sounds.insert(note.pitch);
      } else {
        sounds.insert(-1);
      }
      const auto instrument_id = [&](int sound) { return sound < 0 ? id + "-I1" : id + "-D" + std::to_string(sound); };
      for (const int sound : sounds) {
        auto node = part.append_child("score-instrument");
        node.append_attribute("id") = instrument_id(sound).c_str();
        AppendText(node, "instrument-name", sound < 0 ? instrument.name : "Sound " + std::to_string(sound));
      }
      for (const int sound : sounds) {
        auto midi = part.append_child("midi-instrument");
        midi.append_attribute("id") = instrument_id(sound).c_str();
        AppendNumber(midi, "midi-channel",
                     instrument.drums ? 10 : static_cast<int64_t>(k % 15 < 9 ? k % 15 + 1 : k % 15 + 2));
        AppendNumber(midi, "midi-program", instrument.program + 1);
        if (sound >= 0) AppendNumber(midi, "midi-unpitched", sound + 1);
      }
    }
  }

  void WritePart(pugi::xml_node root, size_t index) {
    const EngravedPart& instrument = instruments_[index];
    auto part = root.append_child("part");
    part.append_attribute("id") = PartId(index).c_str();
    std::vector<std::vector<std::vector<NotatedVoice>>> staves;  // [staff][bar][voice]
    for (const std::vector<Note>& notes : instrument.staves) staves.push_back(Notate(notes, bars_));
    const std::vector<std::vector<Clef>> clefs = ClefsOf(instrument);
    Metre shown{0, 0, 0};
    size_t next_key = 0, next_tempo = 0, next_marker = 0;
    Key key;
    const bool pickup = bars_.size() > 1 && bars_[0].end - bars_[0].start < bars_[1].end - bars_[1].start;
    for (size_t b = 0; b < bars_.size(); ++b) {
      const Bar& bar = bars_[b];
      auto measure = part.append_child("measure");
      measure.append_attribute("number") = std::to_string(pickup ? b : b + 1).c_str();
      const bool implicit = pickup && b == 0;
      if (implicit) measure.append_attribute("implicit") = "yes";
      // What is printed over a pickup is the metre that follows.
      const Metre metre = implicit ? bars_[1].metre : bar.metre;
      const bool new_metre = metre.numerator != shown.numerator || metre.denominator != shown.denominator;
      bool new_key = false;
      for (; next_key < grid_.keys.size() && grid_.keys[next_key].at < bar.end; ++next_key) {
        key = grid_.keys[next_key];  // inside a bar it is written at the bar line
        new_key = true;
      }
      bool new_clef = false;
      for (const std::vector<Clef>& staff : clefs) new_clef = new_clef || (b > 0 && staff[b] != staff[b - 1]);
      if (b == 0 || new_metre || new_key || new_clef) {
        auto attributes = measure.append_child("attributes");
        if (b == 0) AppendNumber(attributes, "divisions", kGridTicks);
        if (b == 0 || new_key) {
          auto node = attributes.append_child("key");
          AppendNumber(node, "fifths", instrument.drums ? 0 : key.fifths);
          AppendText(node, "mode", key.minor ? "minor" : "major");
        }
        if (b == 0 || new_metre) {
          auto node = attributes.append_child("time");
          AppendNumber(node, "beats", metre.numerator);
          AppendNumber(node, "beat-type", metre.denominator);
        }
        if (b == 0 && clefs.size() > 1) AppendNumber(attributes, "staves", static_cast<int64_t>(clefs.size()));
        WriteClefs(attributes, clefs, b);
        shown = metre;
      }
      if (index == 0) {
        for (; next_tempo < grid_.tempos.size() && grid_.tempos[next_tempo].at < bar.end; ++next_tempo) {
          AppendTempo(measure, grid_.tempos[next_tempo], bar, metre);
        }
        for (; next_marker < grid_.markers.size() && grid_.markers[next_marker].at < bar.end; ++next_marker) {
          AppendMarker(measure, grid_.markers[next_marker], bar, key);
        }
      }
      bool first = true;
      for (size_t s = 0; s < staves.size(); ++s) {
        for (size_t v = 0; v < staves[s][b].size(); ++v) {
          if (!first) AppendNumber(measure.append_child("backup"), "duration", bar.end - bar.start);
          first = false;
          for (const NotatedEvent& event : staves[s][b][v]) {
            AppendEvent(measure, event, instrument, index, key, s, s * 4 + v + 1);
          }
        }
      }
    }
    auto barline = part.last_child().append_child("barline");
    barline.append_attribute("location") = "right";
    AppendText(barline, "bar-style", "light-heavy");
  }

  // [staff][bar]
  std::vector<std::vector<Clef>> ClefsOf(const EngravedPart& instrument) const {
    std::vector<std::vector<Clef>> clefs;
    for (size_t s = 0; s < instrument.staves.size(); ++s) {
      const std::vector<Note>& notes = instrument.staves[s];
      clefs.push_back(instrument.staves.size() == 2 ? HandClefs(notes, s, bars_)
                                                    : std::vector<Clef>(bars_.size(), ClefFor(instrument, notes, s)));
    }
    return clefs;
  }

  // Those of the first bar, and those that change at bar `b`.
  static void WriteClefs(pugi::xml_node attributes, const std::vector<std::vector<Clef>>& clefs, size_t b) {
    for (size_t s = 0; s < clefs.size(); ++s) {
      const Clef& clef = clefs[s][b];
      if (b > 0 && clef == clefs[s][b - 1]) continue;
      auto node = attributes.append_child("clef");
      if (clefs.size() > 1) node.append_attribute("number") = static_cast<unsigned>(s + 1);
      AppendText(node, "sign", std::string(clef.sign));
      if (clef.sign != "percussion") AppendNumber(node, "line", clef.line);
      if (clef.octave_change != 0) AppendNumber(node, "clef-octave-change", clef.octave_change);
    }
  }

  Score grid_;
  std::vector<Bar> bars_;
  std::vector<EngravedPart> instruments_;
  pugi::xml_document document_;
};

}  // namespace

Result<std::string> WriteMusicXml(const Score& score) {
  // A short metre over a long silence would make millions of bars.
  int64_t shortest = 4 * score.ticks_per_quarter;
  for (const Metre& metre : score.metres) {
    if (metre.numerator < 1 || metre.numerator > 255 || metre.denominator < 1 || metre.denominator > 64) {
      return OutOfRange("metre " + std::to_string(metre.numerator) + "/" + std::to_string(metre.denominator) +
                        " is outside 1 to 255 over 1 to 64");
    }
    shortest = std::min<int64_t>(
        shortest, std::max<int64_t>(1, int64_t{metre.numerator} * 4 * score.ticks_per_quarter / metre.denominator));
  }
  if (score.EndTick() / shortest > static_cast<int64_t>(16 * kMaxMusicXmlMeasures)) {
    return OutOfRange("bars are above " + std::to_string(kMaxMusicXmlMeasures));
  }
  return Writer(score).Run();
}

}  // namespace ledgerline::music
