// The writing half of musicxml.h.
#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "inference/music/chords.h"
#include "inference/music/hands.h"
#include "inference/music/key.h"
#include "inference/music/musicxml.h"
#include "inference/music/notation.h"
#include "inference/music/smf_text.h"
#include "inference/music/spelling.h"

namespace ledgerline::music {
namespace {

constexpr int kDefaultVelocity = 80;
constexpr std::string_view kStaffWord = " staff ";

// One part of the document: one or several staves.
struct Instrument {
  std::string name;
  int program = 0;
  bool drums = false;
  std::vector<std::vector<Note>> staves;
};

// The number behind " staff " at the name's end; a right hand is the first staff and a left hand the second; else 0.
// `base` becomes the name without it.
int StaffNumber(const std::string& name, std::string& base) {
  for (const auto& [hand, number] : {std::pair<std::string_view, int>{" right hand", 1}, {" left hand", 2}}) {
    if (!name.ends_with(hand)) continue;
    base = name.substr(0, name.size() - hand.size());
    return number;
  }
  const size_t at = name.rfind(kStaffWord);
  if (at == std::string::npos || at + kStaffWord.size() + 1 != name.size()) return 0;
  base = name.substr(0, at);
  const char digit = name.back();
  return digit >= '1' && digit <= '8' ? digit - '0' : 0;
}

// Where a drum stands on the staff of a percussion clef, as on a treble staff, and whether it has a cross for a head.
// Source: Weinberg, "Guide to Standardized Drumset Notation" (1998).
struct DrumPlace {
  int drum;  // General MIDI
  const char* step;
  int octave;
  bool cross = false;
};
constexpr DrumPlace kDrumPlaces[] = {{35, "E", 4},       {36, "F", 4},       {37, "C", 5, true}, {38, "C", 5},
                                     {39, "C", 5, true}, {40, "C", 5},       {41, "G", 4},       {42, "G", 5, true},
                                     {43, "A", 4},       {44, "D", 4, true}, {45, "B", 4},       {46, "G", 5, true},
                                     {47, "D", 5},       {48, "E", 5},       {49, "A", 5, true}, {50, "F", 5},
                                     {51, "F", 5, true}, {52, "B", 5, true}, {53, "F", 5, true}, {54, "E", 5, true},
                                     {55, "B", 5, true}, {56, "E", 5, true}, {57, "A", 5, true}, {59, "F", 5, true}};

DrumPlace PlaceOfDrum(int drum) {
  for (const DrumPlace& place : kDrumPlaces) {
    if (place.drum == drum) return place;
  }
  // Low sounds low: two sounds of General MIDI for each place.
  const int place = std::clamp((drum - 35) / 2, 0, 13);
  static constexpr const char* kSteps[] = {"E", "F", "G", "A", "B", "C", "D"};
  return {drum, kSteps[place % 7], 4 + (place % 7 >= 5 ? 1 : 0) + place / 7};
}

std::vector<Instrument> InstrumentsOf(const Score& grid, const std::vector<Bar>& bars) {
  std::vector<Instrument> instruments;
  std::string joins;  // the name that further staves of the last instrument bear
  for (const Part& part : grid.parts) {
    if (part.notes.empty()) continue;
    std::string base;
    const int staff = part.drums ? 0 : StaffNumber(part.name, base);
    if (staff > 1 && !instruments.empty() && joins == base && instruments.back().program == part.program &&
        static_cast<int>(instruments.back().staves.size()) == staff - 1) {
      instruments.back().staves.push_back(part.notes);
      continue;
    }
    joins = staff == 1 ? base : "";
    Instrument instrument{PrintableSmfText(staff == 1 ? base : part.name), part.program, part.drums, {part.notes}};
    if (part.drums) instrument.staves = {AsDrumHits(part.notes, bars)};
    if (staff == 0 && NeedsTwoStaves(part)) {
      Hands hands = DivideHands(part.notes);
      instrument.staves = {std::move(hands.right), std::move(hands.left)};
    }
    instruments.push_back(std::move(instrument));
  }
  return instruments;
}

struct Clef {
  std::string_view sign = "G";
  int line = 2;
  int octave_change = 0;
};

Clef ClefFor(const Instrument& instrument, const std::vector<Note>& notes, size_t staff) {
  if (instrument.drums) return {"percussion", 2, 0};
  if (notes.empty()) return staff == 0 ? Clef{} : Clef{"F", 4, 0};
  int64_t sum = 0;
  for (const Note& note : notes) sum += note.pitch;
  const auto mean = sum / static_cast<int64_t>(notes.size());
  const int program = instrument.program;
  if (program >= 24 && program <= 31) return {"G", 2, -1};                             // guitars sound an octave lower
  if (program == 41 && mean > 52) return {"C", 3, 0};                                  // viola
  if (program >= 52 && program <= 54 && mean < 60 && mean >= 54) return {"G", 2, -1};  // tenor
  if (mean < 43) return {"F", 4, instrument.staves.size() == 1 ? -1 : 0};
  return mean >= 60 ? Clef{} : Clef{"F", 4, 0};
}

class Writer {
 public:
  explicit Writer(const Score& score) : grid_(score.Quantised()), bars_(BarsOf(grid_)) {}

