// A server of a log's files that lies, and a follower who kept a checkpoint: each lie is caught, and the test says by
// which check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>

#include "crypto/cosignature.h"
#include "ledger/audit/log_follower.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"
#include "tools/ledgerline/http_log_source.h"
#include "tools/ledgerline/http_server.h"

namespace ledgerline::tool {
namespace {

using audit::FollowCheck;
using audit::Followed;
using audit::FollowLog;
using audit::FollowOptions;
using testing::HasSubstr;

constexpr int64_t kTimeUs = 1'790'000'000'000'000;
constexpr uint64_t kTimeS = kTimeUs / 1'000'000;
using Files = std::map<std::string, std::string>;

// Serves whatever it holds at the moment.
class LyingServer {
 public:
  LyingServer() {
    HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    server_ = HttpServer::Listen(options, [this](const HttpRequest& request) -> HttpReply {
                const std::lock_guard lock(mutex_);
                const auto found = files.find(request.target.substr(1));
                if (found == files.end()) return {404, "text/plain", "", {}};
                return {200, "application/octet-stream", found->second, {}};
              }).value();
    thread_ = std::thread([this] { server_->Run(); });
  }
  ~LyingServer() {
    server_->Stop();
    thread_.join();
  }
  void Serve(Files lies) {
    const std::lock_guard lock(mutex_);
    files = std::move(lies);
  }
  HttpLogSource Source() { return HttpLogSource(HttpUrl::Parse("http://" + server_->address()).value()); }

 private:
  std::mutex mutex_;
  Files files;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

class LyingServerTest : public testing::Test {
 protected:
  // A log of 300 entries: entry 100 is a share set's file, the others are ratings.
  static void SetUpTestSuite() {
    journal::TestClock clock;
    auto held = std::make_shared<journal::MemoryRecords>();
    const auto log = journal::Journal::Create(std::make_unique<journal::MemoryStorage>(held), journal::kTestOrigin,
                                              operator_, clock, {})
                         .value();
    for (uint64_t i = 1; i < 300; ++i) {
      clock.now_us += 1'000'000;
      const auto request = i == 100 ? journal::Request(operator_, "shares", journal::UsagePayload(kShares), {kShares})
                                    : journal::RatingRequest(operator_, std::to_string(i));
      ASSERT_TRUE(log->Submit(request).ok());
    }
    for (uint64_t i = 0; i < 300; ++i) entries_.push_back(log->ReadEntry(EntryIndex{i}).value());
  }

  // Files of a log that holds exactly these entries, signed by the log's key: what an operator can make who lies.
  static Files MakeFiles(const std::vector<std::string>& entries, const crypto::Signer& signer = operator_,
                         uint64_t cosigned_s = kTimeS + 400, char witness = 'w') {
    std::map<crypto::NodeId, Hash256> nodes;
    crypto::Frontier tree;
    for (const std::string& entry : entries)
      tree.Append(crypto::LeafHash(entry), [&](crypto::NodeId node, const Hash256& hash) { nodes[node] = hash; });
    Files files;
    const TreeSize size{entries.size()};
    for (const crypto::TileId& tile : crypto::TilesOf(size)) {
      std::string bytes;
      for (uint32_t i = 0; i < tile.width; ++i)
        bytes += nodes.at({static_cast<uint8_t>(tile.level * 8), tile.index * 256 + i}).ToBytes();
      files[crypto::TilePath(tile)] = bytes;
      if (tile.level != 0) continue;
      const auto begin = entries.begin() + static_cast<ptrdiff_t>(tile.index * 256);
      files[crypto::EntryBundlePath(tile.index, tile.width)] =
          crypto::EncodeEntryBundle({begin, begin + tile.width}).value();
    }
    files[audit::BlobPath(crypto::Sha256(kShares))] = kShares;
    crypto::SignedNote note =
        crypto::SignedNote::Parse(crypto::SignCheckpoint({journal::kTestOrigin, size, tree.Root(), {}}, signer).value())
            .value();
    if (witness != 0) {
      note.signatures.push_back(
          crypto::Cosign(note.text, "witness.example", journal::TestSigner(witness), cosigned_s).value());
    }
    files["checkpoint"] = note.Serialize();
    return files;
  }
  static std::vector<std::string> First(size_t count) {
    return {entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(count)};
  }

