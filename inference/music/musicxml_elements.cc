#include "inference/music/musicxml_elements.h"

#include <algorithm>
#include <cstdio>
#include <pugixml.hpp>

#include "inference/music/chords.h"
#include "inference/music/smf_text.h"
#include "inference/music/spelling.h"

namespace ledgerline::music {
namespace {

constexpr int kDefaultVelocity = 80;

}  // namespace

void AppendText(pugi::xml_node parent, const char* name, const std::string& text) {
  parent.append_child(name).text().set(text.c_str());
}

void AppendNumber(pugi::xml_node parent, const char* name, int64_t number) {
  parent.append_child(name).text().set(static_cast<long long>(number));
}

std::string PartId(size_t index) { return "P" + std::to_string(index + 1); }

void AppendEvent(pugi::xml_node measure, const NotatedEvent& event, const EngravedPart& part, size_t index,
                 const Key& key, size_t staff, size_t voice) {
  if (event.gap) {
    auto forward = measure.append_child("forward");
    AppendNumber(forward, "duration", event.ticks);
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
      const Spelling spelling = SpellPitch(note->pitch, part.drums ? Key{} : key);
      auto pitch = node.append_child(part.drums ? "unpitched" : "pitch");
      if (part.drums) {
        const DrumPlace place = PlaceOfDrum(note->pitch);
        AppendText(pitch, "display-step", place.step);
        AppendNumber(pitch, "display-octave", place.octave);
      } else {
        AppendText(pitch, "step", std::string(1, spelling.step));
        if (spelling.alter != 0) AppendNumber(pitch, "alter", spelling.alter);
        AppendNumber(pitch, "octave", spelling.octave);
      }
    }
    AppendNumber(node, "duration", event.ticks);
    if (event.tie_stop) node.append_child("tie").append_attribute("type") = "stop";
    if (event.tie_start) node.append_child("tie").append_attribute("type") = "start";
    if (note != nullptr && part.drums) {
      node.append_child("instrument").append_attribute("id") =
          (PartId(index) + "-D" + std::to_string(note->pitch)).c_str();
    }
    AppendNumber(node, "voice", static_cast<int64_t>(voice));
    if (!event.type.empty()) AppendText(node, "type", std::string(event.type));
    for (int dot = 0; dot < event.dots; ++dot) node.append_child("dot");
    if (event.tuplet) {
      auto modification = node.append_child("time-modification");
      AppendNumber(modification, "actual-notes", 3);
      AppendNumber(modification, "normal-notes", 2);
    }
    if (note != nullptr && part.drums && PlaceOfDrum(note->pitch).cross) AppendText(node, "notehead", "x");
    if (part.staves.size() > 1) AppendNumber(node, "staff", static_cast<int64_t>(staff + 1));
    const bool bracket = k == 0 && (event.tuplet_start || event.tuplet_stop);
    if (!event.tie_start && !event.tie_stop && !bracket) continue;
    auto notations = node.append_child("notations");
    if (event.tie_stop) notations.append_child("tied").append_attribute("type") = "stop";
    if (event.tie_start) notations.append_child("tied").append_attribute("type") = "start";
    if (k == 0 && event.tuplet_start) notations.append_child("tuplet").append_attribute("type") = "start";
    if (k == 0 && event.tuplet_stop) notations.append_child("tuplet").append_attribute("type") = "stop";
  }
}

void AppendTempo(pugi::xml_node measure, const Tempo& tempo, const Bar& bar, const Metre& metre) {
  const double bpm = 60e6 / static_cast<double>(tempo.quarter_us);
  const bool dotted = metre.numerator > 3 && metre.numerator % 3 == 0 && metre.denominator == 8;
  auto direction = measure.append_child("direction");
  direction.append_attribute("placement") = "above";
  auto metronome = direction.append_child("direction-type").append_child("metronome");
  AppendText(metronome, "beat-unit", "quarter");
  if (dotted) metronome.append_child("beat-unit-dot");
  AppendNumber(metronome, "per-minute", static_cast<int64_t>((dotted ? bpm / 1.5 : bpm) + .5));
  if (tempo.at > bar.start) AppendNumber(direction, "offset", tempo.at - bar.start);
  // Digits enough that the microseconds come back.
  char exact[32];
  std::snprintf(exact, sizeof exact, "%.9g", bpm);
  direction.append_child("sound").append_attribute("tempo") = exact;
}

void AppendMarker(pugi::xml_node measure, const Marker& marker, const Bar& bar, const Key& key) {
  const auto chord = ParseChordSymbol(marker.text);
  if (!chord.ok()) {
    auto direction = measure.append_child("direction");
    direction.append_attribute("placement") = "above";
    AppendText(direction.append_child("direction-type"), "rehearsal", PrintableSmfText(marker.text));
    if (marker.at > bar.start) AppendNumber(direction, "offset", marker.at - bar.start);
    return;
  }
  auto harmony = measure.append_child("harmony");
  if (chord->root >= 0) {
    const Spelling root = SpellPitch(60 + chord->root, key);
    auto node = harmony.append_child("root");
    AppendText(node, "root-step", std::string(1, root.step));
    if (root.alter != 0) AppendNumber(node, "root-alter", root.alter);
    auto kind = harmony.append_child("kind");
    kind.text().set(std::string(KindOfQuality(chord->quality)).c_str());
    ChordSpan c = *chord;
    c.root = 0;
    if (const std::string ending = ChordName(c).substr(1); !ending.empty()) {
      kind.append_attribute("text") = ending.c_str();
    }
  } else {
    AppendText(harmony.append_child("root"), "root-step", "C");  // the schema wants one; "none" makes it mean nothing
    auto kind = harmony.append_child("kind");
    kind.text().set("none");
    kind.append_attribute("text") = "N.C.";
  }
  if (marker.at > bar.start) AppendNumber(harmony, "offset", marker.at - bar.start);
}

}  // namespace ledgerline::music
