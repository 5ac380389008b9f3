#include "inference/chorales/chorale_rows.h"

#include <algorithm>
#include <cmath>

namespace ledgerline::chorales {
namespace {

constexpr int kNone = kRest + 1;  // before the piece began
constexpr int kSymbolSizes = kNone + 1;
constexpr int kNear = 13;  // semitones told apart on either side; further ones count as the outermost
constexpr int kNearSizes = 2 * kNear + 2;
constexpr int kFar = 25;
constexpr int kFarSizes = 2 * kFar + 2;
constexpr int kAgeMax = 24;  // sixteenths
constexpr int kAgeSizes = kAgeMax + 1;
constexpr int kClassSizes = 13;
constexpr int kMatchSizes = 8;
constexpr double kLately = 1.0 / 32;  // the share of what was heard that a step forgets

// Interval from `from` to `to`, the last symbol where either is no pitch.
int Interval(int from, int to, int reach) {
  if (from >= kRest || to >= kRest) return 2 * reach + 1;
  return std::clamp(to - from, -reach, reach) + reach;
}
int ClassAbove(int from, int to) { return from >= kRest || to >= kRest ? 12 : ((to - from) % 12 + 12) % 12; }

// 0 for no match, then 1, 2-3, 4-7, 8-15, 16-31, 32-63, 64 and more steps.
int MatchBucket(int length) {
  int bucket = 0;
  while (length > 0 && bucket < kMatchSizes - 1) ++bucket, length /= 2;
  return bucket;
}

// Adds each field's symbol above the ranges of the fields before it.
template <size_t size>
class FieldWriter {
 public:
  explicit FieldWriter(std::array<int, size>* fields) : fields_(*fields) {}
  void Add(int symbol, int symbols) {
    if (next_ < size) fields_[next_] = offset_ + symbol;
    ++next_;
    offset_ += symbols;
  }
  int total() const { return offset_; }
  size_t count() const { return next_; }

 private:
  std::array<int, size>& fields_;
  size_t next_ = 0;
  int offset_ = 0;
};

// What one voice did up to some step.
struct Past {
  int symbol = kNone;   // at the last step
  int earlier = kNone;  // a step before
  int before = kNone;   // the last other symbol
  int age = 0;          // steps that `symbol` has lasted
  void Hear(int now) {
    earlier = symbol;
    if (now != symbol) {
      before = symbol;
      age = 0;
    }
    symbol = now;
    age = std::min(age + 1, kAgeMax);
  }
};

struct Match {
  int length = 0;   // steps
  size_t next = 0;  // the step that followed there
};

// For each step t, the longest earlier passage equal to the steps right before t; the latest of equals.
std::vector<Match> FindMatches(const Chorale& piece) {
  std::vector<Match> matches(piece.size());
  std::vector<int> before(piece.size() + 1, 0), now(piece.size() + 1, 0);  // lengths of equal passages that end at j, t
  for (size_t t = 1; t < piece.size(); ++t) {
    for (size_t j = 1; j < t; ++j) {
      now[j] = piece[j - 1] == piece[t - 1] ? before[j - 1] + 1 : 0;
      if (now[j] > 0 && now[j] >= matches[t].length) matches[t] = {now[j], j};
    }
    std::swap(before, now);
  }
  return matches;
}

// How much each pitch class was heard: shares of the lately heard, then of everything.
class Heard {
 public:
  void Hear(const Step& step) {
    for (double& value : lately_) value *= 1.0 - kLately;
    for (const int symbol : step) {
      if (symbol == kRest) continue;
      lately_[static_cast<size_t>(symbol % 12)] += kLately;
      ever_[static_cast<size_t>(symbol % 12)] += 1;
    }
  }
  // Counted from `symbol` upwards; zeros where it is no pitch.
  void Write(int symbol, std::array<float, kKeyFeatures>* key) const {
    key->fill(0);
    if (symbol >= kRest) return;
    double sums[2] = {0, 0};
    for (size_t c = 0; c < 12; ++c) sums[0] += lately_[c], sums[1] += ever_[c];
    for (size_t c = 0; c < 12; ++c) {
      const size_t from = (static_cast<size_t>(symbol) + c) % 12;
      if (sums[0] > 0) (*key)[c] = static_cast<float>(3 * lately_[from] / sums[0]);
      if (sums[1] > 0) (*key)[12 + c] = static_cast<float>(3 * ever_[from] / sums[1]);
    }
  }

