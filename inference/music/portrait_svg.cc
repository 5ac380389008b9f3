// The picture of a portrait. Source: Scalable Vector Graphics 1.1 (W3C, 2011).
#include <algorithm>
#include <cstdio>

#include "inference/music/portrait.h"

namespace ledgerline::music {
namespace {

constexpr double kQuarterPixels = 22;  // pixels of a quarter note
constexpr double kWidth = 1240;        // of a row, at most
constexpr double kMargin = 24;
constexpr double kSemitone = 3.2;
constexpr double kHeader = 64;
constexpr double kBand = 15;  // height of a section's and of a key's band
constexpr double kChordLine = 16;
constexpr double kRowGap = 22;

// Light fills for sections by letter; dark text stands on all of them.
constexpr const char* kSectionFills[] = {"#cfe3f7", "#f9dcc4", "#d5ecd4", "#eadcf4",
                                         "#f7e7b0", "#f6cfd6", "#cdeae8", "#e3e0d3"};
constexpr const char* kPartGreys[] = {"#9aa4ad", "#b7bfc6", "#7f8a94", "#c9cfd4"};

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

class Drawing {
 public:
  explicit Drawing(const Portrait& portrait) : portrait_(portrait), bars_(portrait.analysis.bars) {
    low_ = 127;
    high_ = 0;
    for (const Part& part : portrait.analysis.score.parts) {
      if (part.drums) continue;
      for (const Note& note : part.notes) {
        low_ = std::min(low_, note.pitch);
        high_ = std::max(high_, note.pitch);
      }
    }
  }

  std::string Svg() {
    const size_t drawn = std::min(bars_.size(), kMaxDrawnBars);
    double y = kHeader;
    std::string rows;
    double widest = 0;
    for (size_t first = 0; first < drawn;) {
      size_t end = first;
      while (end < drawn && (end == first || X(bars_[end].end, first) - kMargin <= kWidth)) ++end;
      end = AtASection(first, end, drawn);
      widest = std::max(widest, X(bars_[end - 1].end, first));
      out_.clear();
      DrawRow(first, end, y);
      rows += out_;
      y += RowHeight() + kRowGap;
      first = end;
    }
    const double width = std::max(widest + kMargin, 700.0);
    out_.clear();
    Header(drawn);
    char head[300];
    std::snprintf(head, sizeof head,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
                  "font-family=\"sans-serif\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
                  width, y, width, y);
    return head + out_ + rows + "</svg>\n";
  }

 private:
  // A row ends before a section that it would not hold whole, if that leaves it well filled.
  size_t AtASection(size_t first, size_t end, size_t drawn) const {
    size_t best = end;
    for (const Section& section : portrait_.form.sections) {
      if (end == drawn || section.first_bar <= first || section.first_bar >= end) continue;
      if (5 * (section.first_bar - first) >= 3 * (end - first)) best = section.first_bar;
    }
    return best;
  }

  double X(int64_t tick, size_t first) const {
    return kMargin + static_cast<double>(tick - bars_[first].start) / kGridTicks * kQuarterPixels;
  }
  double RollHeight() const { return (high_ - low_ + 1) * kSemitone; }
  double RowHeight() const { return 2 * kBand + kChordLine + RollHeight(); }

  void Rect(double x, double y, double width, double height, const char* fill, const char* more = "") {
    char line[240];
    std::snprintf(line, sizeof line, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"%s/>\n", x,
                  y, std::max(0.5, width), height, fill, more);
    out_ += line;
  }
  void Text(double x, double y, int size, const std::string& text, const char* more = "") {
    char line[160];
    std::snprintf(line, sizeof line, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\"%s>", x, y, size, more);
    out_ += line + Escaped(text) + "</text>\n";
  }

  void Header(size_t drawn) {
    const Analysis& analysis = portrait_.analysis;
    Text(kMargin, 26, 18, analysis.score.title.empty() ? "Untitled" : analysis.score.title, " font-weight=\"bold\"");
    char facts[200];
    std::snprintf(facts, sizeof facts, "%s, %.0f quarter notes a minute, %s. Form: ", KeyName(portrait_.home).c_str(),
                  analysis.tempo_bpm, std::string(MoodName(portrait_.mood.quadrant)).c_str());
    std::string form = portrait_.form.ToString();
    if (form.size() > 120) form = form.substr(0, 120) + " ...";
    Text(kMargin, 46, 12, facts + form);
    if (drawn < bars_.size()) {
      Text(kMargin, 60, 11, "The first " + std::to_string(drawn) + " of " + std::to_string(bars_.size()) + " bars.");
    }
  }

