// Tiles and bundles against the examples of C2SP tlog-tiles.
#include "crypto/tile.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <atomic>
#include <thread>

#include "crypto/tile_cache.h"
#include "tests/crypto/reference_tree.h"

namespace ledgerline::crypto {
namespace {

TEST(TileTest, PathsMatchTheSpecification) {
  EXPECT_EQ(TilePath({0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({1, 0, 17}), "tile/1/000.p/17");
  EXPECT_EQ(TilePath({0, 999, 256}), "tile/0/999");
  EXPECT_EQ(TilePath({0, 1000, 256}), "tile/0/x001/000");
  EXPECT_EQ(EntryBundlePath(1234067, 256), "tile/entries/x001/x234/067");
  EXPECT_EQ(EntryBundlePath(273, 112), "tile/entries/273.p/112");
}

TEST(TileTest, PathsReadBackAndNothingElseDoes) {
  ASSERT_TRUE(rc::check("tile paths", [] {
    const TileId tile{static_cast<uint8_t>(*rc::gen::inRange(0, 8)), *rc::gen::inRange<uint64_t>(0, 3'000'000'000),
                      *rc::gen::inRange<uint32_t>(1, 257)};
    RC_ASSERT(ParseTilePath(TilePath(tile)).value() == tile);
  }));
  for (const char* bad : {"",
                          "tile",
                          "tile/",
                          "tile/0",
                          "tile/0/",
                          "tile/0/1",
                          "tile/0/x001",
                          "tile/0/x000/001",
                          "tile/00/001",
                          "tile/8/000",
                          "tile/-1/000",
                          "tile/0/000.p/0",
                          "tile/0/000.p/256",
                          "tile/0/000.p/01",
                          "tile/0/000.p/",
                          "tile/0/001/002",
                          "tile/0/x1234/001",
                          "tile/0/0001",
                          "tile/0/x999/x999/x999/x999/x999/x999/999",
                          "tile/0/00a",
                          "tile/0/000 ",
                          "tile/entries/000"}) {
    EXPECT_EQ(ParseTilePath(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(TileTest, ATreeOfSeventyThousandHasTheTilesThatTheSpecificationLists) {
  size_t full0 = 0, full1 = 0;
  std::vector<TileId> partial;
  for (const TileId& tile : TilesOf(TreeSize{70'000})) {
    if (tile.width != kTileWidth) {
      partial.push_back(tile);
    } else {
      ++(tile.level == 0 ? full0 : full1);
    }
  }
  EXPECT_EQ(full0, 273u);
  EXPECT_EQ(full1, 1u);
  EXPECT_EQ(partial, (std::vector<TileId>{{0, 273, 112}, {1, 1, 17}, {2, 0, 1}}));
  EXPECT_EQ(TilesOf(TreeSize{256}), (std::vector<TileId>{{0, 0, 256}, {1, 0, 1}}));
  EXPECT_TRUE(TilesOf(TreeSize{0}).empty());
  EXPECT_EQ(TileWidthAt(0, 0, TreeSize{255}), 255u);
  EXPECT_EQ(TileWidthAt(1, 0, TreeSize{255}), 0u);
}

// Tiles cut out of a memory tree.
class MemoryTiles : public TileReader {
 public:
  explicit MemoryTiles(ReferenceTree& tree) : tree_(tree) {}
  Result<std::string> ReadTile(const TileId& tile) override {
    ++reads;
    std::string bytes;
    for (uint32_t i = 0; i < tile.width; ++i) {
      ASSIGN_OR_RETURN(const Hash256 hash,
                       tree_.ReadHash({static_cast<uint8_t>(tile.level * 8), tile.index * 256 + i}));
      bytes += hash.ToBytes();
    }
    if (cut) bytes.pop_back();
    return bytes;
  }
  int reads = 0;
  bool cut = false;

 private:
  ReferenceTree& tree_;
};

TEST(TileTest, ProofsFromTilesEqualProofsFromNodes) {
  ReferenceTree tree;
  for (const std::string& leaf : NumberedLeaves(66'000)) tree.Append(leaf);
  MemoryTiles tiles(tree);
  for (const uint64_t n : {1u, 2u, 255u, 256u, 257u, 1000u, 65'535u, 65'536u, 65'537u, 66'000u}) {
    const TreeSize size{n};
    TileHashReader reader(tiles, size);
    ASSERT_EQ(TreeHash(size, reader).value(), TreeHash(size, tree).value()) << n;
    for (const uint64_t i : {uint64_t{0}, n / 3, n / 2, n - 1}) {
      ASSERT_EQ(InclusionProof(EntryIndex{i}, size, reader).value(), InclusionProof(EntryIndex{i}, size, tree).value());
      const TreeSize old_size{i + 1};
      ASSERT_EQ(ConsistencyProof(old_size, size, reader).value(), ConsistencyProof(old_size, size, tree).value());
    }
    EXPECT_FALSE(reader.ReadHash({0, n}).ok()) << "a node outside of the tree";
  }
  // Three levels of tiles suffice for one proof in a tree of 66,000.
  tiles.reads = 0;
  TileHashReader reader(tiles, TreeSize{66'000});
  ASSERT_TRUE(InclusionProof(EntryIndex{40'000}, TreeSize{66'000}, reader).ok());
  EXPECT_LE(tiles.reads, 6);
  tiles.cut = true;
  TileHashReader cut(tiles, TreeSize{66'000});
  EXPECT_EQ(InclusionProof(EntryIndex{40'000}, TreeSize{66'000}, cut).status().code(), StatusCode::kDataLoss);
}

TEST(TileTest, NodesOfATileAreThoseOfTheTree) {
  ReferenceTree tree;
  for (const std::string& leaf : NumberedLeaves(1000)) tree.Append(leaf);
  MemoryTiles tiles(tree);
  for (const uint32_t width : {1u, 2u, 3u, 100u, 232u, 256u}) {
    const TileId tile{0, 2, width};
    const TileNodes nodes = TileNodes::Parse(tile, tiles.ReadTile(tile).value()).value();
    for (uint8_t height = 0; height <= 8; ++height) {
      const uint64_t first = 512u >> height, count = width >> height;
      for (uint64_t i = 0; i < count; ++i)
        ASSERT_EQ(nodes.Node({height, first + i}).value(), tree.ReadHash({height, first + i}).value());
      EXPECT_EQ(nodes.Node({height, first + count}).status().code(), StatusCode::kOutOfRange);
      EXPECT_EQ(nodes.Node({height, first - 1}).status().code(), StatusCode::kOutOfRange);
    }
    EXPECT_FALSE(nodes.Node({9, 1}).ok());
    EXPECT_FALSE(TileNodes::Parse(tile, "short").ok());
  }
  const TileId above{1, 0, 3};
  const TileNodes nodes = TileNodes::Parse(above, tiles.ReadTile(above).value()).value();
  EXPECT_EQ(nodes.Node({9, 0}).value(), tree.ReadHash({9, 0}).value());
  EXPECT_FALSE(nodes.Node({7, 0}).ok()) << "a node below the tile";
}

TEST(TileTest, ReadersShareABoundedCache) {
  ReferenceTree tree;
  for (const std::string& leaf : NumberedLeaves(66'000)) tree.Append(leaf);
  MemoryTiles tiles(tree);
  TileCache cache(8);
  for (const uint64_t n : {300u, 301u, 65'536u, 66'000u, 66'000u}) {
    for (uint64_t i = 0; i < n; i += n / 40) {
      const TreeSize size{n};
      TileHashReader reader(tiles, size, &cache);
      ASSERT_EQ(InclusionProof(EntryIndex{i}, size, reader).value(), InclusionProof(EntryIndex{i}, size, tree).value());
      EXPECT_LE(cache.size(), 8u);
    }
  }
  EXPECT_EQ(cache.size(), 8u);
  tiles.reads = 0;
  TileHashReader reader(tiles, TreeSize{66'000}, &cache);
  ASSERT_TRUE(InclusionProof(EntryIndex{64'350}, TreeSize{66'000}, reader).ok());
  EXPECT_EQ(tiles.reads, 0) << "the same proof again";
  ASSERT_TRUE(InclusionProof(EntryIndex{300}, TreeSize{66'000}, reader).ok());
  EXPECT_EQ(tiles.reads, 1) << "the tiles above the lowest level are there";
  // A tile that is not whole is not kept.
  tiles.cut = true;
  TileHashReader cut(tiles, TreeSize{66'000}, &cache);
  EXPECT_EQ(InclusionProof(EntryIndex{20'000}, TreeSize{66'000}, cut).status().code(), StatusCode::kDataLoss);
  tiles.cut = false;
  TileHashReader whole(tiles, TreeSize{66'000}, &cache);
  EXPECT_EQ(InclusionProof(EntryIndex{20'000}, TreeSize{66'000}, whole).value(),
            InclusionProof(EntryIndex{20'000}, TreeSize{66'000}, tree).value());
}

TEST(TileTest, ManyThreadsShareOneCache) {
  ReferenceTree tree;
  for (const std::string& leaf : NumberedLeaves(5000)) tree.Append(leaf);
  TileCache cache(6);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      MemoryTiles tiles(tree);
      for (uint64_t i = t; i < 5000; i += 37) {
        const TreeSize size{i + 1 + (5000 - i) / 2};
        TileHashReader reader(tiles, size, &cache);
        const Result<Proof> proof = InclusionProof(EntryIndex{i}, size, reader);
        if (!proof.ok() || *proof != InclusionProof(EntryIndex{i}, size, tree).value()) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(TileTest, ATileOfAnotherSizeIsRefused) {
  EXPECT_EQ(ParseTile({0, 0, 2}, std::string(63, 'x')).status().message(), "tile/0/000.p/2 has 63 bytes, needs 64");
  EXPECT_FALSE(ParseTile({0, 0, 0}, "").ok());
  EXPECT_FALSE(ParseTile({0, 0, 257}, std::string(257 * 32, 'x')).ok());
  EXPECT_EQ(ParseTile({0, 0, 2}, std::string(64, 'x'))->size(), 2u);
}

TEST(TileTest, BundlesReadBackAndBrokenOnesAreRefused) {
  ASSERT_TRUE(rc::check("entry bundles", [](const std::vector<std::string>& entries) {
    if (entries.size() > 256) return;
    RC_ASSERT(ParseEntryBundle(EncodeEntryBundle(entries).value()).value() == entries);
  }));
  EXPECT_EQ(EncodeEntryBundle({std::string(65'535, 'x')})->size(), 65'537u);
  EXPECT_EQ(EncodeEntryBundle({std::string(65'536, 'x')}).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(EncodeEntryBundle(std::vector<std::string>(257)).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ParseEntryBundle(std::string("\0", 1)).status().message(), "entry bundle ends inside a length");
  EXPECT_EQ(ParseEntryBundle(std::string("\0\5abc", 5)).status().message(),
            "entry 0 of the bundle says 5 bytes, 3 are left");
  EXPECT_FALSE(ParseEntryBundle(std::string(257 * 2, '\0')).ok());
}

}  // namespace
}  // namespace ledgerline::crypto