 private:
  std::array<double, 12> lately_{}, ever_{};
};

struct Moment {
  int place = 0;  // the step's number
  std::array<Past, kVoices> past;
  int match = 0;  // steps
  Step copy{kNone, kNone, kNone, kNone};
};

template <size_t size>
void AddPlace(const Moment& moment, FieldWriter<size>* out) {
  out->Add(moment.place % 16, 16);
  out->Add(moment.place % 12, 12);
  out->Add(MatchBucket(moment.match), kMatchSizes);
}

int WriteOuter(const Moment& moment, std::array<int, kOuterFields>* fields) {
  FieldWriter out(fields);
  AddPlace(moment, &out);
  const int bass = moment.past[kVoices - 1].symbol;
  for (size_t v = 0; v < kVoices; ++v) {
    const Past& past = moment.past[v];
    out.Add(past.symbol, kSymbolSizes);
    out.Add(Interval(past.earlier, past.symbol, kNear), kNearSizes);
    out.Add(Interval(past.before, past.symbol, kNear), kNearSizes);
    out.Add(past.age, kAgeSizes);
    out.Add(ClassAbove(bass, past.symbol), kClassSizes);
    out.Add(Interval(past.symbol, moment.copy[v], kNear), kNearSizes);
  }
  return out.total();
}

int WriteVoice(const Moment& moment, const Step& step, size_t voice, VoiceRow* row) {
  FieldWriter out(&row->fields);
  AddPlace(moment, &out);
  const Past& own = moment.past[voice];
  out.Add(own.symbol, kSymbolSizes);
  out.Add(Interval(own.earlier, own.symbol, kNear), kNearSizes);
  out.Add(Interval(own.before, own.symbol, kNear), kNearSizes);
  out.Add(own.age, kAgeSizes);
  out.Add(ClassAbove(moment.past[kVoices - 1].symbol, own.symbol), kClassSizes);
  out.Add(Interval(own.symbol, moment.copy[voice], kNear), kNearSizes);
  row->references = {own.symbol, own.before, moment.copy[voice]};
  size_t reference = 3;
  for (size_t u = 0; u < kVoices; ++u) {
    if (u == voice) continue;
    const bool said = u < voice;
    const Past& other = moment.past[u];
    const int symbol = said ? step[u] : other.symbol;
    out.Add(said ? Interval(other.symbol, symbol, kNear) : kNearSizes - 1, kNearSizes);
    out.Add(said ? (symbol == other.symbol ? 1 : 2) : 0, 3);
    out.Add(said && moment.match > 0 ? (symbol == moment.copy[u] ? 1 : 2) : 0, 3);
    out.Add(other.age, kAgeSizes);
    out.Add(ClassAbove(own.symbol, symbol), kClassSizes);
    out.Add(Interval(own.symbol, symbol, kFar), kFarSizes);
    row->references[reference++] = symbol;
  }
  for (int& symbol : row->references) symbol = std::min(symbol, kRest);
  row->target = step[voice];
  return out.total();
}

}  // namespace

int OuterSymbols() {
  std::array<int, kOuterFields> fields;
  return WriteOuter({}, &fields);
}

int VoiceSymbols() {
  VoiceRow row;
  return WriteVoice({}, {}, 0, &row);
}

std::vector<ChoraleRow> EncodeChorale(const Chorale& piece) {
  const std::vector<Match> matches = FindMatches(piece);
  std::vector<ChoraleRow> rows(piece.size());
  Moment moment;
  Heard heard;
  for (size_t t = 0; t < piece.size(); ++t) {
    moment.place = static_cast<int>(t);
    moment.match = matches[t].length;
    if (moment.match > 0)
      moment.copy = piece[matches[t].next];
    else
      moment.copy = {kNone, kNone, kNone, kNone};
    ChoraleRow& row = rows[t];
    WriteOuter(moment, &row.fields);
    heard.Write(moment.past[kVoices - 1].symbol, &row.key);
    for (size_t v = 0; v < kVoices; ++v) {
      WriteVoice(moment, piece[t], v, &row.voices[v]);
      heard.Write(moment.past[v].symbol, &row.voices[v].key);
    }
    for (size_t v = 0; v < kVoices; ++v) moment.past[v].Hear(piece[t][v]);
    heard.Hear(piece[t]);
  }
  return rows;
}

}  // namespace ledgerline::chorales