  void DrawRow(size_t first, size_t end, double y) {
    const double right = X(bars_[end - 1].end, first);
    Bands(first, end, y);
    const double chords_y = y + 2 * kBand, roll_y = chords_y + kChordLine;
    Rect(kMargin, roll_y, right - kMargin, RollHeight(), "#f7f8f9");
    for (int pitch = low_; pitch <= high_; ++pitch) {
      if (pitch % 12 == 0) Rect(kMargin, Y(pitch, roll_y) + kSemitone, right - kMargin, 0.5, "#d9dde0");
    }
    for (size_t bar = first; bar <= end; ++bar) {
      const double x = bar < end ? X(bars_[bar].start, first) : right;
      Rect(x, chords_y + 3, 0.8, kChordLine - 3 + RollHeight(), "#aab2b8");
      if (bar < end) {
        Text(x + 2, roll_y + RollHeight() + 10, 8, std::to_string(portrait_.BarNumber(bar)), " fill=\"#7a828a\"");
      }
    }
    Chords(first, end, chords_y + 12);
    const Analysis& analysis = portrait_.analysis;
    for (size_t p = 0; p < analysis.score.parts.size(); ++p) {
      if (analysis.score.parts[p].drums) continue;
      Notes(analysis.score.parts[p].notes, first, end, roll_y, kPartGreys[p % 4]);
    }
    Notes(analysis.melody.notes, first, end, roll_y, "#c8401f");
  }

  double Y(int pitch, double roll_y) const { return roll_y + (high_ - pitch) * kSemitone; }

  void Bands(size_t first, size_t end, double y) {
    for (const Section& section : portrait_.form.sections) {
      const size_t from = std::max(first, section.first_bar), to = std::min(end, section.end_bar);
      if (from >= to) continue;
      const double x = X(bars_[from].start, first), width = X(bars_[to - 1].end, first) - x;
      Rect(x + 0.5, y, width - 1, kBand - 2, kSectionFills[section.letter % 8]);
      const bool goes_on = section.first_bar < from;
      Text(x + 4, y + kBand - 5, 10, goes_on ? "(" + section.Name() + ")" : section.Name(), " font-weight=\"bold\"");
    }
    for (const KeySpan& span : portrait_.keys) {
      const size_t from = std::max(first, span.first_bar), to = std::min(end, span.end_bar);
      if (from >= to) continue;
      const double x = X(bars_[from].start, first), width = X(bars_[to - 1].end, first) - x;
      Rect(x + 0.5, y + kBand, width - 1, kBand - 2, span.key.minor ? "#dfe2ea" : "#efece2");
      if (width > 50) Text(x + 4, y + 2 * kBand - 5, 9, KeyName(span.key), " fill=\"#4a5058\"");
    }
  }

  void Chords(size_t first, size_t end, double y) {
    double free_from = 0;
    for (const ChordSpan& chord : portrait_.chords) {
      const int64_t start = std::max(chord.start, bars_[first].start);
      if (start >= bars_[end - 1].end || chord.end <= bars_[first].start || chord.root < 0) continue;
      const double x = X(start, first);
      if (x < free_from) continue;  // no room: the bar's first chord stands
      const auto bar =
          std::upper_bound(bars_.begin(), bars_.end(), start, [](int64_t tick, const Bar& b) { return tick < b.end; });
      const std::string name = ChordInKey(portrait_, chord, static_cast<size_t>(bar - bars_.begin()));
      Text(x + 2, y, 10, name);
      free_from = x + 2 + 5.5 * static_cast<double>(name.size());
    }
  }

  void Notes(const std::vector<Note>& notes, size_t first, size_t end, double roll_y, const char* fill) {
    const int64_t from = bars_[first].start, to = bars_[end - 1].end;
    for (const Note& note : notes) {
      const int64_t start = std::max(from, note.onset), stop = std::min(to, note.onset + note.duration);
      if (start >= stop) continue;
      const double x = X(start, first);
      Rect(x + 0.3, Y(note.pitch, roll_y), X(stop, first) - x - 0.6, kSemitone, fill, " rx=\"0.8\"");
    }
  }

  const Portrait& portrait_;
  const std::vector<Bar>& bars_;
  int low_, high_;
  std::string out_;
};

}  // namespace

std::string PortraitSvg(const Portrait& portrait) { return Drawing(portrait).Svg(); }

}  // namespace ledgerline::music