  // The entries from `index` on with their chain repaired: a history that hangs together.
  static std::vector<std::string> Rechained(std::vector<std::string> entries, size_t index) {
    for (size_t i = index; i < entries.size(); ++i) {
      v1::Entry entry;
      EXPECT_TRUE(entry.ParseFromString(entries[i]));
      entry.set_index(i);
      entry.set_previous_leaf_hash((i == 0 ? Hash256{} : crypto::LeafHash(entries[i - 1])).ToBytes());
      entries[i] = entry.SerializeAsString();
    }
    return entries;
  }
  static std::string WithTime(const std::string& bytes, int64_t recorded_at_us) {
    v1::Entry entry;
    EXPECT_TRUE(entry.ParseFromString(bytes));
    entry.set_recorded_at_us(recorded_at_us);
    return entry.SerializeAsString();
  }

  Followed Follow(Files files, const std::string& kept = "") {
    server_.Serve(std::move(files));
    HttpLogSource source = server_.Source();
    FollowOptions options;
    options.kept_checkpoint = kept;
    return FollowLog(source, Anchor(), Instant{kTimeUs + 1'000'000'000}, options);
  }
  static crypto::TrustAnchor Anchor() {
    const std::string log =
        crypto::VerifierKey::Create(journal::kTestOrigin, operator_.public_key()).value().ToString();
    const std::string witness =
        crypto::CosignerKey::Create("witness.example", journal::TestSigner('w').public_key()).value().ToString();
    return crypto::TrustAnchor::FromPolicy(
               crypto::WitnessPolicy::Parse("log " + log + "\nwitness w " + witness + "\nquorum w\n").value())
        .value();
  }
  static void ExpectCaught(const Followed& followed, FollowCheck by, const std::string& words) {
    EXPECT_EQ(audit::FollowCheckName(followed.caught_by), audit::FollowCheckName(by)) << followed.status.message();
    EXPECT_THAT(followed.status.message(), HasSubstr(words));
    EXPECT_EQ(followed.checkpoint, "") << "nothing to keep";
  }

  static inline const std::string kShares = "work,party,ppm\nw1,p1,1000000\n";
  static inline const crypto::KeySigner operator_ = journal::TestSigner('o');
  static inline std::vector<std::string> entries_;
  LyingServer server_;
};

TEST_F(LyingServerTest, AnHonestOneIsFollowed) {
  const Followed first = Follow(MakeFiles(First(200)));
  ASSERT_TRUE(first.status.ok()) << first.status.ToString();
  EXPECT_EQ(first.entries, 200u);
  const Followed second = Follow(MakeFiles(entries_), first.checkpoint);
  ASSERT_TRUE(second.status.ok()) << second.status.ToString();
  EXPECT_EQ(second.entries, 100u);
  EXPECT_TRUE(Follow(MakeFiles(entries_), second.checkpoint).status.ok()) << "nothing new";
}

TEST_F(LyingServerTest, ItForks) {
  const std::string kept = MakeFiles(First(200))["checkpoint"];
  std::vector<std::string> other = entries_;
  other[50] = journal::AlterRating(other[50], operator_, 5);
  other = Rechained(other, 51);
  const std::vector<crypto::VerifierKey> key = Anchor().log_keys();
  for (const size_t size : {size_t{200}, size_t{300}}) {
    const Followed followed = Follow(MakeFiles({other.begin(), other.begin() + static_cast<ptrdiff_t>(size)}), kept);
    ExpectCaught(followed, FollowCheck::kFork, "the log signed two histories");
    ASSERT_TRUE(followed.evidence.has_value());
    EXPECT_EQ(witness::Judge(*followed.evidence, key).value(), witness::ForkVerdict::kTwoHistories);
  }
  EXPECT_TRUE(Follow(MakeFiles(other)).status.ok())
      << "without a kept checkpoint a fork that hangs together looks whole";
}

TEST_F(LyingServerTest, ItOmits) {
  Files files = MakeFiles(entries_);
  std::vector<std::string> bundle = First(256);
  bundle.erase(bundle.begin() + 77);
  files["tile/entries/000"] = crypto::EncodeEntryBundle(bundle).value();
  ExpectCaught(Follow(files), FollowCheck::kLeafHashes, "bundle 0 has 255 entries");
  bundle.push_back(entries_[77]);
  files["tile/entries/000"] = crypto::EncodeEntryBundle(bundle).value();
  ExpectCaught(Follow(files), FollowCheck::kLeafHashes, "entry 77 hashes to another leaf");
  // Left out of the signed tree as well: the chain shows the gap.
  std::vector<std::string> signed_gap = entries_;
  signed_gap.erase(signed_gap.begin() + 77);
  ExpectCaught(Follow(MakeFiles(signed_gap)), FollowCheck::kChain, "entry 77 says that it is entry 78");
  files = MakeFiles(entries_);
  files.erase("tile/entries/001.p/44");
  ExpectCaught(Follow(files), FollowCheck::kSource, "is not there");
}

TEST_F(LyingServerTest, ItReorders) {
  std::vector<std::string> swapped = entries_;
  std::swap(swapped[10], swapped[11]);
  Files files = MakeFiles(entries_);
  files["tile/entries/000"] = MakeFiles(swapped)["tile/entries/000"];
  ExpectCaught(Follow(files), FollowCheck::kLeafHashes, "entry 10 hashes to another leaf");
  ExpectCaught(Follow(MakeFiles(swapped)), FollowCheck::kChain, "entry 10 says that it is entry 11");
}

TEST_F(LyingServerTest, ItServesWhatIsStale) {
  const std::string kept = MakeFiles(entries_)["checkpoint"];
  ExpectCaught(Follow(MakeFiles(First(256)), kept), FollowCheck::kStale, "of size 256, the kept one of size 300");
}

TEST_F(LyingServerTest, ItForgesTimes) {
  std::vector<std::string> back = entries_;
  back[20] = WithTime(back[20], kTimeUs);
  ExpectCaught(Follow(MakeFiles(Rechained(back, 21))), FollowCheck::kTimes, "entry 20 was recorded before");
  // Later than the witness saw the checkpoint over it, whatever the operator's clock says.
  std::vector<std::string> ahead = entries_;
  ahead[299] = WithTime(ahead[299], kTimeUs + 800'000'000);
  ExpectCaught(Follow(MakeFiles(ahead)), FollowCheck::kTimes, "after the checkpoint over it was seen");
}

TEST_F(LyingServerTest, ItChangesAnOldShareSet) {
  Files files = MakeFiles(entries_);
  const std::string path = audit::BlobPath(crypto::Sha256(kShares));
  files[path] = "work,party,ppm\nw1,p2,1000000\n";
  ExpectCaught(Follow(files), FollowCheck::kBlobs, "entry 100 names blob");
  files.erase(path);
  ExpectCaught(Follow(files), FollowCheck::kBlobs, "is not there");
  // With the entry and the whole tree made anew, only the kept checkpoint tells.
  const std::string kept = MakeFiles(First(200))["checkpoint"], shares = "work,party,ppm\nw1,p2,1000000\n";
  std::vector<std::string> other = entries_;
  v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(other[100]));
  entry.set_submission(journal::Request(operator_, "shares", journal::UsagePayload(shares)).submission);
  other[100] = entry.SerializeAsString();
  files = MakeFiles(Rechained(other, 101));
  files[audit::BlobPath(crypto::Sha256(shares))] = shares;
  EXPECT_TRUE(Follow(files).status.ok());
  ExpectCaught(Follow(files, kept), FollowCheck::kFork, "the log signed two histories");
}

TEST_F(LyingServerTest, ItIsNotTheLogOrHasNotItsWitness) {
  ExpectCaught(Follow(MakeFiles(entries_, journal::TestSigner('x'))), FollowCheck::kSignature,
               "no signature by a known key");
  ExpectCaught(Follow(MakeFiles(entries_, operator_, kTimeS, 0)), FollowCheck::kWitnesses, "witness w");
  Files files = MakeFiles(entries_);
  files["tile/0/000"][100] ^= 1;
  ExpectCaught(Follow(files), FollowCheck::kTiles, "");
  files = MakeFiles(entries_);
  files["tile/1/000.p/1"][0] ^= 1;
  ExpectCaught(Follow(files), FollowCheck::kTiles, "lead to root");
  files.erase("checkpoint");
  ExpectCaught(Follow(files), FollowCheck::kSource, "is not there");
}

}  // namespace
}  // namespace ledgerline::tool
