#include "tools/demo_page/piano_roll.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace ledgerline::demo {
namespace {

constexpr int kWidth = 960, kMargin = 8, kSemitone = 4, kGap = 14, kLegend = 20, kDrumLine = 8;
// Readable on white, and apart for readers who see no red or no green (Okabe and Ito, 2008).
constexpr std::array<const char*, 6> kColours = {"#d55e00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"};
constexpr const char* kDrumColour = "#555555";

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    }
  }
  return out;
}

struct Frame {
  const std::vector<music::Bar>& bars;
  size_t drawn = 0;
  int low = 127, high = 0;
  bool drums = false;

  int RollHeight() const { return (high - low + 1) * kSemitone; }
  int RowHeight() const { return RollHeight() + (drums ? kDrumLine : 0) + kGap; }
  int RowTop(size_t bar) const { return kLegend + static_cast<int>(bar) / kRollBarsPerRow * RowHeight(); }
  // The page's tenths of a pixel of a tick inside a bar.
  int X(size_t bar, int64_t tick) const {
    const size_t first = bar / kRollBarsPerRow * kRollBarsPerRow;
    const size_t end = std::min(first + kRollBarsPerRow, bars.size());
    // Rows have one scale, that of the longest row.
    int64_t longest = 1;
    for (size_t row = 0; row < drawn; row += kRollBarsPerRow) {
      const size_t last = std::min(row + kRollBarsPerRow, drawn) - 1;
      longest = std::max(longest, bars[last].end - bars[row].start);
    }
    const int64_t at = std::clamp(tick, bars[first].start, bars[end - 1].end) - bars[first].start;
    return kMargin * 10 + static_cast<int>(at * (kWidth - 2 * kMargin) * 10 / longest);
  }
};

// One path of a part's notes: "M x y h width" each, as strokes of a semitone's height.
std::string PathOf(const music::Part& part, const Frame& frame) {
  std::string path;
  size_t bar = 0;
  for (const music::Note& note : part.notes) {
    while (bar + 1 < frame.bars.size() && frame.bars[bar].end <= note.onset) ++bar;
    for (size_t k = bar; k < frame.drawn && frame.bars[k].start < note.onset + note.duration; ++k) {
      // A note over a row's end goes on in the next row.
      if (k != bar && k % kRollBarsPerRow != 0) continue;
      const int x = frame.X(k, std::max(note.onset, frame.bars[k].start));
      const int end = frame.X(k, note.onset + note.duration);
      const int y = frame.RowTop(k) + (part.drums ? frame.RollHeight() + kDrumLine / 2
                                                  : (frame.high - note.pitch) * kSemitone + kSemitone / 2);
      const int width = part.drums ? 12 : std::max(10, end - x - 6);
      char text[64];
      std::snprintf(text, sizeof text, "M%d.%d %dh%d.%d", x / 10, x % 10, y, width / 10, width % 10);
      path += text;
    }
  }
  return path;
}

}  // namespace

std::string PianoRollSvg(const music::Score& score) {
  const std::vector<music::Bar> bars = music::BarsOf(score);
  Frame frame{bars};
  frame.drawn = std::min(bars.size(), kRollBars);
  for (const music::Part& part : score.parts) {
    frame.drums = frame.drums || (part.drums && !part.notes.empty());
    for (const music::Note& note : part.notes) {
      if (part.drums) continue;
      frame.low = std::min(frame.low, note.pitch);
      frame.high = std::max(frame.high, note.pitch);
    }
  }
  if (frame.low > frame.high) return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"0\"/>\n";
  const size_t rows = (frame.drawn + kRollBarsPerRow - 1) / kRollBarsPerRow;
  const int height = kLegend + static_cast<int>(rows) * frame.RowHeight();
  char text[240];
  std::snprintf(text, sizeof text,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
                "font-size=\"10\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                kWidth, height);
  std::string svg = text;
  std::string lines;
  for (size_t k = 0; k < frame.drawn; ++k) {
    const int x = frame.X(k, bars[k].start), end = frame.X(k, bars[k].end), top = frame.RowTop(k);
    const int tall = frame.RowHeight() - kGap;
    std::snprintf(text, sizeof text, "M%d %dv%d", x / 10, top, tall);
    lines += text;
    if (k + 1 == frame.drawn || (k + 1) % kRollBarsPerRow == 0) {
      std::snprintf(text, sizeof text, "M%d %dv%d", end / 10, top, tall);
      lines += text;
    }
    std::snprintf(text, sizeof text, "<text x=\"%d\" y=\"%d\" font-size=\"8\" fill=\"#777\">%zu</text>\n", x / 10 + 1,
                  top + tall + 9, k + 1);
    svg += text;
  }
  svg += "<path d=\"" + lines + "\" stroke=\"#bbb\" fill=\"none\"/>\n";
  int legend = kMargin;
  // The melody last, so that nothing covers it.
  for (size_t p = score.parts.size(); p-- > 0;) {
    const music::Part& part = score.parts[p];
    if (part.notes.empty()) continue;
    const char* const colour = part.drums ? kDrumColour : kColours[p % kColours.size()];
    svg += "<path d=\"" + PathOf(part, frame) + "\" stroke=\"" + colour + "\" stroke-width=\"" +
           std::to_string(part.drums ? kDrumLine - 2 : kSemitone) + "\" fill=\"none\"/>\n";
  }
  for (size_t p = 0; p < score.parts.size(); ++p) {
    const music::Part& part = score.parts[p];
    if (part.notes.empty()) continue;
    const char* const colour = part.drums ? kDrumColour : kColours[p % kColours.size()];
    svg += "<text x=\"" + std::to_string(legend) + "\" y=\"13\" fill=\"" + colour + "\">" + Escaped(part.name) +
           "</text>\n";
    legend += 6 * static_cast<int>(part.name.size()) + 18;
  }
  return svg + "</svg>\n";
}

}  // namespace ledgerline::demo
