// The first half of the MusicXML reader: elements and numbers.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <pugixml.hpp>

#include "inference/music/chords.h"
#include "inference/music/musicxml.h"
#include "inference/music/musicxml_document.h"
#include "inference/music/musicxml_values.h"
#include "inference/music/smf.h"

namespace ledgerline::music {
namespace {

constexpr int kFineTicks = 10080;  // a quarter note where the document's divisions have no small common multiple
constexpr int64_t kMaxDivisions = 1'000'000;
constexpr int kSnare = 38;  // a drum part's note that names no instrument

struct Instrument {
  int program = 0;
  bool drums = false;
  int unpitched = -1;  // MIDI number
};

class Parser {
 public:
  explicit Parser(const pugi::xml_node& root) : root_(root) {}

  Result<MusicXmlDocument> Run() {
    document_.title = TextOf(root_.child("work").child("work-title"));
    if (document_.title.empty()) document_.title = TextOf(root_.child("movement-title"));
    RETURN_IF_ERROR(ChooseTicks());
    RETURN_IF_ERROR(ReadPartList());
    size_t parts = 0;
    for (const pugi::xml_node part : root_.children("part")) {
      if (++parts > kMaxMusicXmlParts) {
        return OutOfRange("MusicXML: parts are above " + std::to_string(kMaxMusicXmlParts));
      }
      where_ = "MusicXML: part " + std::to_string(parts);
      RETURN_IF_ERROR(ReadPart(part, parts == 1));
    }
    if (parts == 0) return InvalidArgument("MusicXML: the score has no part");
    return std::move(document_);
  }

 private:
  std::string Here() const { return where_ + (measure_.empty() ? "" : ", measure " + measure_) + ": "; }

  Result<double> Number(const pugi::xml_node& node, std::string_view name, double low, double high) const {
    return NumberOf(node, name, low, high, Here());
  }
  Result<int> Whole(const pugi::xml_node& node, std::string_view name, int low, int high) const {
    return WholeOf(node, name, low, high, Here());
  }

  // The least common multiple of all divisions, so that every place is a whole tick, if it is small enough.
  Status ChooseTicks() {
    int64_t multiple = 1;
    for (const pugi::xml_node part : root_.children("part")) {
      for (const pugi::xml_node measure : part.children("measure")) {
        for (const pugi::xml_node attributes : measure.children("attributes")) {
          const pugi::xml_node node = attributes.child("divisions");
          if (!node) continue;
          where_ = "MusicXML";
          ASSIGN_OR_RETURN(const double value, Number(node, "divisions", 1e-3, kMaxDivisions));
          const auto whole = static_cast<int64_t>(std::llround(value));
          if (multiple > kMaxTicksPerQuarter || static_cast<double>(whole) != value) continue;
          multiple = std::lcm(multiple, whole);
        }
      }
    }
    document_.ticks_per_quarter = multiple <= kMaxTicksPerQuarter ? static_cast<int>(multiple) : kFineTicks;
    return Status::Ok();
  }

  Status ReadPartList() {
    where_ = "MusicXML: part-list";
    for (const pugi::xml_node part : root_.child("part-list").children("score-part")) {
      if (names_.size() >= kMaxMusicXmlParts) {
        return OutOfRange(Here() + "score-parts are above " + std::to_string(kMaxMusicXmlParts));
      }
      const std::string id = part.attribute("id").value();
      names_[id] = TextOf(part.child("part-name"));
      if (names_[id].empty()) names_[id] = TextOf(part.child("score-instrument").child("instrument-name"));
      bool first = true;
      for (const pugi::xml_node midi : part.children("midi-instrument")) {
        Instrument instrument;
        if (const auto node = midi.child("midi-program")) {
          ASSIGN_OR_RETURN(const int program, Whole(node, "midi-program", 1, 128));
          instrument.program = program - 1;
        }
        if (const auto node = midi.child("midi-channel")) {
          ASSIGN_OR_RETURN(const int channel, Whole(node, "midi-channel", 1, 16));
          instrument.drums = channel == 10;
        }
        if (const auto node = midi.child("midi-unpitched")) {
          ASSIGN_OR_RETURN(const int number, Whole(node, "midi-unpitched", 1, 128));
          instrument.unpitched = number - 1;
        }
        if (first) first_instruments_[id] = instrument;
        first = false;
        instruments_[id + "\n" + midi.attribute("id").value()] = instrument;
      }
    }
    return Status::Ok();
  }

