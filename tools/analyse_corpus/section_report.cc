#include "tools/analyse_corpus/section_report.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "inference/music/analysis.h"
#include "inference/music/sections.h"
#include "inference/music/smf.h"

namespace ledgerline::music {
namespace {

// "0:A 4:A' 8:B" over `bars` bars; empty if it is malformed.
std::vector<Section> ParseForm(const std::string& text, size_t bars) {
  std::vector<Section> sections;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    const size_t colon = word.find(':');
    if (colon == std::string::npos || colon + 1 >= word.size()) return {};
    Section section;
    section.first_bar = std::stoul(word.substr(0, colon));
    section.letter = word[colon + 1] - 'A';
    section.variant = static_cast<int>(word.size() - colon - 2);
    if (section.first_bar >= bars || (!sections.empty() && section.first_bar <= sections.back().first_bar)) return {};
    if (!sections.empty()) sections.back().end_bar = section.first_bar;
    section.end_bar = bars;
    sections.push_back(section);
  }
  return sections;
}

double F1(double hits, double found, double wanted) { return found + wanted > 0 ? 2 * hits / (found + wanted) : 1; }

// Inner boundaries of `a` that have one of `b` within `slack` bars, each used once.
double BoundaryF1(const std::vector<Section>& a, const std::vector<Section>& b, size_t slack) {
  size_t hits = 0, next = 1;
  for (size_t i = 1; i < a.size(); ++i) {
    while (next < b.size() && b[next].first_bar + slack < a[i].first_bar) ++next;
    if (next < b.size() && b[next].first_bar <= a[i].first_bar + slack) {
      ++hits;
      ++next;
    }
  }
  return F1(static_cast<double>(hits), static_cast<double>(a.size() - 1), static_cast<double>(b.size() - 1));
}

std::vector<int> LettersOfBars(const std::vector<Section>& sections, size_t bars) {
  std::vector<int> letters(bars);
  for (const Section& section : sections) {
    for (size_t bar = section.first_bar; bar < section.end_bar; ++bar) letters[bar] = section.letter;
  }
  return letters;
}

double PairF1(const std::vector<Section>& a, const std::vector<Section>& b, size_t bars) {
  const auto x = LettersOfBars(a, bars), y = LettersOfBars(b, bars);
  double both = 0, first = 0, second = 0;
  for (size_t i = 0; i < bars; ++i) {
    for (size_t j = 0; j < i; ++j) {
      first += x[i] == x[j];
      second += y[i] == y[j];
      both += x[i] == x[j] && y[i] == y[j];
    }
  }
  return F1(both, first, second);
}

std::string Named(const std::vector<Section>& sections) {
  std::string text;
  for (const Section& s : sections) text += (text.empty() ? "" : " ") + std::to_string(s.first_bar) + ":" + s.Name();
  return text;
}

struct Means {
  double exact = 0, near = 0, pairs = 0;
  int songs = 0;
  void Add(const std::vector<Section>& found, const std::vector<Section>& wanted, size_t bars) {
    exact += BoundaryF1(found, wanted, 0);
    near += BoundaryF1(found, wanted, 1);
    pairs += PairF1(found, wanted, bars);
    ++songs;
  }
  void Print(const char* name) const {
    if (songs == 0) return;
    std::printf("%-40s %2d songs: boundaries F1 %.3f (within one bar %.3f), pairs of bars F1 %.3f\n", name, songs,
                exact / songs, near / songs, pairs / songs);
  }
};

}  // namespace

bool PrintSectionReport(const std::string& labels, const std::vector<std::string>& directories) {
  std::ifstream in(labels);
  bool fine = static_cast<bool>(in);
  if (!fine) std::printf("cannot read %s\n", labels.c_str());
  Means built_in, corpus, one, fours;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::string name = line.substr(0, line.find('\t'));
    const std::string rest = line.substr(std::min(line.size(), name.size() + 1));
    std::string path;
    for (const std::string& directory : directories) {
      if (std::filesystem::exists(directory + "/" + name + ".mid")) path = directory + "/" + name + ".mid";
    }
    std::ifstream file(path, std::ios::binary);
    const auto score = ReadSmf(std::string(std::istreambuf_iterator<char>(file), {}));
    const auto analysis = score.ok() ? Analyse(*score) : Result<Analysis>(score.status());
    if (!analysis.ok()) {
      std::printf("%s: %s\n", name.c_str(), analysis.status().ToString().c_str());
      fine = false;
      continue;
    }
    const size_t bars = analysis->bars.size();
    const std::vector<Section> wanted = ParseForm(rest.substr(0, rest.find('\t')), bars);
    if (wanted.empty()) {
      std::printf("%s: the form is not like 0:A 4:B, in order and within %zu bars\n", name.c_str(), bars);
      fine = false;
      continue;
    }
    const Form form = FindForm(analysis->score, analysis->bars, analysis->melody, analysis->chords);
    std::printf("%s, %zu bars\n  by hand %s\n  found   %s\n", name.c_str(), bars, Named(wanted).c_str(),
                Named(form.sections).c_str());
    (name.find('/') == std::string::npos ? built_in : corpus).Add(form.sections, wanted, bars);
    one.Add({Section{0, bars, 0, 0, 1000}}, wanted, bars);
    std::vector<Section> blocks;
    for (size_t bar = 0; bar < bars; bar += 4)
      blocks.push_back({bar, std::min(bars, bar + 4), static_cast<int>(bar / 4), 0, 1000});
    fours.Add(blocks, wanted, bars);
  }
  built_in.Print("built-in songs (weights set on these):");
  corpus.Print("corpus, split demo:");
  one.Print("floor, one section:");
  fours.Print("floor, four bars each, no repeats:");
  return fine;
}

}  // namespace ledgerline::music
