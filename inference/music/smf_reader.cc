// The reading half of smf.h. Names in comments are those of the standard: chunk, delta-time, running status, meta
// event.
#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "inference/music/smf.h"
#include "inference/music/smf_text.h"

namespace ledgerline::music {
namespace {

std::string At(size_t offset) { return "SMF byte " + std::to_string(offset) + ": "; }

Status Malformed(size_t offset, const std::string& what) { return InvalidArgument(At(offset) + what); }

Status Beyond(size_t offset, std::string_view field, int64_t value, std::string_view bound) {
  return OutOfRange(At(offset) + std::string(field) + " " + std::to_string(value) + " is outside " +
                    std::string(bound));
}

// A window on the file that never reads past its end. Offsets are those of the whole file.
class Cursor {
 public:
  Cursor(std::string_view file, size_t begin, size_t end) : file_(file), position_(begin), end_(end) {}

  size_t position() const { return position_; }
  size_t left() const { return end_ - position_; }

  Result<uint8_t> Byte(std::string_view field) {
    if (left() == 0) return Malformed(position_, std::string(field) + " is missing: the chunk ends here");
    return static_cast<uint8_t>(file_[position_++]);
  }
  Result<uint8_t> Peek(std::string_view field) {
    auto byte = Byte(field);
    if (byte.ok()) --position_;
    return byte;
  }
  Result<std::string_view> Bytes(size_t count, std::string_view field) {
    if (count > left()) {
      return Malformed(position_, std::string(field) + " needs " + std::to_string(count) + " bytes, " +
                                      std::to_string(left()) + " are left");
    }
    const std::string_view bytes = file_.substr(position_, count);
    position_ += count;
    return bytes;
  }
  // A variable-length quantity: at most four bytes, seven bits each, the most significant first.
  Result<uint32_t> Quantity(std::string_view field) {
    const size_t start = position_;
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      ASSIGN_OR_RETURN(const uint8_t byte, Byte(field));
      value = (value << 7) | (byte & 0x7Fu);
      if ((byte & 0x80u) == 0) return value;
    }
    return Malformed(start, std::string(field) + " is a variable-length quantity of more than 4 bytes");
  }

 private:
  std::string_view file_;
  size_t position_;
  size_t end_;
};

uint32_t BigEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<uint8_t>(byte);
  return value;
}

struct Program {
  int64_t at = 0;
  int number = 0;
};

// What one channel of one track plays.
struct Voice {
  std::vector<Note> notes;
  std::array<std::deque<std::pair<int64_t, int>>, 128> sounding;  // per pitch: (onset, velocity), the oldest first

  void Begin(int64_t tick, int pitch, int velocity) { sounding[pitch].emplace_back(tick, velocity); }
  void End(int64_t tick, int pitch) {
    if (sounding[pitch].empty()) return;  // an off without an on says nothing
    const auto [onset, velocity] = sounding[pitch].front();
    sounding[pitch].pop_front();
    notes.push_back({onset, std::max<int64_t>(1, tick - onset), pitch, velocity});
  }
  void EndAll(int64_t tick) {
    for (int pitch = 0; pitch < 128; ++pitch) {
      while (!sounding[pitch].empty()) End(tick, pitch);
    }
  }
};

