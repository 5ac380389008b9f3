// analyse_corpus keys FILE.mid...    how often the key found has the signature that the file states
// analyse_corpus chords FILE.mid...  how often the chords found agree with the chord symbols in the file's markers
// analyse_corpus melody FILE.mid...  how often the one part named voice, chant, Singstimme or glos is taken for the
//                                    melody, with the names and programs there, and with both erased
// analyse_corpus metre FILE.mid...   how often the metre found is the one that the file states
// analyse_corpus metre-profiles FILE.mid..., metre-trees FILE.mid...  make the tables that finding metres rests on
// analyse_corpus fingerprints FILE.mid...  how many tunes are taken for others, and how many are found again when
//                                    changed
// analyse_corpus sections LABELS.tsv DIR...  how far the form found agrees with labels by hand, of songs in DIR
// analyse_corpus show FILE.mid       what the analysis finds in one file
//
// A file named `-` stands for a list of files on standard input, one a line. Chord symbols are markers "root:kind",
// root 0 to 11 from C, kind as MusicXML names it. `chords` judges twice: the melody alone, and the melody with an
// accompaniment (bass note and broken chord) made from the symbols, which tests chord finding in a texture.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "inference/music/analysis.h"
#include "inference/music/smf.h"
#include "tools/analyse_corpus/fingerprint_report.h"
#include "tools/analyse_corpus/key_report.h"
#include "tools/analyse_corpus/metre_report.h"
#include "tools/analyse_corpus/musicxml_report.h"
#include "tools/analyse_corpus/section_report.h"

namespace ledgerline::music {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Symbol {
  int64_t start = 0;
  int64_t end = 0;
  int root = -1;
  ChordQuality quality = ChordQuality::kMajor;
};

std::vector<Symbol> SymbolsOf(const Score& grid) {
  std::vector<Symbol> symbols;
  for (const Marker& marker : grid.markers) {
    const size_t colon = marker.text.find(':');
    Symbol symbol;
    if (colon == std::string::npos) {
      const auto chord = ParseChordName(marker.text);
      if (!chord.ok() || chord->root < 0) continue;
      if (!symbols.empty()) symbols.back().end = marker.at;
      symbols.push_back({marker.at, 0, chord->root, chord->quality});
      continue;
    }
    symbol.start = marker.at;
    symbol.root = std::stoi(marker.text.substr(0, colon)) % 12;
    const std::string kind = marker.text.substr(colon + 1);
    if (kind.starts_with("minor")) symbol.quality = ChordQuality::kMinor;
    if (kind.starts_with("minor-seventh")) symbol.quality = ChordQuality::kMinor7;
    if (kind.starts_with("dominant")) symbol.quality = ChordQuality::kDominant7;
    if (kind.starts_with("diminished")) symbol.quality = ChordQuality::kDiminished;
    if (kind.starts_with("half")) symbol.quality = ChordQuality::kHalfDiminished;
    if (kind.starts_with("augmented")) symbol.quality = ChordQuality::kAugmented;
    if (kind.starts_with("major-seventh")) symbol.quality = ChordQuality::kMajor7;
    if (kind.starts_with("suspended")) symbol.quality = ChordQuality::kSuspended4;
    if (!symbols.empty()) symbols.back().end = symbol.start;
    symbols.push_back(symbol);
  }
  if (!symbols.empty()) symbols.back().end = grid.EndTick();
  return symbols;
}

bool IsMinorLike(ChordQuality quality) {
  return quality == ChordQuality::kMinor || quality == ChordQuality::kMinor7 || quality == ChordQuality::kDiminished ||
         quality == ChordQuality::kHalfDiminished || quality == ChordQuality::kDiminished7;
}

struct Agreement {
  int64_t ticks = 0, root = 0, third = 0;
  void Add(const std::vector<Symbol>& symbols, const std::vector<ChordSpan>& chords) {
    for (const Symbol& symbol : symbols) {
      for (int64_t tick = symbol.start; tick < symbol.end; tick += kGridTicks / 2) {
        const ChordSpan* chord = ChordAt(chords, tick);
        ++ticks;
        if (chord == nullptr || chord->root != symbol.root) continue;
        ++root;
        if (IsMinorLike(chord->quality) == IsMinorLike(symbol.quality)) ++third;
      }
    }
  }
  void Print(const char* name) const {
    std::printf("%-28s root %.1f %%, root and third %.1f %% of the time under a symbol\n", name,
                100.0 * static_cast<double>(root) / static_cast<double>(ticks),
                100.0 * static_cast<double>(third) / static_cast<double>(ticks));
  }
};

Score WithAccompaniment(Score grid, const std::vector<Symbol>& symbols) {
  Part piano;
  for (const Symbol& symbol : symbols) {
    const uint16_t mask = ChordMask(symbol.root, symbol.quality);
    std::vector<int> upper;
    for (int pitch = 55; pitch < 67; ++pitch) {
      if (mask >> (pitch % 12) & 1) upper.push_back(pitch);
    }
    size_t turn = 0;
    for (int64_t tick = symbol.start; tick < symbol.end; tick += kGridTicks / 2, ++turn) {
      const int64_t length = std::min<int64_t>(kGridTicks / 2, symbol.end - tick);
      if (turn % 8 == 0) piano.notes.push_back({tick, length, 36 + symbol.root, 80});
      piano.notes.push_back({tick, length, upper[turn % upper.size()], 80});
    }
  }
  std::sort(piano.notes.begin(), piano.notes.end());
  grid.parts.push_back(std::move(piano));
  return grid;
}

// Notes of the part that has the melody against those of the melody found: the same onset and pitch.
struct NoteAgreement {
  size_t pieces = 0;
  double named = 0, bare = 0;  // sums of F1
  static double F1(const std::vector<Note>& wanted, const Melody& melody) {
    std::vector<std::pair<int64_t, int>> a, b, both;
    for (const Note& note : wanted) a.emplace_back(note.onset, note.pitch);
    for (const Note& note : melody.notes) b.emplace_back(note.onset, note.pitch);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return 2.0 * static_cast<double>(both.size()) / static_cast<double>(std::max<size_t>(1, a.size() + b.size()));
  }
  void Add(const std::vector<Note>& wanted, const Melody& with_names, const Melody& without) {
    ++pieces;
    named += F1(wanted, with_names);
    bare += F1(wanted, without);
  }
  void Print(const char* name) const {
    if (pieces == 0) return;
    std::printf("%s: %zu pieces; mean F1 of the notes %.3f, without names and programs %.3f\n", name, pieces,
                named / static_cast<double>(pieces), bare / static_cast<double>(pieces));
  }
};

// Half of the lead sheets, by FNV-1a of the file's name without its directories: odd hashes are held out.
bool IsHeldOut(const std::string& file) {
  uint32_t hash = 2166136261u;
  for (const char c : file.substr(file.rfind('/') + 1)) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash % 2 == 1;
}

struct Report {
  size_t files = 0, failed = 0, notes = 0;
  size_t songs = 0, voice_found = 0, voice_found_unnamed = 0;
  size_t stated = 0, same_signature = 0, same_without_prior = 0;
  NoteAgreement voice_notes, violin_notes;
  // [1]: held out, [2]: all.
  std::array<Agreement, 3> melody_alone, accompanied;
  double seconds = 0;