  int64_t Ticks(double duration) const { return std::llround(duration * document_.ticks_per_quarter / divisions_); }

  Result<int64_t> Duration(const pugi::xml_node& parent) const {
    ASSIGN_OR_RETURN(const double value, Number(parent.child("duration"), "duration", 0,
                                                static_cast<double>(kMaxMusicXmlQuarters) * divisions_));
    return Ticks(value);
  }

  Status ReadPart(const pugi::xml_node& part, bool first) {
    id_ = part.attribute("id").value();
    WrittenPart out;
    out.name = names_[id_];
    if (const auto found = first_instruments_.find(id_); found != first_instruments_.end()) {
      out.program = found->second.program;
      out.drums = found->second.drums;
    }
    divisions_ = 1;
    transpose_ = 0;
    voices_.clear();
    velocity_ = Note().velocity;
    size_t index = 0;
    for (const pugi::xml_node measure : part.children("measure")) {
      measure_ = std::string(measure.attribute("number").value()).substr(0, 20);
      if (measure_.empty()) measure_ = "at index " + std::to_string(index);
      if (index >= kMaxMusicXmlMeasures) {
        return OutOfRange(Here() + "measures are above " + std::to_string(kMaxMusicXmlMeasures));
      }
      if (index == document_.measures.size()) document_.measures.emplace_back();
      out.measures.emplace_back();
      RETURN_IF_ERROR(ReadMeasure(measure, first, document_.measures[index], out));
      ++index;
    }
    measure_.clear();
    document_.parts.push_back(std::move(out));
    return Status::Ok();
  }

  Status ReadMeasure(const pugi::xml_node& measure, bool first_part, WrittenMeasure& common, WrittenPart& out) {
    cursor_ = 0;
    previous_onset_ = 0;
    int64_t reached = 0;
    for (const pugi::xml_node node : measure.children()) {
      const std::string_view name = node.name();
      if (name == "note") {
        RETURN_IF_ERROR(ReadNote(node, out));
      } else if (name == "backup") {
        ASSIGN_OR_RETURN(const int64_t ticks, Duration(node));
        // A few programs back up a little too far after tuplets that do not come out even.
        cursor_ = std::max<int64_t>(0, cursor_ - ticks);
      } else if (name == "forward") {
        ASSIGN_OR_RETURN(const int64_t ticks, Duration(node));
        cursor_ += ticks;
      } else if (name == "attributes") {
        RETURN_IF_ERROR(ReadAttributes(node, first_part, common));
      } else if (name == "direction" || name == "sound") {
        RETURN_IF_ERROR(ReadDirection(node, common));
      } else if (name == "harmony") {
        RETURN_IF_ERROR(ReadHarmony(node, common));
      } else if (name == "barline") {
        ReadBarline(node, &common.signs);
      }
      reached = std::max(reached, cursor_);
      if (cursor_ > kMaxMusicXmlQuarters * document_.ticks_per_quarter) {
        return OutOfRange(Here() + "its length is above " + std::to_string(kMaxMusicXmlQuarters) + " quarter notes");
      }
    }
    common.length = std::max(common.length, reached);
    return Status::Ok();
  }

