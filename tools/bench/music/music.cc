// bench_music: measures of covers beside their floors, on songs that the model was not trained on.
//
//   bench_music CORPUS_DIR [MODEL_FILE] [SONGS]
// Songs are art songs of the corpus's test split with their own accompaniment. Each is covered in every style that
// keeps the metre, one candidate, seed 1, and the composed accompaniment is compared bar by bar with the composer's
// own. Floors: the melody alone, block chords, and the accompaniment of another song. Style rows stand beside human
// pieces of the style.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "inference/covers/composer.h"
#include "inference/covers/cover_score.h"
#include "inference/covers/measures.h"
#include "inference/covers/plan.h"
#include "inference/learning/dataset.h"
#include "inference/model/model_file.h"

namespace {

using namespace ledgerline;          // NOLINT: a program's main file
using namespace ledgerline::covers;  // NOLINT

int Fail(const Status& status) {
  std::fprintf(stderr, "bench_music: %s\n", status.ToString().c_str());
  return 3;
}

// Cosine of onset counts per sixteenth, convolved with [1, 4, 1], per bar (FIGARO's groove similarity).
double GrooveSimilarity(const tokens::Piece& a, const tokens::Piece& b) {
  double sum = 0, bars = 0;
  for (size_t k = 0; k < std::min(a.bars.size(), b.bars.size()); ++k) {
    auto bins = [](const tokens::PieceBar& bar) {
      std::vector<double> raw(34, 0.0), smooth(34, 0.0);
      for (const tokens::Event& event : bar.events) raw[static_cast<size_t>(event.onset / 6) + 1] += 1;
      for (size_t i = 1; i + 1 < raw.size(); ++i) smooth[i] = raw[i - 1] + 4 * raw[i] + raw[i + 1];
      return smooth;
    };
    if (a.bars[k].events.empty() || b.bars[k].events.empty()) continue;
    const std::vector<double> x = bins(a.bars[k]), y = bins(b.bars[k]);
    double xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < x.size(); ++i) xy += x[i] * y[i], xx += x[i] * x[i], yy += y[i] * y[i];
    sum += xy / std::sqrt(xx * yy);
    bars += 1;
  }
  return bars == 0 ? 0 : sum / bars;
}

tokens::Piece MelodyAsEvents(tokens::Piece piece) {
  for (tokens::PieceBar& bar : piece.bars) {
    bar.events.clear();
    for (const tokens::MelodyNote& note : bar.melody) {
      bar.events.push_back({note.onset, tokens::kKeysHigh, note.pitch, tokens::DurationSymbol(note.duration)});
    }
  }
  return piece;
}

tokens::Piece BlockChords(tokens::Piece piece) {
  for (tokens::PieceBar& bar : piece.bars) {
    bar.events.clear();
    int last = -1;
    for (int slot = 0; slot < bar.Slots(); ++slot) {
      const int chord = bar.chords[static_cast<size_t>(slot)];
      if (chord == tokens::kNoChord || chord == last) continue;
      last = chord;
      for (int pitch = 48; pitch < 60; ++pitch) {
        if ((tokens::ChordMask(chord) >> (pitch % 12)) & 1u) {
          bar.events.push_back(
              {slot * bar.beat, tokens::kKeysLow, pitch, tokens::DurationSymbol(bar.length - slot * bar.beat)});
        }
      }
    }
  }
  return piece;
}

struct Sums {
  std::map<std::string, double> values;
  double count = 0;
  void Add(const std::vector<std::pair<std::string, double>>& list) {
    for (const auto& [name, value] : list) values[name] += value;
    count += 1;
  }
  double Mean(const std::string& name) const {
    const auto found = values.find(name);
    return found == values.end() || count == 0 ? NAN : found->second / count;
  }
};

