#include "inference/evaluation/repetition.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>

namespace ledgerline::evaluation {
namespace {

using tokens::Event;
using tokens::Piece;
using tokens::PieceBar;

constexpr size_t kMaxBars = 96;
constexpr double kKept = 0.2;      // share of the matrix that counts as resembling
constexpr double kPenalty = -2.0;  // of the rest; both as in Müller, "Fundamentals of Music Processing", section 4.2.2

double Cosine(const double* x, const double* y, size_t n) {
  double xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i < n; ++i) xy += x[i] * y[i], xx += x[i] * x[i], yy += y[i] * y[i];
  if (xx == 0 && yy == 0) return 1;
  return xx == 0 || yy == 0 ? 0 : xy / std::sqrt(xx * yy);
}

// The self-similarity with the weaker four fifths made a penalty and the rest stretched to 0..1.
std::vector<std::vector<double>> Thresholded(std::vector<std::vector<double>> matrix) {
  std::vector<double> all;
  for (const auto& row : matrix) all.insert(all.end(), row.begin(), row.end());
  std::sort(all.begin(), all.end());
  const double threshold = all[static_cast<size_t>((1 - kKept) * static_cast<double>(all.size() - 1))];
  for (size_t i = 0; i < matrix.size(); ++i) {
    for (double& value : matrix[i]) {
      // Where a fifth of all bars are equal, the threshold is 1 and only equal bars resemble each other.
      if (threshold >= 1 - 1e-9) {
        value = value >= 1 - 1e-9 ? 1 : kPenalty;
      } else {
        value = value < threshold ? kPenalty : (value - threshold) / (1 - threshold);
      }
    }
    matrix[i][i] = 1;
  }
  return matrix;
}

}  // namespace

double GroovingPatternSimilarity(const Piece& piece) {
  std::vector<std::bitset<16>> bars;
  for (const PieceBar& bar : piece.bars) {
    if (bar.events.empty()) continue;
    bars.emplace_back();
    for (const Event& event : bar.events)
      bars.back().set(static_cast<size_t>(std::min(event.onset * 16 / bar.length, 15)));
  }
  double sum = 0, pairs = 0;
  for (size_t i = 0; i < bars.size(); ++i) {
    for (size_t j = i + 1; j < bars.size(); ++j) {
      sum += static_cast<double>((bars[i] ^ bars[j]).count()) / 16.0;
      pairs += 1;
    }
  }
  return pairs == 0 ? 0 : 1 - sum / pairs;
}

double PitchClassEntropy(const Piece& piece, size_t bars) {
  double sum = 0, windows = 0;
  for (size_t first = 0; first + bars <= piece.bars.size(); first += bars) {
    std::array<double, 12> counts{};
    double notes = 0;
    for (size_t k = first; k < first + bars; ++k) {
      for (const Event& event : piece.bars[k].events) counts[static_cast<size_t>(event.pitch % 12)] += 1, notes += 1;
    }
    if (notes == 0) continue;
    for (const double count : counts) {
      if (count > 0) sum -= count / notes * std::log2(count / notes);
    }
    windows += 1;
  }
  return windows == 0 ? 0 : sum / windows;
}

std::vector<std::vector<double>> SelfSimilarity(const Piece& piece) {
  struct Features {
    std::array<double, 12> chroma{};
    std::array<double, 32> onsets{};
  };
  std::vector<Features> bars;
  for (const PieceBar& bar : piece.bars) {
    if (bars.size() == kMaxBars) break;
    bars.emplace_back();
    for (const Event& event : bar.events) {
      bars.back().chroma[static_cast<size_t>(event.pitch % 12)] += 1;
      bars.back().onsets[static_cast<size_t>(event.onset / 6)] += 1;
    }
  }
  std::vector<std::vector<double>> matrix(bars.size(), std::vector<double>(bars.size(), 1.0));
  for (size_t i = 0; i < bars.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      matrix[i][j] = matrix[j][i] = (Cosine(bars[i].chroma.data(), bars[j].chroma.data(), 12) +
                                     Cosine(bars[i].onsets.data(), bars[j].onsets.data(), 32)) /
                                    2;
    }
  }
  return matrix;
}

// Dynamic programming over path families: column 0 of `best` stands for "between paths".
double SegmentFitness(const std::vector<std::vector<double>>& matrix, size_t first, size_t last) {
  const size_t rows = matrix.size(), length = last - first;
  struct Cell {
    double score = -1e300;  // of all paths so far
    int steps = 0;          // cells of all paths so far
    int covered = 0;        // rows under finished and running paths
  };
  const auto better = [](const Cell& a, const Cell& b) { return a.score < b.score ? b : a; };
  Cell between{0, 0, 0};
  std::vector<Cell> before(length), before2(length), now(length);
  for (size_t n = 0; n < rows; ++n) {
    for (size_t m = 0; m < length; ++m) {
      Cell from;  // steps (1,1), (2,1), (1,2) of the robust variant; a path begins at the segment's first bar
      int rows_taken = 1;
      if (m == 0) {
        from = between;
      } else {
        from = before[m - 1];
        if (m >= 2) from = better(from, before[m - 2]);
        if (before2[m - 1].score > from.score) {
          from = before2[m - 1];
          rows_taken = 2;
        }
      }
      now[m] = from;
      if (from.score < -1e200) continue;
      now[m].score += matrix[n][first + m];
      now[m].steps += 1;
      now[m].covered += rows_taken;
    }
    between = better(between, now[length - 1]);
    std::swap(before2, before);
    std::swap(before, now);
  }
  const auto whole = static_cast<double>(length);
  if (between.steps == 0) return 0;
  const double score = std::max(0.0, (between.score - whole) / between.steps);
  const double coverage = std::max(0.0, (between.covered - whole) / static_cast<double>(rows));
  return score + coverage == 0 ? 0 : 2 * score * coverage / (score + coverage);
}

double ReturnsKept(const Piece& piece) {
  // Tied notes are as good as struck ones, and lengths are left out: a singer's breath makes no other bar.
  const auto sung = [](const PieceBar& bar) {
    std::vector<std::pair<int, int>> notes;
    for (const tokens::MelodyNote& note : bar.melody) notes.push_back({note.onset, note.pitch});
    return notes;
  };
  double returning = 0, kept = 0;
  for (size_t k = 1; k < piece.bars.size(); ++k) {
    const PieceBar& bar = piece.bars[k];
    if (bar.melody.empty()) continue;
    bool returns = false, same = false;
    for (size_t j = 0; j < k && !same; ++j) {
      const PieceBar& earlier = piece.bars[j];
      if (earlier.length != bar.length || earlier.chords != bar.chords || sung(earlier) != sung(bar)) continue;
      returns = true;
      same = earlier.events == bar.events;
    }
    returning += returns;
    kept += same;
  }
  return returning == 0 ? NAN : kept / returning;
}

double StructurenessIndicator(const Piece& piece, size_t shortest, size_t longest) {
  if (piece.bars.size() < 2 || piece.EventCount() == 0) return 0;
  const std::vector<std::vector<double>> matrix = Thresholded(SelfSimilarity(piece));
  double highest = 0;
  for (size_t length = std::max<size_t>(shortest, 1); length <= std::min(longest, matrix.size()); ++length) {
    for (size_t first = 0; first + length <= matrix.size(); ++first) {
      highest = std::max(highest, SegmentFitness(matrix, first, first + length));
    }
  }
  return highest;
}

}  // namespace ledgerline::evaluation