  Status ReadAttributes(const pugi::xml_node& node, bool first_part, WrittenMeasure& common) {
    if (const auto child = node.child("divisions")) {
      ASSIGN_OR_RETURN(divisions_, Number(child, "divisions", 1e-3, kMaxDivisions));
    }
    if (const auto child = node.child("transpose")) {
      ASSIGN_OR_RETURN(const int chromatic, Whole(child.child("chromatic"), "chromatic", -127, 127));
      int octaves = 0;
      if (const auto change = child.child("octave-change")) {
        ASSIGN_OR_RETURN(octaves, Whole(change, "octave-change", -10, 10));
      }
      transpose_ = chromatic + 12 * octaves;
    }
    if (!first_part) return Status::Ok();
    if (const auto child = node.child("key"); child && child.child("fifths")) {
      ASSIGN_OR_RETURN(int fifths, Whole(child.child("fifths"), "fifths", -7, 7));
      if (transpose_ % 12 != 0) {  // the sounding key, with few accidentals
        fifths = ((fifths + 7 * transpose_) % 12 + 12 + 5) % 12 - 5;
      }
      RETURN_IF_ERROR(CountMark());
      common.keys.push_back({cursor_, fifths, std::string_view(child.child("mode").text().get()) == "minor"});
    }
    if (const auto child = node.child("time"); child && child.child("beats")) {
      ASSIGN_OR_RETURN(common.metre, MetreOf(child, Here()));
    }
    return Status::Ok();
  }

  Status ReadNote(const pugi::xml_node& node, WrittenPart& out) {
    if (node.child("grace")) return Status::Ok();  // no length of its own
    ASSIGN_OR_RETURN(const int64_t duration, Duration(node));
    const bool in_chord = static_cast<bool>(node.child("chord"));
    const int64_t onset = in_chord ? previous_onset_ : cursor_;
    if (!in_chord) {
      previous_onset_ = cursor_;
      cursor_ += duration;
    }
    if (node.child("rest") || node.child("cue") || duration == 0) return Status::Ok();
    WrittenNote written;
    written.note.onset = onset;
    written.note.duration = duration;
    if (const auto pitch = node.child("pitch")) {
      ASSIGN_OR_RETURN(written.note.pitch, PitchOf(pitch, transpose_, Here()));
    } else if (node.child("unpitched")) {
      out.drums = true;
      const auto found = instruments_.find(id_ + "\n" + node.child("instrument").attribute("id").value());
      const int named = found == instruments_.end() ? -1 : found->second.unpitched;
      written.note.pitch = named >= 0 ? named : kSnare;
    } else {
      return InvalidArgument(Here() + "a <note> has none of <pitch>, <unpitched> and <rest>");
    }
    if (const auto child = node.child("staff")) {
      ASSIGN_OR_RETURN(written.staff, Whole(child, "staff", 1, static_cast<int>(kMaxMusicXmlStaves)));
    }
    const std::string voice = node.child("voice").text().get();
    written.voice = voices_.emplace(voice, static_cast<int>(voices_.size())).first->second;
    for (const pugi::xml_node tie : node.children("tie")) {
      const std::string_view type = tie.attribute("type").value();
      if (type == "start") written.tie_start = true;
      if (type == "stop") written.tie_stop = true;
    }
    written.note.velocity = velocity_;
    if (const auto dynamics = node.attribute("dynamics")) written.note.velocity = VelocityOf(dynamics.as_double());
    if (++notes_ > kMaxMusicXmlNotes) {
      return OutOfRange(Here() + "notes are above " + std::to_string(kMaxMusicXmlNotes));
    }
    out.measures.back().push_back(written);
    return Status::Ok();
  }

  // Where a direction or a chord symbol stands: the cursor and its offset, but not before the measure.
  Result<int64_t> Place(const pugi::xml_node& node) const {
    const auto offset = node.child("offset");
    if (!offset) return cursor_;
    const double most = static_cast<double>(kMaxMusicXmlQuarters) * divisions_;
    ASSIGN_OR_RETURN(const double value, Number(offset, "offset", -most, most));
    return std::max<int64_t>(0, cursor_ + Ticks(value));
  }

  Status CountMark() {
    if (++markers_ <= kMaxMusicXmlMarkers) return Status::Ok();
    return OutOfRange(Here() + "chord symbols, marks, keys and tempos are above " +
                      std::to_string(kMaxMusicXmlMarkers));
  }

  Status AddMarker(WrittenMeasure& common, int64_t at, std::string text) {
    if (text.empty()) return Status::Ok();
    RETURN_IF_ERROR(CountMark());
    common.markers.push_back({at, std::move(text)});
    return Status::Ok();
  }