void PrintRow(const std::string& name, const Sums& sums) {
  std::printf("%-26s", name.c_str());
  for (const char* column : {"chroma", "groove", "chord_tone_share", "melody_clash_share", "onsets_per_quarter",
                             "mean_polyphony", "groove_similarity", "bass_mean_pitch", "parallel_share"}) {
    const double value = sums.Mean(column);
    if (std::isnan(value))
      std::printf("%9s", "-");
    else
      std::printf("%9.3f", value);
  }
  std::printf("%6.0f\n", sums.count);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::string(argv[1]) == "--help") {
    std::printf("usage: bench_music CORPUS_DIR [MODEL_FILE] [SONGS]\n");
    return argc < 2 ? 2 : 0;
  }
  const Result<std::string> bytes = model::ReadFileBytes(argc > 2 ? argv[2] : "inference/weights/ledgerline.model");
  if (!bytes.ok()) return Fail(bytes.status());
  const Result<std::unique_ptr<model::Decoder>> decoder = model::Decoder::Load(*bytes);
  if (!decoder.ok()) return Fail(decoder.status());
  const size_t most = argc > 3 ? static_cast<size_t>(std::max(1, std::atoi(argv[3]))) : 20;
  const Result<learning::Dataset> test = learning::LoadDataset(argv[1], "test");
  if (!test.ok()) return Fail(test.status());

  std::map<std::string, Sums> human, covers;
  std::vector<const tokens::Piece*> songs;
  for (const learning::DatasetPiece& item : test->pieces) {
    human[std::string(tokens::StyleName(item.piece.style))].Add(Measure(item.piece).ToList());
    const bool song = tokens::StyleName(item.piece.style) == "art-song" && item.piece.bars.size() <= 128;
    if (song && songs.size() < most) songs.push_back(&item.piece);
  }
  Sums melody_floor, block_floor, random_floor;
  int rejected = 0, composed = 0;
  const ComposerSettings settings;
  for (size_t i = 0; i < songs.size(); ++i) {
    const tokens::Piece& source = *songs[i];
    auto against = [&](const tokens::Piece& piece, int first_bar) {
      tokens::Piece part = source;
      part.bars.erase(part.bars.begin(), part.bars.begin() + first_bar);
      std::vector<std::pair<std::string, double>> list = Measure(piece).ToList();
      list.emplace_back("chroma", ChromaSimilarity(piece, part));
      list.emplace_back("groove", GrooveSimilarity(piece, part));
      return list;
    };
    melody_floor.Add(against(MelodyAsEvents(source), 0));
    block_floor.Add(against(BlockChords(source), 0));
    const tokens::Piece& other = *songs[(i + 1) % songs.size()];
    random_floor.Add({{"chroma", ChromaSimilarity(other, source)}, {"groove", GrooveSimilarity(other, source)}});
    const music::Score score = ToScore(source, 500'000, *FindStyle("art-song"), "");
    for (const StyleTraits& style : OfferedStyles()) {
      const Result<TextureCounts> textures = TexturesFrom((*decoder)->metadata(), style.name);
      const Result<int64_t> height = MeanMelodyFrom((*decoder)->metadata(), style.name);
      if (!textures.ok()) return Fail(textures.status());
      if (!height.ok()) return Fail(height.status());
      const Result<CoverPlan> plan = PlanCover(score, style, *textures, *height, 1);
      if (!plan.ok()) {
        std::fprintf(stderr, "song %zu, %s: %s\n", i, std::string(style.name).c_str(),
                     plan.status().ToString().c_str());
        continue;
      }
      const Result<std::vector<Composition>> composed_one =
          ComposeAll(decoder->get(), plan->conditioning.piece, plan->rules, settings, 1, 1, nullptr);
      if (!composed_one.ok()) return Fail(composed_one.status());
      const Composition* cover = &composed_one->front();
      ++composed;
      rejected += GuardVerdict(cover->piece, Measure(cover->piece)).has_value();
      if (!style.triple) {
        covers[std::string(style.name)].Add(against(cover->piece, plan->first_bar));
      } else {
        covers[std::string(style.name)].Add(Measure(cover->piece).ToList());
      }
    }
  }
  std::printf("%-26s%9s%9s%9s%9s%9s%9s%9s%9s%9s%6s\n", "", "chroma", "groove", "chordt.", "clash", "ons/qu", "polyph.",
              "self-gr.", "bass", "paral.", "n");
  PrintRow("melody alone", melody_floor);
  PrintRow("block chords", block_floor);
  PrintRow("another song", random_floor);
  for (const auto& [style, sums] : covers) {
    PrintRow(style + ", cover", sums);
    if (human.count(style) != 0) PrintRow(style + ", human", human[style]);
  }
  std::printf("single candidates turned down by a guard: %d of %d\n", rejected, composed);
  return 0;
}
