#include "ledger/audit/journal_log_source.h"

#include "crypto/tile.h"

namespace ledgerline::audit {

Result<std::string> JournalLogSource::Get(std::string_view path) {
  constexpr std::string_view kBlobs = "blob/", kEntries = "tile/entries/";
  if (path == kCheckpointPath) return journal_.LatestCheckpoint();
  if (path.starts_with(kBlobs)) {
    ASSIGN_OR_RETURN(const Hash256 hash, Hash256::FromHex(path.substr(kBlobs.size())));
    return journal_.ReadBlob(hash);
  }
  if (path.starts_with(kEntries)) {
    // A bundle's name is a level-0 tile's with another word.
    ASSIGN_OR_RETURN(const crypto::TileId tile,
                     crypto::ParseTilePath("tile/0/" + std::string(path.substr(kEntries.size()))));
    return journal_.ReadEntryBundle(tile.index, tile.width);
  }
  ASSIGN_OR_RETURN(const crypto::TileId tile, crypto::ParseTilePath(path));
  return journal_.ReadTile(tile);
}

}  // namespace ledgerline::audit
