#include "tools/bench/music/songs.h"

#include <utility>

#include "inference/model/counter_random.h"
#include "inference/model/model_file.h"
#include "inference/music/smf.h"

namespace ledgerline::bench {
namespace {

constexpr size_t kFewestBars = 8, kMostBars = 128;
constexpr uint64_t kSongStream = 0x736f6e6773ull;  // "songs"

bool IsSong(const tokens::Piece& piece) {
  const std::string_view style = tokens::StyleName(piece.style);
  return style == "art-song" || style == "hymn" || style == "folk" || style == "opera";
}

}  // namespace

Result<std::vector<Song>> LoadSongs(const std::string& corpus_dir, const std::vector<const learning::Dataset*>& demo,
                                    const std::vector<const learning::Dataset*>& others, uint64_t seed) {
  std::vector<const learning::DatasetPiece*> chosen;
  for (const auto& [datasets, all] : {std::pair(&demo, true), std::pair(&others, false)}) {
    for (const learning::Dataset* dataset : *datasets) {
      for (const learning::DatasetPiece& item : dataset->pieces) {
        const size_t bars = item.piece.bars.size();
        if (bars >= kFewestBars && bars <= kMostBars && (all || IsSong(item.piece))) chosen.push_back(&item);
      }
    }
  }
  std::vector<Song> songs;
  for (const learning::DatasetPiece* item : chosen) {
    ASSIGN_OR_RETURN(const std::string bytes, model::ReadFileBytes(corpus_dir + "/" + item->file));
    ASSIGN_OR_RETURN(music::Score score, music::ReadSmf(bytes));
    songs.push_back({item->id, std::move(score), item->piece});
  }
  model::CounterRandom random(seed, kSongStream);
  for (size_t i = songs.size(); i > 1; --i) {
    std::swap(songs[i - 1], songs[random.Below(static_cast<uint32_t>(i))]);
  }
  return songs;
}

}  // namespace ledgerline::bench
