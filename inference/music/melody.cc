#include "inference/music/melody.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

namespace ledgerline::music {
namespace {

// Lower case, with the letters of old prints and of Polish that matter for the words below made plain.
std::string Folded(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kLetters[] = {
      {"\xC5\xBF", "s"}, {"\xC5\x82", "l"}, {"\xC5\x81", "l"}, {"\xC5\x9B", "s"}, {"\xC5\x9A", "s"},
      {"\xC3\xB3", "o"}, {"\xC3\x93", "o"}, {"\xC3\xA9", "e"}};  // long s, l with stroke, s and o with acute, e with
                                                                 // acute
  std::string folded;
  for (size_t i = 0; i < name.size();) {
    const auto letter = std::find_if(std::begin(kLetters), std::end(kLetters),
                                     [&](const auto& pair) { return name.substr(i, 2) == pair.first; });
    if (letter != std::end(kLetters)) {
      folded += letter->second;
      i += 2;
      continue;
    }
    const char c = name[i++];
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}

bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view w) { return text.find(w) != std::string_view::npos; });
}

// "Violino 2do", "Soprano II", "Flauto secondo", "Discantus 2": a second of its kind.
bool IsSecond(std::string_view name) {
  if (ContainsAny(name, {"second", "secund", "2do", "2d", "iido", "zweite"})) return true;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool starts = i == 0 || !std::isalnum(static_cast<unsigned char>(name[i - 1]));
    if (!starts) continue;
    size_t end = i;
    while (end < name.size() && std::isalnum(static_cast<unsigned char>(name[end]))) ++end;
    const std::string_view word = name.substr(i, end - i);
    if (word == "ii" || word == "iii" || word == "2" || word == "3") return true;
  }
  return false;
}

// How strongly the name, or without a telling name the program, speaks for the melody. Names come in English, German,
// French, Italian, Latin and Polish, the languages of the public-domain prints this was tried on.
int NamePoints(const Part& part) {
  const std::string name = Folded(part.name);
  int points = -1;
  if (ContainsAny(name, {"melod", "voice", "voce", "voix", "vocal", "stimme", "gesang", "sang", "sopran", "cant",
                         "chant", "discant", "diskant", "glos", "spiew", "treble", "lead", "superius"})) {
    points = 100;
  } else if (ContainsAny(name, {"tenor"})) {
    points = 62;
  } else if (ContainsAny(name, {"alt", "contralt", "mezzo"}) && !ContainsAny(name, {"viola", "sax"})) {
    points = 58;
  } else if (ContainsAny(name, {"baryton", "bariton"})) {
    points = 60;
  } else if (ContainsAny(name, {"violone", "cello", "viol di", "bass", "bas.", "fagot", "bassoon", "trombon", "tuba",
                                "timp", "cord", "corn", "horn", "viola", "viole", "guitar"})) {
    points = 5;
  } else if (ContainsAny(name, {"violin", "flut", "flaut", "flet", "oboe", "oboi", "hautb", "hoboi", "clarin", "klarin",
                                "klarn", "skrzyp", "fiddle", "recorder"})) {
    points = 50;
  } else if (ContainsAny(name, {"lower", "down", "left", "pedal", "fundament", "ripien"})) {
    points = 0;
  } else if (ContainsAny(name, {"upper", "right", "up"})) {
    points = 35;
  } else if (ContainsAny(name, {"piano", "klav", "fortep", "org", "cembalo", "harp"})) {
    points = 20;
  }
  if (points < 0) {
    const int program = part.program;
    if (program >= 52 && program <= 54)
      points = 60;  // choir and voice
    else if (program == 40 || program == 73)
      points = 45;  // violin, flute
    else if (program >= 64 && program <= 79)
      points = 40;  // reeds and pipes
    else if (program >= 32 && program <= 39)
      points = 0;  // basses
    else
      points = 25;
  }
  return IsSecond(name) ? points - 15 : points;
}

struct Shape {
  int mean_pitch = 0;       // of the skyline, weighted by duration
  int single_percent = 0;   // share of onsets with one note only
  int present_percent = 0;  // share of the piece's quarter-note-sized slots in which the part sounds
};

Shape ShapeOf(const Part& part, int64_t end, int64_t slot) {
  Shape shape;
  int64_t pitch_ticks = 0, ticks = 0, onsets = 0, singles = 0;
  for (size_t i = 0; i < part.notes.size();) {
    size_t next = i;
    while (next < part.notes.size() && part.notes[next].onset == part.notes[i].onset) ++next;
    ++onsets;
    if (next == i + 1) ++singles;
    i = next;
  }
  std::vector<bool> sounds(static_cast<size_t>(end / slot + 1));
  for (const Note& note : Skyline(part.notes)) {
    pitch_ticks += note.pitch * note.duration;
    ticks += note.duration;
    for (int64_t s = note.onset / slot; s <= (note.onset + note.duration - 1) / slot; ++s)
      sounds[static_cast<size_t>(s)] = true;
  }
  if (ticks == 0) return shape;
  shape.mean_pitch = static_cast<int>(pitch_ticks / ticks);
  shape.single_percent = static_cast<int>(100 * singles / onsets);
  shape.present_percent =
      static_cast<int>(100 * std::count(sounds.begin(), sounds.end(), true) / static_cast<int64_t>(sounds.size()));
  return shape;
}

}  // namespace

std::vector<Note> Skyline(const std::vector<Note>& notes) {
  std::vector<Note> sorted = notes;
  std::sort(sorted.begin(), sorted.end(), [](const Note& a, const Note& b) {
    return std::tuple(a.onset, -a.pitch, -a.duration, -a.velocity) <
           std::tuple(b.onset, -b.pitch, -b.duration, -b.velocity);
  });
  std::vector<Note> line;
  for (const Note& note : sorted) {
    if (!line.empty()) {
      Note& held = line.back();
      if (held.onset == note.onset) continue;  // the higher of the two is there already
      const int64_t held_end = held.onset + held.duration;
      if (held_end > note.onset) {
        if (held.pitch > note.pitch && held_end >= note.onset + note.duration) continue;  // moves under the held note
        held.duration = note.onset - held.onset;
      }
    }
    line.push_back(note);
  }
  return line;
}

int ChooseMelodyPart(const Score& score) {
  const int64_t end = score.EndTick();
  int best = -1, best_points = 0;
  for (size_t i = 0; i < score.parts.size(); ++i) {
    const Part& part = score.parts[i];
    if (part.drums || part.notes.empty()) continue;
    const Shape shape = ShapeOf(part, end, score.ticks_per_quarter);
    int points = 1000 + NamePoints(part);
    points += std::clamp(shape.mean_pitch - 48, 0, 36) * 3 / 2;  // up to 54
    points += shape.single_percent / 5;                          // up to 20
    points += std::min(shape.present_percent, 60) * 2 / 3;       // up to 40; singers pause, and are the melody still
    if (shape.present_percent < 15) points -= 80;                // a guest, whatever its name
    if (best < 0 || points > best_points) {
      best = static_cast<int>(i);
      best_points = points;
    }
  }
  return best;
}

Melody FindMelody(const Score& score) {
  Melody melody;
  melody.part = ChooseMelodyPart(score);
  if (melody.part >= 0) melody.notes = Skyline(score.parts[static_cast<size_t>(melody.part)].notes);
  return melody;
}

}  // namespace ledgerline::music