  void Keys(const Score& score, const Analysis& analysis) {
    if (score.keys.size() != 1) return;
    ++stated;
    if ((KeyFifths(analysis.key) - score.keys[0].fifths + 24) % 12 == 0) ++same_signature;
    Score bare = score;
    bare.keys.clear();
    if ((KeyFifths(EstimateKey(bare)) - score.keys[0].fifths + 24) % 12 == 0) ++same_without_prior;
  }
  void Melodies(const Score& score) {
    int voice = -1, voices = 0, violin = -1, violins = 0, strings = 0;
    for (size_t i = 0; i < score.parts.size(); ++i) {
      const std::string& name = score.parts[i].name;
      for (const std::string_view word : {"Voice", "Singstimme", "Chant", "G\xC5\x81OS"}) {
        if (name.find(word) == std::string::npos) continue;
        voice = static_cast<int>(i);
        ++voices;
        break;
      }
      strings += name.starts_with("Viol");
      if (name.starts_with("Violin")) {
        if (violins == 0) violin = static_cast<int>(i);
        ++violins;
      }
    }
    if (score.parts.size() < 2) return;
    Score bare = score;
    for (Part& part : bare.parts) {
      part.name.clear();
      part.program = 0;
    }
    if (voices == 1) {
      ++songs;
      if (ChooseMelodyPart(score) == voice) ++voice_found;
      if (ChooseMelodyPart(bare) == voice) ++voice_found_unnamed;
      voice_notes.Add(score.parts[static_cast<size_t>(voice)].notes, FindMelody(score), FindMelody(bare));
    } else if (violins == 2 && strings == 4 && score.parts.size() == 4) {
      violin_notes.Add(score.parts[static_cast<size_t>(violin)].notes, FindMelody(score), FindMelody(bare));
    }
  }
  void Chords(const Analysis& analysis, bool held_out) {
    const std::vector<Symbol> symbols = SymbolsOf(analysis.score);
    if (symbols.empty()) return;
    const std::vector<ChordSpan> alone = HarmoniseMelody(analysis.melody, analysis.bars, analysis.key);
    const auto accompaniment = Analyse(WithAccompaniment(analysis.score, symbols));
    for (const size_t half : {size_t{held_out}, size_t{2}}) {
      melody_alone[half].Add(symbols, alone);
      if (accompaniment.ok()) accompanied[half].Add(symbols, accompaniment->chords);
    }
  }
};

void Show(const Score& score, const Analysis& analysis) {
  std::printf("title: %s\nkey: %s (confidence %.2f)\ntempo: %.1f bpm\nbars: %zu\n", score.title.c_str(),
              KeyName(analysis.key).c_str(), analysis.key.confidence, analysis.tempo_bpm, analysis.bars.size());
  const Part& part = score.parts[static_cast<size_t>(analysis.melody.part)];
  std::printf("melody: part %d \"%s\", %zu of %zu notes\n", analysis.melody.part, part.name.c_str(),
              analysis.melody.notes.size(), part.notes.size());
  for (const Bar& bar : analysis.bars) {
    std::printf("%s", bar.start % (4 * 96) == 0 ? "\n| " : "| ");
    for (int64_t tick = bar.start; tick < bar.end;) {
      const ChordSpan* chord = ChordAt(analysis.chords, tick);
      if (chord == nullptr) break;
      std::printf("%s ", ChordName(*chord).c_str());
      tick = chord->end;
    }
  }
  std::printf("|\n");
}

int Main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "musicxml-into" && argc > 3) return PrintMusicXmlReport({argv + 3, argv + argc}, argv[2]) ? 0 : 1;
  if (mode == "sections" && argc > 3) return PrintSectionReport(argv[2], {argv + 3, argv + argc}) ? 0 : 1;
  if (argc < 3 ||
      (mode != "keys" && mode != "chords" && mode != "melody" && mode != "fingerprints" && mode != "contains" &&
       mode != "show" && mode != "musicxml" && !mode.starts_with("metre") && mode != "modulations")) {
    std::fprintf(
        stderr,
        "usage: analyse_corpus keys|chords|melody|fingerprints|contains|show FILE.mid... (- reads a list of files from "
        "standard input)\n       analyse_corpus sections LABELS.tsv DIR...\n");
    return 2;
  }
  std::vector<std::string> files;
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) != "-") {
      files.emplace_back(argv[i]);
      continue;
    }
    for (std::string line; std::getline(std::cin, line);) files.push_back(line);
  }
  if (mode == "modulations") {
    PrintKeyReport(files);
    return 0;
  }
  if (mode == "metre") PrintMetreReport(files);
  if (mode == "metre-profiles") PrintMetreProfiles(files);
  if (mode == "metre-trees") PrintMetreTrees(files);
  if (mode.starts_with("metre")) return 0;
  if (mode == "musicxml") return PrintMusicXmlReport(files, "") ? 0 : 1;
  Report report;
  std::vector<NamedScore> pieces;
  for (const std::string& file : files) {
    ++report.files;
    const auto score = ReadSmf(ReadFile(file));
    const auto begin = std::chrono::steady_clock::now();
    const auto analysis = score.ok() ? Analyse(*score) : Result<Analysis>(score.status());
    report.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!analysis.ok()) {
      ++report.failed;
      std::printf("%s: %s\n", file.c_str(), analysis.status().ToString().c_str());
      continue;
    }
    report.notes += score->NoteCount();
    if (mode == "keys") report.Keys(*score, *analysis);
    if (mode == "chords") report.Chords(*analysis, IsHeldOut(file));
    if (mode == "melody") report.Melodies(*score);
    if (mode == "fingerprints" || mode == "contains") pieces.push_back({file, *score});
    if (mode == "show") Show(*score, *analysis);
  }
  if (mode == "show") return report.failed == 0 ? 0 : 3;
  std::printf("%zu files, %zu failed, %zu notes, %.2f ms of analysis a file\n", report.files, report.failed,
              report.notes, 1000 * report.seconds / static_cast<double>(std::max<size_t>(1, report.files)));
  if (mode == "melody" && report.songs > 0) {
    std::printf("one voice: %zu songs; found by name %.1f %%, without names and programs %.1f %%\n", report.songs,
                100.0 * static_cast<double>(report.voice_found) / static_cast<double>(report.songs),
                100.0 * static_cast<double>(report.voice_found_unnamed) / static_cast<double>(report.songs));
  }
  if (mode == "melody") {
    report.voice_notes.Print("notes against the one voice");
    report.violin_notes.Print("notes against the first violin of a string quartet");
  }
  if (mode == "contains") PrintContainment(pieces);
  if (mode == "fingerprints") PrintFingerprintReport(pieces);
  if (mode == "keys" && report.stated > 0) {
    const auto percent = [&](size_t part) {
      return 100.0 * static_cast<double>(part) / static_cast<double>(report.stated);
    };
    std::printf("one signature stated: %zu files; the key found has it: %.1f %%; without looking at it: %.1f %%\n",
                report.stated, percent(report.same_signature), percent(report.same_without_prior));
  }
  if (mode == "chords") {
    for (const size_t half : {0u, 1u, 2u}) {  // the third is both
      if (report.melody_alone[half].ticks == 0) continue;
      std::printf("%s:\n", half == 0 ? "tuning half" : half == 1 ? "held-out half" : "both");
      report.melody_alone[half].Print("  melody alone:");
      report.accompanied[half].Print("  with an accompaniment:");
    }
  }
  return report.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ledgerline::music

int main(int argc, char** argv) { return ledgerline::music::Main(argc, argv); }
