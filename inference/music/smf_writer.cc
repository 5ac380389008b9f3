// The writing half of smf.h.
#include <algorithm>
#include <bit>
#include <tuple>

#include "inference/music/smf.h"
#include "inference/music/smf_text.h"

namespace ledgerline::music {
namespace {

constexpr int kDrumChannel = 9;            // channel 10 of the General MIDI standard, counted from 0
constexpr int kMelodicChannels = 15;       // the others
constexpr int64_t kMaxTempoUs = 0xFFFFFF;  // three bytes

Status Check(const std::string& where, std::string_view field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return OutOfRange(where + std::string(field) + " " + std::to_string(value) + " is outside " + std::to_string(low) +
                    " to " + std::to_string(high));
}

void AppendBigEndian(std::string& out, uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

void AppendQuantity(std::string& out, uint32_t value) {
  for (int shift = 21; shift > 0; shift -= 7) {
    if (value >> shift) out += static_cast<char>(0x80 | ((value >> shift) & 0x7F));
  }
  out += static_cast<char>(value & 0x7F);
}

// An event with its place. `order` settles what comes first at one tick: signatures, then note ends, then note starts.
struct Event {
  int64_t tick = 0;
  int order = 0;
  std::string bytes;
};

std::string Meta(uint8_t type, std::string_view data) {
  std::string bytes = {'\xFF', static_cast<char>(type)};
  AppendQuantity(bytes, static_cast<uint32_t>(data.size()));
  return bytes.append(data);
}

std::string TrackChunk(std::vector<Event> events) {
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tuple(a.tick, a.order) < std::tuple(b.tick, b.order);
  });
  std::string body;
  int64_t now = 0;
  for (const Event& event : events) {
    AppendQuantity(body, static_cast<uint32_t>(event.tick - now));
    now = event.tick;
    body += event.bytes;
  }
  AppendQuantity(body, 0);
  body += Meta(0x2F, "");
  std::string chunk = "MTrk";
  AppendBigEndian(chunk, static_cast<uint32_t>(body.size()), 4);
  return chunk + body;
}

template <typename Change>
Status CheckOrder(std::string_view field, const std::vector<Change>& changes, int64_t max_tick) {
  int64_t before = -1;
  for (const Change& change : changes) {
    RETURN_IF_ERROR(Check("", std::string(field) + " tick", change.at, 0, max_tick));
    if (change.at <= before) {
      return InvalidArgument(std::string(field) + " tick " + std::to_string(change.at) + " does not come after " +
                             std::to_string(before));
    }
    before = change.at;
  }
  return Status::Ok();
}

Result<std::string> Conductor(const Score& score, int64_t max_tick) {
  RETURN_IF_ERROR(CheckOrder("metre", score.metres, max_tick));
  RETURN_IF_ERROR(CheckOrder("tempo", score.tempos, max_tick));
  RETURN_IF_ERROR(CheckOrder("key", score.keys, max_tick));
  std::vector<Event> events;
  if (const std::string title = PrintableSmfText(score.title); !title.empty())
    events.push_back({0, 0, Meta(0x03, title)});
  for (const Metre& metre : score.metres) {
    RETURN_IF_ERROR(Check("", "metre numerator", metre.numerator, 1, 255));
    RETURN_IF_ERROR(Check("", "metre denominator", metre.denominator, 1, 64));
    if (!std::has_single_bit(static_cast<unsigned>(metre.denominator))) {
      return InvalidArgument("metre denominator " + std::to_string(metre.denominator) + " is not a power of two");
    }
    // 24 MIDI clocks to the metronome's click and 8 thirty-seconds to the quarter: the standard's defaults.
    const char data[4] = {static_cast<char>(metre.numerator),
                          static_cast<char>(std::countr_zero(static_cast<unsigned>(metre.denominator))), 24, 8};
    events.push_back({metre.at, 1, Meta(0x58, std::string_view(data, 4))});
  }
  for (const Key& key : score.keys) {
    RETURN_IF_ERROR(Check("", "key fifths", key.fifths, -7, 7));
    const char data[2] = {static_cast<char>(key.fifths), static_cast<char>(key.minor ? 1 : 0)};
    events.push_back({key.at, 2, Meta(0x59, std::string_view(data, 2))});
  }
  for (const Tempo& tempo : score.tempos) {
    RETURN_IF_ERROR(Check("", "tempo (microseconds per quarter note)", tempo.quarter_us, 1, kMaxTempoUs));
    std::string data;
    AppendBigEndian(data, static_cast<uint32_t>(tempo.quarter_us), 3);
    events.push_back({tempo.at, 3, Meta(0x51, data)});
  }
  RETURN_IF_ERROR(Check("", "markers", static_cast<int64_t>(score.markers.size()), 0, kMaxSmfMarkers));
  for (const Marker& marker : score.markers) {
    RETURN_IF_ERROR(Check("", "marker tick", marker.at, 0, max_tick));
    if (const std::string text = PrintableSmfText(marker.text); !text.empty()) {
      events.push_back({marker.at, 4, Meta(0x06, text)});
    }
  }
  return TrackChunk(std::move(events));
}

Result<std::string> PartTrack(const Part& part, const std::string& where, int channel, int port, int64_t max_tick) {
  RETURN_IF_ERROR(Check(where, "program", part.program, 0, 127));
  std::vector<Event> events;
  if (const std::string name = PrintableSmfText(part.name); !name.empty()) events.push_back({0, 0, Meta(0x03, name)});
  if (port >= 0) events.push_back({0, 1, Meta(0x21, std::string(1, static_cast<char>(port)))});
  events.push_back({0, 2, {static_cast<char>(0xC0 | channel), static_cast<char>(part.program)}});
  std::vector<Note> notes = part.notes;
  std::sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) {
    return std::tuple(a.onset, a.pitch, a.duration, a.velocity) < std::tuple(b.onset, b.pitch, b.duration, b.velocity);
  });
  for (const Note& note : notes) {
    RETURN_IF_ERROR(Check(where, "note onset", note.onset, 0, max_tick));
    RETURN_IF_ERROR(Check(where, "note duration", note.duration, 1, max_tick - note.onset));
    RETURN_IF_ERROR(Check(where, "note pitch", note.pitch, 0, 127));
    RETURN_IF_ERROR(Check(where, "note velocity", note.velocity, 1, 127));
    const char pitch = static_cast<char>(note.pitch);
    events.push_back({note.onset, 4, {static_cast<char>(0x90 | channel), pitch, static_cast<char>(note.velocity)}});
    events.push_back({note.onset + note.duration, 3, {static_cast<char>(0x80 | channel), pitch, 64}});
  }
  return TrackChunk(std::move(events));
}

}  // namespace