  Result<std::string> Run() {
    RETURN_IF_ERROR(Check());
    if (grid_.keys.empty()) {
      const KeyEstimate key = EstimateKey(grid_);
      grid_.keys.push_back({0, KeyFifths(key), key.minor});
    }
    instruments_ = InstrumentsOf(grid_, bars_);
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
      Text(root.append_child("work"), "work-title", title);
    }
    Text(root.append_child("identification").append_child("encoding"), "software", "Ledgerline");
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
  static void Text(pugi::xml_node parent, const char* name, const std::string& text) {
    parent.append_child(name).text().set(text.c_str());
  }
  static void Number(pugi::xml_node parent, const char* name, int64_t number) {
    parent.append_child(name).text().set(static_cast<long long>(number));
  }
  static std::string PartId(size_t index) { return "P" + std::to_string(index + 1); }

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
      const Instrument& instrument = instruments_[k];
      const std::string id = PartId(k);
      auto part = list.append_child("score-part");
      part.append_attribute("id") = id.c_str();
      Text(part, "part-name", instrument.name);
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
        Text(node, "instrument-name", sound < 0 ? instrument.name : "Sound " + std::to_string(sound));
      }
      for (const int sound : sounds) {
        auto midi = part.append_child("midi-instrument");
        midi.append_attribute("id") = instrument_id(sound).c_str();
        Number(midi, "midi-channel",
               instrument.drums ? 10 : static_cast<int64_t>(k % 15 < 9 ? k % 15 + 1 : k % 15 + 2));
        Number(midi, "midi-program", instrument.program + 1);
        if (sound >= 0) Number(midi, "midi-unpitched", sound + 1);
      }
    }
  }

  void WritePart(pugi::xml_node root, size_t index) {
    const Instrument& instrument = instruments_[index];
    auto part = root.append_child("part");
    part.append_attribute("id") = PartId(index).c_str();
    std::vector<std::vector<std::vector<NotatedVoice>>> staves;  // [staff][bar][voice]
    for (const std::vector<Note>& notes : instrument.staves) staves.push_back(Notate(notes, bars_));
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
      if (b == 0 || new_metre || new_key) {
        auto attributes = measure.append_child("attributes");
        if (b == 0) Number(attributes, "divisions", kGridTicks);
        if (b == 0 || new_key) {
          auto node = attributes.append_child("key");
          Number(node, "fifths", instrument.drums ? 0 : key.fifths);
          Text(node, "mode", key.minor ? "minor" : "major");
        }
        if (b == 0 || new_metre) {
          auto node = attributes.append_child("time");
          Number(node, "beats", metre.numerator);
          Number(node, "beat-type", metre.denominator);
        }
        if (b == 0) WriteStaves(attributes, instrument);
        shown = metre;
      }
      if (index == 0) {
        WriteTempos(measure, bar, metre, next_tempo);
        WriteMarkers(measure, bar, key, next_marker);
      }
      bool first = true;
      for (size_t s = 0; s < staves.size(); ++s) {
        for (size_t v = 0; v < staves[s][b].size(); ++v) {
          if (!first) Number(measure.append_child("backup"), "duration", bar.end - bar.start);
          first = false;
          for (const NotatedEvent& event : staves[s][b][v]) {
            WriteEvent(measure, event, instrument, index, key, s, s * 4 + v + 1);
          }
        }
      }
    }
    auto barline = part.last_child().append_child("barline");
    barline.append_attribute("location") = "right";
    Text(barline, "bar-style", "light-heavy");
  }

  static void WriteStaves(pugi::xml_node attributes, const Instrument& instrument) {
    const size_t staves = instrument.staves.size();
    if (staves > 1) Number(attributes, "staves", static_cast<int64_t>(staves));
    for (size_t s = 0; s < staves; ++s) {
      const Clef clef = ClefFor(instrument, instrument.staves[s], s);
      auto node = attributes.append_child("clef");
      if (staves > 1) node.append_attribute("number") = static_cast<unsigned>(s + 1);
      Text(node, "sign", std::string(clef.sign));
      if (clef.sign != "percussion") Number(node, "line", clef.line);
      if (clef.octave_change != 0) Number(node, "clef-octave-change", clef.octave_change);
    }
  }

  void WriteTempos(pugi::xml_node measure, const Bar& bar, const Metre& metre, size_t& next) {
    for (; next < grid_.tempos.size() && grid_.tempos[next].at < bar.end; ++next) {
      const Tempo& tempo = grid_.tempos[next];
      const double bpm = 60e6 / static_cast<double>(tempo.quarter_us);
      const bool dotted = metre.numerator > 3 && metre.numerator % 3 == 0 && metre.denominator == 8;
      auto direction = measure.append_child("direction");
      direction.append_attribute("placement") = "above";
      auto metronome = direction.append_child("direction-type").append_child("metronome");
      Text(metronome, "beat-unit", "quarter");
      if (dotted) metronome.append_child("beat-unit-dot");
      Number(metronome, "per-minute", static_cast<int64_t>((dotted ? bpm / 1.5 : bpm) + .5));
      if (tempo.at > bar.start) Number(direction, "offset", tempo.at - bar.start);
      // Digits enough that the microseconds come back.
      char exact[32];
      std::snprintf(exact, sizeof exact, "%.9g", bpm);
      direction.append_child("sound").append_attribute("tempo") = exact;
    }
  }

  void WriteMarkers(pugi::xml_node measure, const Bar& bar, const Key& key, size_t& next) {
    for (; next < grid_.markers.size() && grid_.markers[next].at < bar.end; ++next) {
      const Marker& marker = grid_.markers[next];
      const auto chord = ParseChordSymbol(marker.text);
      if (!chord.ok()) {
        auto direction = measure.append_child("direction");
        direction.append_attribute("placement") = "above";
        Text(direction.append_child("direction-type"), "rehearsal", PrintableSmfText(marker.text));
        if (marker.at > bar.start) Number(direction, "offset", marker.at - bar.start);
        continue;
      }
      auto harmony = measure.append_child("harmony");
      if (chord->root >= 0) {
        const Spelling root = SpellPitch(60 + chord->root, key);
        auto node = harmony.append_child("root");
        Text(node, "root-step", std::string(1, root.step));
        if (root.alter != 0) Number(node, "root-alter", root.alter);
        auto kind = harmony.append_child("kind");
        kind.text().set(std::string(KindOfQuality(chord->quality)).c_str());
        ChordSpan c = *chord;
        c.root = 0;
        if (const std::string ending = ChordName(c).substr(1); !ending.empty()) {
          kind.append_attribute("text") = ending.c_str();
        }
      } else {
        Text(harmony.append_child("root"), "root-step", "C");  // the schema wants one; "none" makes it mean nothing
        auto kind = harmony.append_child("kind");
        kind.text().set("none");
        kind.append_attribute("text") = "N.C.";
      }
      if (marker.at > bar.start) Number(harmony, "offset", marker.at - bar.start);
    }
  }

  void WriteEvent(pugi::xml_node measure, const NotatedEvent& event, const Instrument& instrument, size_t index,
                  const Key& key, size_t staff, size_t voice) {
    if (event.gap) {
      auto forward = measure.append_child("forward");
      Number(forward, "duration", event.ticks);
      return;
    }
    const size_t count = std::max<size_t>(1, event.notes.size());
    for (size_t k = 0; k < count; ++k) {
      auto node = measure.append_child("note");
      const Note* note = event.notes.empty() ? nullptr : &event.notes[k];
      if (note != nullptr && note->velocity != kDefaultVelocity) {
        char dynamics[16];  // per cent of velocity 90
        std::snprintf(dynamics, sizeof dynamics, "%.2f", note->velocity / .9);
        node.append_attribute("dynamics") = dynamics;
      }
      if (k > 0) node.append_child("chord");
      if (note == nullptr) {
        auto rest = node.append_child("rest");
        if (event.whole_bar) rest.append_attribute("measure") = "yes";
      } else {
        const Spelling spelling = SpellPitch(note->pitch, instrument.drums ? Key{} : key);
        auto pitch = node.append_child(instrument.drums ? "unpitched" : "pitch");
        if (instrument.drums) {
          const DrumPlace place = PlaceOfDrum(note->pitch);
          Text(pitch, "display-step", place.step);
          Number(pitch, "display-octave", place.octave);
        } else {
          Text(pitch, "step", std::string(1, spelling.step));
          if (spelling.alter != 0) Number(pitch, "alter", spelling.alter);
          Number(pitch, "octave", spelling.octave);
        }
      }
      Number(node, "duration", event.ticks);
      if (event.tie_stop) node.append_child("tie").append_attribute("type") = "stop";
      if (event.tie_start) node.append_child("tie").append_attribute("type") = "start";
      if (note != nullptr && instrument.drums) {
        node.append_child("instrument").append_attribute("id") =
            (PartId(index) + "-D" + std::to_string(note->pitch)).c_str();
      }
      Number(node, "voice", static_cast<int64_t>(voice));
      if (!event.type.empty()) Text(node, "type", std::string(event.type));
      for (int dot = 0; dot < event.dots; ++dot) node.append_child("dot");
      if (event.tuplet) {
        auto modification = node.append_child("time-modification");
        Number(modification, "actual-notes", 3);
        Number(modification, "normal-notes", 2);
      }
      if (note != nullptr && instrument.drums && PlaceOfDrum(note->pitch).cross) Text(node, "notehead", "x");
      if (instrument.staves.size() > 1) Number(node, "staff", static_cast<int64_t>(staff + 1));
      const bool bracket = k == 0 && (event.tuplet_start || event.tuplet_stop);
      if (!event.tie_start && !event.tie_stop && !bracket) continue;
      auto notations = node.append_child("notations");
      if (event.tie_stop) notations.append_child("tied").append_attribute("type") = "stop";
      if (event.tie_start) notations.append_child("tied").append_attribute("type") = "start";
      if (k == 0 && event.tuplet_start) notations.append_child("tuplet").append_attribute("type") = "start";
      if (k == 0 && event.tuplet_stop) notations.append_child("tuplet").append_attribute("type") = "stop";
    }
  }

  Score grid_;
  std::vector<Bar> bars_;
  std::vector<Instrument> instruments_;
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