  Status ReadDirection(const pugi::xml_node& node, WrittenMeasure& common) {
    ASSIGN_OR_RETURN(const int64_t at, Place(node));
    double bpm = 0;  // quarter notes a minute
    for (const pugi::xml_node type : node.children("direction-type")) {
      for (const pugi::xml_node mark : type.children("rehearsal")) RETURN_IF_ERROR(AddMarker(common, at, TextOf(mark)));
      if (const auto metronome = type.child("metronome")) bpm = MetronomeBpm(metronome);
    }
    const pugi::xml_node sound = std::string_view(node.name()) == "sound" ? node : node.child("sound");
    if (const auto tempo = sound.attribute("tempo")) bpm = tempo.as_double();  // the one that is meant for playing
    if (const auto dynamics = sound.attribute("dynamics")) velocity_ = VelocityOf(dynamics.as_double());
    constexpr double kMicrosecondsPerMinute = 60e6;
    constexpr double kMaxQuarterUs = 0xFFFFFF;
    if (bpm > kMicrosecondsPerMinute / kMaxQuarterUs && bpm < 10'000) {
      RETURN_IF_ERROR(CountMark());
      common.tempos.push_back({at, std::llround(kMicrosecondsPerMinute / bpm)});
    } else if (bpm != 0) {
      return OutOfRange(Here() + "tempo " + std::to_string(bpm).substr(0, 20) + " is outside 3.6 to 10000 a minute");
    }
    return Status::Ok();
  }

  Status ReadHarmony(const pugi::xml_node& node, WrittenMeasure& common) {
    const std::string_view kind = node.child("kind").text().get();
    ASSIGN_OR_RETURN(const int64_t at, Place(node));
    if (kind == "none") return AddMarker(common, at, "N");
    const pugi::xml_node root = node.child("root");
    if (!root) return Status::Ok();  // functions and numerals name no root
    const std::string step = root.child("root-step").text().get();
    int alter = 0;
    if (const auto child = root.child("root-alter")) {
      ASSIGN_OR_RETURN(alter, Whole(child, "root-alter", -2, 2));
    }
    auto chord = ParseChordName(step);
    if (!chord.ok() || chord->root < 0) {
      return InvalidArgument(Here() + "<root-step> '" + step.substr(0, 20) + "' is not A to G");
    }
    chord->root = (chord->root + alter + 12) % 12;
    chord->quality = QualityOfKind(kind);
    return AddMarker(common, at, ChordName(*chord));
  }

  pugi::xml_node root_;
  MusicXmlDocument document_;
  std::map<std::string, std::string> names_;             // by the part's id
  std::map<std::string, Instrument> first_instruments_;  // by the part's id
  std::map<std::string, Instrument> instruments_;        // by the part's id, a line feed, the instrument's id
  std::map<std::string, int> voices_;                    // of the part at hand
  std::string where_, measure_, id_;
  double divisions_ = 1;
  int transpose_ = 0;  // semitones from written to sounding
  int velocity_ = 80;
  int64_t cursor_ = 0, previous_onset_ = 0;  // in the measure
  size_t notes_ = 0, markers_ = 0;
};

}  // namespace

Result<MusicXmlDocument> ParseMusicXml(std::string_view bytes) {
  if (bytes.size() > kMaxMusicXmlBytes) {
    return OutOfRange("MusicXML: " + std::to_string(bytes.size()) + " bytes are above " +
                      std::to_string(kMaxMusicXmlBytes));
  }
  // Scores declare no entities; who does wants them expanded. (The parser would not; the document is refused.)
  if (bytes.find("<!ENTITY") != std::string_view::npos) {
    return InvalidArgument("MusicXML: the document declares an entity (<!ENTITY), which is refused");
  }
  pugi::xml_document xml;
  const pugi::xml_parse_result parsed =
      xml.load_buffer(bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_trim_pcdata);
  if (!parsed) {
    return InvalidArgument("MusicXML: byte " + std::to_string(parsed.offset) + ": " + parsed.description());
  }
  if (xml.child("score-timewise")) {
    return InvalidArgument("MusicXML: score-timewise is not read; convert it to score-partwise");
  }
  const pugi::xml_node root = xml.child("score-partwise");
  if (!root) return InvalidArgument("MusicXML: the root element is not score-partwise");
  return Parser(root).Run();
}

}  // namespace ledgerline::music
