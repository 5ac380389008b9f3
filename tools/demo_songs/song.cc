#include "tools/demo_songs/song.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "inference/music/chords.h"

namespace ledgerline::demo {
namespace {

using music::Note;

constexpr int kTicksPerQuarter = 480;
constexpr int kWhole = 4 * kTicksPerQuarter;
constexpr int kMelodyVelocity = 90;
constexpr int kChordVelocity = 60;

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t at = 0; (at = text.find_first_not_of(" \t\r", at)) != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(" \t\r", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 40)) + "\""; }

// Fifths of the major key on a letter: C 0, D 2, E 4, F -1, G 1, A 3, B 5.
std::optional<int> FifthsOfLetter(char letter) {
  static constexpr std::string_view kLetters = "FCGDAEB";
  const size_t place = kLetters.find(letter);
  if (place == std::string_view::npos) return std::nullopt;
  return static_cast<int>(place) - 1;
}

class Parser {
 public:
  Result<Song> Parse(std::string_view text) {
    if (text.size() > kMaxSongBytes) {
      return OutOfRange("song size " + std::to_string(text.size()) + " is above " + std::to_string(kMaxSongBytes) +
                        " bytes");
    }
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      ++line_;
      RETURN_IF_ERROR(Line(Trimmed(text.substr(at, end - at))));
      at = end + 1;
    }
    if (bars_.empty()) return Error("the song has no bars");
    return Assemble();
  }

 private:
  struct BarText {
    std::vector<Note> notes;  // onsets from the bar's start
    std::vector<bool> tied;
    std::vector<music::ChordSpan> chords;
  };

  Status Error(const std::string& what) const { return InvalidArgument("line " + std::to_string(line_) + ": " + what); }
  Status Bound(std::string_view field, int value, int low, int high) const {
    if (value >= low && value <= high) return Status::Ok();
    return OutOfRange("line " + std::to_string(line_) + ": " + std::string(field) + " " + std::to_string(value) +
                      " is outside " + std::to_string(low) + " to " + std::to_string(high));
  }

  Status Line(std::string_view line) {
    if (line.empty() || line.front() == '#') return Status::Ok();
    if (line.front() == '|') return BarLine(line.substr(1));
    if (line.starts_with("pickup ")) return PickupLine(line.substr(7));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      return Error(Quoted(line) + " is neither \"name: value\" nor a bar (| notes ; chords)");
    if (!bars_.empty() || pickup_) return Error("headers stand before the first bar");
    return Header(Trimmed(line.substr(0, colon)), Trimmed(line.substr(colon + 1)));
  }

  Status Header(std::string_view name, std::string_view value) {
    const std::optional<int> number = Number(value);
    const auto need_number = [&](int low, int high) {
      return number ? Bound(name, *number, low, high)
                    : Error(std::string(name) + " " + Quoted(value) + " is not a number");
    };
    if (name == "title" || name == "composer") {
      if (value.empty()) return Error(std::string(name) + " is empty");
      (name == "title" ? song_.title : song_.composer) = value;
      return Status::Ok();
    }
    if (name == "year") {
      RETURN_IF_ERROR(need_number(800, 2100));
      song_.year = *number;
    } else if (name == "tempo") {
      RETURN_IF_ERROR(need_number(20, 400));
      tempo_ = *number;
    } else if (name == "verses") {
      RETURN_IF_ERROR(need_number(1, 20));
      verses_ = *number;
    } else if (name == "key") {
      return KeyHeader(value);
    } else if (name == "metre") {
      return MetreHeader(value);
    } else {
      return Error("header " + Quoted(name) +
                   " is unknown; known are title, composer, year, key, metre, tempo, verses");
    }
    return Status::Ok();
  }

  Status KeyHeader(std::string_view value) {
    const auto words = Words(value);
    const Status wrong = Error("key " + Quoted(value) + " is not like \"Eb major\" or \"F# minor\"");
    if (words.size() != 2 || words[0].size() > 2 || (words[1] != "major" && words[1] != "minor")) return wrong;
    std::optional<int> fifths = FifthsOfLetter(words[0][0]);
    if (!fifths) return wrong;
    if (words[0].size() == 2) {
      if (words[0][1] != '#' && words[0][1] != 'b') return wrong;
      *fifths += words[0][1] == '#' ? 7 : -7;
    }
    const bool minor = words[1] == "minor";
    if (minor) *fifths -= 3;
    RETURN_IF_ERROR(Bound("key signature", *fifths, -7, 7));
    key_ = music::Key{0, *fifths, minor};
    return Status::Ok();
  }

  Status MetreHeader(std::string_view value) {
    const size_t slash = value.find('/');
    const auto numerator = Number(value.substr(0, std::min(slash, value.size())));
    const auto denominator = slash == std::string_view::npos ? std::nullopt : Number(value.substr(slash + 1));
    if (!numerator || !denominator) return Error("metre " + Quoted(value) + " is not like 3/4");
    RETURN_IF_ERROR(Bound("metre numerator", *numerator, 1, 32));
    if (*denominator != 1 && *denominator != 2 && *denominator != 4 && *denominator != 8 && *denominator != 16) {
      return Error("metre denominator " + std::to_string(*denominator) + " is not 1, 2, 4, 8 or 16");
    }
    metre_ = music::Metre{0, *numerator, *denominator};
    bar_ticks_ = *numerator * kWhole / *denominator;
    return Status::Ok();
  }

  Status Ready() const {
    const auto missing = [&](std::string_view name) { return Error("the header " + Quoted(name) + " is missing"); };
    if (song_.title.empty()) return missing("title");
    if (song_.composer.empty()) return missing("composer");
    if (song_.year == 0) return missing("year");
    if (!key_) return missing("key");
    if (!metre_) return missing("metre");
    if (tempo_ == 0) return missing("tempo");
    return Status::Ok();
  }

  Status PickupLine(std::string_view line) {
    RETURN_IF_ERROR(Ready());
    if (pickup_ || !bars_.empty()) return Error("the pickup stands once, before the first bar");
    if (verses_ > 1)
      return Error("verses " + std::to_string(verses_) + " cannot go with a pickup; write the verses out");
    int length = 0;
    ASSIGN_OR_RETURN(pickup_, Notes(line, length));
    if (length == 0 || length >= bar_ticks_) {
      return Error("the pickup lasts " + std::to_string(length) + " ticks, outside 1 to " +
                   std::to_string(bar_ticks_ - 1));
    }
    pickup_ticks_ = length;
    return Chords(line, length, *pickup_);
  }

  Status BarLine(std::string_view line) {
    RETURN_IF_ERROR(Ready());
    RETURN_IF_ERROR(Bound("bars", static_cast<int>(bars_.size()) + 1, 1, kMaxSongBars));
    int length = 0;
    ASSIGN_OR_RETURN(BarText bar, Notes(line, length));
    if (length != bar_ticks_) {
      return Error("bar " + std::to_string(bars_.size() + 1) + " lasts " + std::to_string(length) +
                   " ticks, its metre " + std::to_string(bar_ticks_) + " (" + std::to_string(kTicksPerQuarter) +
                   " a quarter note)");
    }
    RETURN_IF_ERROR(Chords(line, length, bar));
    bars_.push_back(std::move(bar));
    return Status::Ok();
  }

  Result<BarText> Notes(std::string_view line, int& length) {
    BarText bar;
    length = 0;
    for (std::string_view word : Words(line.substr(0, std::min(line.find(';'), line.size())))) {
      const std::string_view whole_word = word;
      const bool tied = word.back() == '~';
      if (tied) word.remove_suffix(1);
      const size_t slash = word.find('/');
      if (slash != std::string_view::npos) {
        RETURN_IF_ERROR(Value(word.substr(slash + 1), whole_word));
        word = word.substr(0, slash);
      }
      if (value_ticks_ == 0) return Error("note " + Quoted(whole_word) + " has no length, nor has a note before it");
      if (word != "r") {
        ASSIGN_OR_RETURN(const int pitch, Pitch(word, whole_word));
        bar.notes.push_back({length, value_ticks_, pitch, kMelodyVelocity});
        bar.tied.push_back(tied);
      } else if (tied) {
        return Error("rest " + Quoted(whole_word) + " is tied");
      }
      length += value_ticks_;
      if (length > bar_ticks_) return Error("the bar is longer than its metre from " + Quoted(whole_word) + " on");
    }
    return bar;
  }

  Status Value(std::string_view text, std::string_view word) {
    size_t dots = 0;
    while (!text.empty() && text.back() == '.') {
      text.remove_suffix(1);
      ++dots;
    }
    const auto value = Number(text);
    if (!value || *value < 1 || *value > 32 || (*value & (*value - 1)) != 0 || dots > 2) {
      return Error("length of " + Quoted(word) + " is not 1, 2, 4, 8, 16 or 32 with up to two dots");
    }
    const int plain = kWhole / *value;
    value_ticks_ = plain + (dots > 0 ? plain / 2 : 0) + (dots > 1 ? plain / 4 : 0);
    return Status::Ok();
  }

  Result<int> Pitch(std::string_view text, std::string_view word) {
    static constexpr std::string_view kLetters = "C D EF G A B";
    const size_t step = text.empty() || text[0] == ' ' ? std::string_view::npos : kLetters.find(text[0]);
    if (step == std::string_view::npos) return Error("note " + Quoted(word) + " does not begin with A to G or r");
    int pitch = static_cast<int>(step);
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '#' || text[0] == 'b')) {
      pitch += text[0] == '#' ? 1 : -1;
      text.remove_prefix(1);
    }
    const auto octave = Number(text);
    if (!octave) return Error("note " + Quoted(word) + " has no octave");
    RETURN_IF_ERROR(Bound("octave", *octave, 0, 8));
    return pitch + 12 * (*octave + 1);
  }

  Status Chords(std::string_view line, int length, BarText& bar) {
    const size_t semicolon = line.find(';');
    const auto words = semicolon == std::string_view::npos ? Words("") : Words(line.substr(semicolon + 1));
    if (words.empty()) return Error("chords are missing after \";\" (write - for none)");
    const int count = static_cast<int>(words.size());
    if (length % count != 0) return Error(std::to_string(count) + " chords do not share the bar evenly");
    for (int i = 0; i < count; ++i) {
      auto chord = music::ParseChordName(words[static_cast<size_t>(i)]);
      if (!chord.ok()) return Error(chord.status().message());
      chord->start = i * (length / count);
      chord->end = (i + 1) * (length / count);
      bar.chords.push_back(*chord);
    }
    return Status::Ok();
  }

  Result<Song> Assemble() {
    music::Score& score = song_.score;
    score.title = song_.title;
    score.ticks_per_quarter = kTicksPerQuarter;
    score.tempos = {{0, 60'000'000 / tempo_}};
    score.keys = {*key_};
    score.parts = {{"Melody", 73, false, {}}, {"Chords", 0, false, {}}};  // flute and piano
    int64_t at = 0;
    if (pickup_) {
      // A pickup is a short first bar with a metre of its own, in the shortest beats that it is made of.
      int denominator = metre_->denominator;
      while (pickup_ticks_ % (kWhole / denominator) != 0 && denominator < 64) denominator *= 2;
      if (pickup_ticks_ % (kWhole / denominator) != 0) return Error("the pickup is not made of 64th notes");
      score.metres.push_back({0, pickup_ticks_ * denominator / kWhole, denominator});
      RETURN_IF_ERROR(Append(*pickup_, at));
      at += pickup_ticks_;
    }
    score.metres.push_back({at, metre_->numerator, metre_->denominator});
    for (int verse = 0; verse < verses_; ++verse) {
      for (const BarText& bar : bars_) {
        RETURN_IF_ERROR(Append(bar, at));
        at += bar_ticks_;
      }
    }
    if (tie_open_) return Error("the last note is tied to nothing");
    if (score.parts[0].notes.empty()) return Error("the song has no notes");
    if (score.parts[1].notes.empty()) score.parts.pop_back();
    return std::move(song_);
  }

  Status Append(const BarText& bar, int64_t at) {
    std::vector<Note>& melody = song_.score.parts[0].notes;
    for (size_t i = 0; i < bar.notes.size(); ++i) {
      Note note = bar.notes[i];
      note.onset += at;
      if (tie_open_) {
        if (melody.back().pitch != note.pitch || melody.back().onset + melody.back().duration != note.onset) {
          return InvalidArgument("a tie (~) leads to a note of another pitch or over a rest, " +
                                 std::to_string(note.onset) + " ticks from the start");
        }
        melody.back().duration += note.duration;
      } else {
        melody.push_back(note);
      }
      tie_open_ = bar.tied[i];
    }
    for (const music::ChordSpan& chord : bar.chords) {
      if (chord.root < 0) continue;
      song_.score.markers.push_back({at + chord.start, music::ChordName(chord)});
      std::vector<Note>& notes = song_.score.parts[1].notes;
      const int64_t length = chord.end - chord.start;
      const int bass = 40 + (chord.root + 8) % 12;  // E2 to D#3
      notes.push_back({at + chord.start, length, bass, kChordVelocity});
      for (int pitch = 53; pitch < 65; ++pitch) {  // F3 to E4, below the tune
        if (chord.pitch_class_mask >> (pitch % 12) & 1)
          notes.push_back({at + chord.start, length, pitch, kChordVelocity});
      }
    }
    return Status::Ok();
  }

  int line_ = 0;
  Song song_;
  std::optional<music::Key> key_;
  std::optional<music::Metre> metre_;
  int tempo_ = 0;
  int verses_ = 1;
  int bar_ticks_ = 0;
  int value_ticks_ = 0;  // of the last note; holds until the next one is named
  int pickup_ticks_ = 0;
  std::optional<BarText> pickup_;
  std::vector<BarText> bars_;
  bool tie_open_ = false;
};

}  // namespace

Result<Song> ParseSong(std::string_view text) { return Parser().Parse(text); }

}  // namespace ledgerline::demo