struct Track {
  std::string name;
  std::string instrument;
  std::map<int, Voice> voices;                   // by channel, 0 to 15
  std::map<int, std::vector<Program>> programs;  // by channel, in order of time
};

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<Score> Read() {
    if (file_.size() > kMaxSmfBytes) {
      return OutOfRange("SMF size " + std::to_string(file_.size()) + " is above " + std::to_string(kMaxSmfBytes) +
                        " bytes");
    }
    RETURN_IF_ERROR(ReadChunks());
    return Assemble();
  }

 private:
  Status ReadChunks() {
    Cursor cursor(file_, 0, file_.size());
    if (file_.substr(0, 4) != "MThd") return Malformed(0, "no MThd header: this is not a Standard MIDI File");
    size_t tracks_declared = 0;
    bool header_seen = false;
    while (!header_seen || tracks_.size() < tracks_declared) {
      const size_t chunk_start = cursor.position();
      if (header_seen && cursor.left() == 0) {
        return Malformed(chunk_start, "the header declares " + std::to_string(tracks_declared) +
                                          " tracks, the file has " + std::to_string(tracks_.size()));
      }
      ASSIGN_OR_RETURN(const std::string_view type, cursor.Bytes(4, "chunk type"));
      ASSIGN_OR_RETURN(const std::string_view length_bytes, cursor.Bytes(4, "chunk length"));
      const size_t content = cursor.position();
      const uint32_t length = BigEndian(length_bytes);
      ASSIGN_OR_RETURN(const std::string_view body, cursor.Bytes(length, "chunk " + PrintableSmfText(type)));
      if (!header_seen) {
        ASSIGN_OR_RETURN(tracks_declared, ReadHeader(content, body));
        header_seen = true;
      } else if (type == "MTrk") {
        RETURN_IF_ERROR(ReadTrack(Cursor(file_, content, content + length)));
      }  // chunks of other types are to be skipped (RP-001, "Chunks")
    }
    return Status::Ok();
  }

  Result<size_t> ReadHeader(size_t offset, std::string_view body) {
    if (body.size() < 6) return Malformed(offset, "MThd length " + std::to_string(body.size()) + " is below 6");
    format_ = static_cast<int>(BigEndian(body.substr(0, 2)));
    const size_t tracks = BigEndian(body.substr(2, 2));
    const int division = static_cast<int>(BigEndian(body.substr(4, 2)));
    if (format_ == 2) return Malformed(offset, "format 2 (independent patterns) is not supported; use format 0 or 1");
    if (format_ > 2) return Malformed(offset, "format " + std::to_string(format_) + " is unknown; use format 0 or 1");
    if (tracks == 0) return Malformed(offset + 2, "the header declares 0 tracks");
    if (format_ == 0 && tracks != 1) {
      return Malformed(offset + 2, "format 0 has one track, the header declares " + std::to_string(tracks));
    }
    if (tracks > kMaxSmfTracks) {
      return Beyond(offset + 2, "tracks", static_cast<int64_t>(tracks), "1 to " + std::to_string(kMaxSmfTracks));
    }
    if (division & 0x8000)
      return Malformed(offset + 4, "SMPTE time division is not supported; use ticks per quarter note");
    if (division == 0) return Beyond(offset + 4, "ticks per quarter note", 0, "1 to 32767");
    score_.ticks_per_quarter = division;
    max_tick_ = kMaxSmfQuarters * division;
    return tracks;
  }

  Status ReadTrack(Cursor cursor) {
    Track& track = tracks_.emplace_back();
    int64_t tick = 0;
    uint8_t running_status = 0;
    while (cursor.left() > 0) {  // a track without its End of Track ends with its chunk
      const size_t delta_offset = cursor.position();
      ASSIGN_OR_RETURN(const uint32_t delta, cursor.Quantity("delta-time"));
      tick += delta;
      if (tick > max_tick_) {
        return Beyond(delta_offset, "tick", tick,
                      "0 to " + std::to_string(max_tick_) + " (" + std::to_string(kMaxSmfQuarters) + " quarter notes)");
      }
      const size_t event_offset = cursor.position();
      ASSIGN_OR_RETURN(uint8_t status, cursor.Peek("event"));
      if (status & 0x80) {
        cursor.Byte("event").status().IgnoreError();  // just peeked
      } else if (running_status == 0) {
        return Malformed(event_offset,
                         "data byte " + std::to_string(status) + " where a status byte (128 to 255) is needed");
      } else {
        status = running_status;
      }
      if (status < 0xF0) {
        running_status = status;
        RETURN_IF_ERROR(ReadChannelEvent(cursor, track, tick, status));
      } else if (status == 0xFF) {
        running_status = 0;
        ASSIGN_OR_RETURN(const bool ended, ReadMetaEvent(cursor, track, tick));
        if (ended) break;
      } else if (status == 0xF0 || status == 0xF7) {
        running_status = 0;
        ASSIGN_OR_RETURN(const uint32_t length, cursor.Quantity("system exclusive length"));
        RETURN_IF_ERROR(cursor.Bytes(length, "system exclusive event").status());
      } else {
        return Malformed(event_offset, "status byte " + std::to_string(status) + " may not stand in a file");
      }
    }
    for (auto& [channel, voice] : track.voices) voice.EndAll(tick);
    return Status::Ok();
  }

  static Result<int> DataByte(Cursor& cursor, std::string_view field) {
    const size_t offset = cursor.position();
    ASSIGN_OR_RETURN(const uint8_t byte, cursor.Byte(field));
    if (byte > 127) return Malformed(offset, std::string(field) + " " + std::to_string(byte) + " is outside 0 to 127");
    return static_cast<int>(byte);
  }

  Status ReadChannelEvent(Cursor& cursor, Track& track, int64_t tick, uint8_t status) {
    const int channel = status & 0x0F;
    const int kind = status >> 4;
    const size_t offset = cursor.position();
    if (kind == 0xC) {
      ASSIGN_OR_RETURN(const int program, DataByte(cursor, "program number"));
      track.programs[channel].push_back({tick, program});
      return Status::Ok();
    }
    if (kind == 0xD) return DataByte(cursor, "channel pressure").status();
    if (kind != 0x8 &&
        kind != 0x9) {  // key pressure, controller, pitch bend: two data bytes that the score does not keep
      RETURN_IF_ERROR(DataByte(cursor, "first data byte").status());
      return DataByte(cursor, "second data byte").status();
    }
    ASSIGN_OR_RETURN(const int pitch, DataByte(cursor, "key number"));
    ASSIGN_OR_RETURN(const int velocity, DataByte(cursor, "velocity"));
    if (kind == 0x9 && velocity > 0) {
      if (++notes_ > kMaxSmfNotes) {
        return Beyond(offset, "notes", static_cast<int64_t>(notes_), "0 to " + std::to_string(kMaxSmfNotes));
      }
      track.voices[channel].Begin(tick, pitch, velocity);
    } else if (const auto voice = track.voices.find(channel); voice != track.voices.end()) {
      voice->second.End(tick, pitch);
    }
    return Status::Ok();
  }

  // Returns true at End of Track.
  Result<bool> ReadMetaEvent(Cursor& cursor, Track& track, int64_t tick) {
    const size_t type_offset = cursor.position();
    ASSIGN_OR_RETURN(const int type, DataByte(cursor, "meta type"));
    ASSIGN_OR_RETURN(const uint32_t length, cursor.Quantity("meta length"));
    const size_t offset = cursor.position();
    ASSIGN_OR_RETURN(const std::string_view data, cursor.Bytes(length, "meta event " + std::to_string(type)));
    const auto need = [&](size_t bytes, std::string_view field) {
      if (data.size() >= bytes) return Status::Ok();  // longer ones are to be accepted, the rest ignored
      return Malformed(type_offset, std::string(field) + " length " + std::to_string(data.size()) + " is below " +
                                        std::to_string(bytes));
    };
    const auto byte = [&](size_t i) { return static_cast<int>(static_cast<uint8_t>(data[i])); };
    switch (type) {
      case 0x03:
        if (track.name.empty()) track.name = PrintableSmfText(data);
        break;
      case 0x04:
        if (track.instrument.empty()) track.instrument = PrintableSmfText(data);
        break;
      case 0x06:
        if (score_.markers.size() == kMaxSmfMarkers) {
          return Beyond(type_offset, "markers", kMaxSmfMarkers + 1, "0 to " + std::to_string(kMaxSmfMarkers));
        }
        if (std::string text = PrintableSmfText(data); !text.empty()) score_.markers.push_back({tick, std::move(text)});
        break;
      case 0x2F:
        return true;
      case 0x51: {
        RETURN_IF_ERROR(need(3, "tempo"));
        const int64_t quarter_us = BigEndian(data.substr(0, 3));
        if (quarter_us == 0) return Beyond(offset, "tempo (microseconds per quarter note)", 0, "1 to 16777215");
        score_.tempos.push_back({tick, quarter_us});
        break;
      }
      case 0x58: {
        RETURN_IF_ERROR(need(4, "time signature"));
        if (byte(0) == 0) return Beyond(offset, "time signature numerator", 0, "1 to 255");
        if (byte(1) > 6) return Beyond(offset + 1, "time signature denominator power", byte(1), "0 to 6");
        score_.metres.push_back({tick, byte(0), 1 << byte(1)});
        break;
      }
      case 0x59: {
        RETURN_IF_ERROR(need(2, "key signature"));
        const int fifths = static_cast<int8_t>(data[0]);
        if (fifths < -7 || fifths > 7) return Beyond(offset, "key signature", fifths, "-7 to 7");
        if (byte(1) > 1) return Beyond(offset + 1, "key signature mode", byte(1), "0 to 1");
        score_.keys.push_back({tick, fifths, byte(1) == 1});
        break;
      }
      default:  // text, lyrics, markers, ports and the like are not kept
        break;
    }
    return false;
  }

  // Sorted by time; of several at one tick, the last in the file stays.
  template <typename Change>
  static void Settle(std::vector<Change>& changes) {
    std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.at < b.at; });
    std::vector<Change> settled;
    for (const Change& change : changes) {
      if (!settled.empty() && settled.back().at == change.at) settled.pop_back();
      settled.push_back(change);
    }
    changes = std::move(settled);
  }

  static int ProgramAt(const std::vector<Program>& programs, int64_t tick, int otherwise) {
    int number = otherwise;
    int64_t latest = -1;
    for (const Program& program : programs) {
      if (program.at <= tick && program.at >= latest) {
        latest = program.at;
        number = program.number;
      }
    }
    return number;
  }

  Result<Score> Assemble() {
    Settle(score_.metres);
    Settle(score_.tempos);
    Settle(score_.keys);
    std::stable_sort(score_.markers.begin(), score_.markers.end(),
                     [](const Marker& a, const Marker& b) { return a.at < b.at; });
    if (format_ == 0 || tracks_[0].voices.empty()) score_.title = tracks_[0].name;
    // A program change holds for its channel in all tracks: programs that stand in another track (often the first)
    // serve the tracks that state none themselves.
    std::map<int, std::vector<Program>> anywhere;
    for (const Track& track : tracks_) {
      for (const auto& [channel, programs] : track.programs) {
        anywhere[channel].insert(anywhere[channel].end(), programs.begin(), programs.end());
      }
    }
    for (Track& track : tracks_) {
      for (auto& [channel, voice] : track.voices) {
        Part part;
        if (format_ == 1) part.name = track.name.empty() ? track.instrument : track.name;
        part.drums = channel == 9;
        std::sort(voice.notes.begin(), voice.notes.end(), [](const Note& a, const Note& b) {
          return std::tuple(a.onset, a.pitch, a.duration, a.velocity) <
                 std::tuple(b.onset, b.pitch, b.duration, b.velocity);
        });
        part.notes = std::move(voice.notes);
        const int64_t first = part.notes.front().onset;
        const auto& own = track.programs[channel];
        part.program = own.empty() ? ProgramAt(anywhere[channel], first, 0) : ProgramAt(own, first, 0);
        score_.parts.push_back(std::move(part));
      }
    }
    return std::move(score_);
  }

  std::string_view file_;
  int format_ = 0;
  int64_t max_tick_ = 0;
  size_t notes_ = 0;
  std::vector<Track> tracks_;
  Score score_;
};

}  // namespace

Result<Score> ReadSmf(std::string_view bytes) { return Reader(bytes).Read(); }

}  // namespace ledgerline::music