Result<std::string> WriteSmf(const Score& score) {
  RETURN_IF_ERROR(Check("", "ticks per quarter note", score.ticks_per_quarter, 1, kMaxTicksPerQuarter));
  if (score.NoteCount() > kMaxSmfNotes) {
    RETURN_IF_ERROR(Check("", "notes", static_cast<int64_t>(score.NoteCount()), 0, kMaxSmfNotes));
  }
  const int64_t max_tick = kMaxSmfQuarters * score.ticks_per_quarter;
  const auto melodic = std::count_if(score.parts.begin(), score.parts.end(),
                                     [](const Part& part) { return !part.drums && !part.notes.empty(); });
  uint32_t tracks = 1;
  ASSIGN_OR_RETURN(std::string body, Conductor(score, max_tick));
  int next = 0;
  for (size_t i = 0; i < score.parts.size(); ++i) {
    const Part& part = score.parts[i];
    if (part.notes.empty()) continue;
    const int slot = part.drums ? 0 : next++;
    const int place = slot % kMelodicChannels;
    const int channel = part.drums ? kDrumChannel : place + (place >= kDrumChannel ? 1 : 0);
    const int port = melodic > kMelodicChannels ? slot / kMelodicChannels : -1;
    ASSIGN_OR_RETURN(const std::string chunk,
                     PartTrack(part, "part " + std::to_string(i) + ": ", channel, port, max_tick));
    body += chunk;
    ++tracks;
  }
  RETURN_IF_ERROR(Check("", "tracks", tracks, 1, kMaxSmfTracks));
  std::string file = "MThd";
  AppendBigEndian(file, 6, 4);
  AppendBigEndian(file, 1, 2);
  AppendBigEndian(file, tracks, 2);
  AppendBigEndian(file, static_cast<uint32_t>(score.ticks_per_quarter), 2);
  file += body;
  if (file.size() > kMaxSmfBytes) {
    return OutOfRange("SMF size " + std::to_string(file.size()) + " is above " + std::to_string(kMaxSmfBytes) +
                      " bytes");
  }
  return file;
}

}  // namespace ledgerline::music
