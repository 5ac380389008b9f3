#include "inference/learning/dataset.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "inference/model/counter_random.h"
#include "inference/music/smf.h"
#include "inference/tokens/arranger.h"

namespace ledgerline::learning {
namespace {

std::vector<std::string> SplitTabs(const std::string& line) {
  std::vector<std::string> fields;
  size_t begin = 0;
  for (size_t end; (end = line.find('\t', begin)) != std::string::npos; begin = end + 1) {
    fields.push_back(line.substr(begin, end - begin));
  }
  fields.push_back(line.substr(begin));
  return fields;
}

Result<std::string> ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return NotFound("cannot open " + path);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

size_t Pick(const std::vector<double>& cumulative, double unit) {
  const auto at = std::upper_bound(cumulative.begin(), cumulative.end(), unit * cumulative.back());
  return std::min(static_cast<size_t>(at - cumulative.begin()), cumulative.size() - 1);
}

}  // namespace

Result<Dataset> LoadDataset(const std::string& corpus_dir, std::string_view split) {
  std::ifstream manifest(corpus_dir + "/manifest.tsv");
  std::string line;
  if (!manifest || !std::getline(manifest, line)) return NotFound("no manifest.tsv in " + corpus_dir);
  const std::vector<std::string> names = SplitTabs(line);
  auto column = [&](std::string_view name) {
    return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  const size_t id = column("id"), split_at = column("split"), genre = column("genre"), file = column("file");
  if (std::max({id, split_at, genre, file}) >= names.size()) {
    return InvalidArgument("manifest.tsv lacks one of the columns id, split, genre, file");
  }
  const size_t composer = column("composer"), licence = column("licence");
  Dataset dataset;
  while (std::getline(manifest, line)) {
    const std::vector<std::string> fields = SplitTabs(line);
    if (fields.size() != names.size() || fields[split_at] != split) continue;
    const auto optional = [&](size_t at) { return at < fields.size() ? fields[at] : std::string(); };
    Result<std::string> bytes = ReadAll(corpus_dir + "/" + fields[file]);
    if (!bytes.ok()) return bytes.status();
    Result<music::Score> score = music::ReadSmf(*bytes);
    if (!score.ok()) {
      ++dataset.skipped["unreadable"];
      continue;
    }
    Result<tokens::Piece> piece = tokens::ArrangeForTraining(*score, fields[genre]);
    if (!piece.ok()) {
      ++dataset.skipped[piece.status().code() == StatusCode::kOutOfRange ? "bars too long" : "no style reads it"];
      continue;
    }
    if (piece->EventCount() < 16) {
      ++dataset.skipped["too short"];
      continue;
    }
    dataset.pieces.push_back({fields[id], std::move(*piece), fields[file], optional(composer), optional(licence)});
  }
  return dataset;
}

Dataset KnownTo(const model::ModelConfig& shape, const Dataset& dataset) {
  Dataset known = dataset;
  for (DatasetPiece& item : known.pieces) {
    if (item.piece.style >= shape.styles) item.piece.style = 0;
  }
  return known;
}

ChunkSource::ChunkSource(const Dataset& dataset, uint64_t seed)
    : dataset_(dataset), seed_(seed), styles_(tokens::kStyles) {
  std::vector<double> notes(tokens::kStyles, 0.0);
  for (size_t i = 0; i < dataset.pieces.size(); ++i) {
    const tokens::Piece& piece = dataset.pieces[i].piece;
    Style& style = styles_[static_cast<size_t>(piece.style)];
    const double count = static_cast<double>(piece.EventCount());
    notes[static_cast<size_t>(piece.style)] += count;
    style.pieces.push_back(i);
    // By the root within a style too, softened: long quartets must not drown short ones, nor be barely seen.
    style.weights.push_back((style.weights.empty() ? 0.0 : style.weights.back()) + std::pow(count, 0.7));
  }
  double sum = 0;
  for (size_t s = 0; s < styles_.size(); ++s) {
    sum += std::sqrt(notes[s]);
    styles_[s].weight = sum;
  }
}

tokens::Sequence ChunkSource::Draw(uint64_t number, size_t rows) const {
  model::CounterRandom random(seed_, number);
  const double at = random.Unit() * styles_.back().weight;
  size_t s = 0;
  while (s + 1 < styles_.size() && styles_[s].weight <= at) ++s;
  const Style& style = styles_[s];
  const tokens::Piece& piece = dataset_.pieces[style.pieces[Pick(style.weights, random.Unit())]].piece;
  // Openings are drawn more often than chance would: covers begin at the beginning.
  const bool opening = random.Unit() < 0.2;
  const size_t bar = opening ? 0 : random.Below(static_cast<uint32_t>(piece.bars.size()));
  const int semitones = static_cast<int>(random.Below(12)) - 6;
  tokens::Hiding hiding;
  hiding.chords = random.Unit() < 0.10;  // harmonise
  hiding.style = random.Unit() < 0.10;
  hiding.plan = random.Unit() < 0.15;
  hiding.later = random.Unit() < 0.15;
  tokens::Piece part = piece.Transposed(semitones);
  // In one chunk of eight the melody is composed, too, from some bar on.
  if (random.Unit() < 0.125) part = part.WithMelodyComposed(bar + random.Below(13));
  return tokens::EncodeBars(part, bar, rows, hiding);
}

std::vector<tokens::Sequence> CoveringChunks(const Dataset& dataset, size_t rows, size_t max_rows) {
  std::vector<tokens::Sequence> chunks;
  size_t total = 0;
  constexpr size_t kStride = 7;
  for (size_t offset = 0; offset < kStride; ++offset) {
    for (size_t i = offset; i < dataset.pieces.size(); i += kStride) {
      const tokens::Piece& piece = dataset.pieces[i].piece;
      for (size_t bar = 0; bar < piece.bars.size();) {
        tokens::Sequence chunk = tokens::EncodeBars(piece, bar, rows, {});
        // Whole bars only, unless a single bar is longer than the chunk.
        size_t whole = chunk.bars.size();
        const tokens::Row& last = chunk.rows.back();
        const bool ended = last[tokens::kPredicts] == 1 && last[tokens::kTargetOnset] == tokens::kEndOfBar;
        if (!ended && whole > 1) --whole;
        if (whole < chunk.bars.size()) {
          size_t cut = 0;
          while (chunk.rows[cut][tokens::kBarIndex] != static_cast<int16_t>(whole)) ++cut;
          chunk.rows.resize(cut);
          chunk.bars.resize(whole);
        }
        bar += whole;
        total += chunk.rows.size();
        chunks.push_back(std::move(chunk));
        if (total >= max_rows) return chunks;
      }
    }
  }
  return chunks;
}

}  // namespace ledgerline::learning
