// The short way through an item's entry against ParseEntry: what it takes, ParseEntry takes, and both say the same.
#include "ledger/journal/plain_item.h"

#include <gtest/gtest.h>

#include <random>

#include "ledger/journal/checked_entry.h"
#include "ledger/journal/entry.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::journal {
namespace {

std::string ItemEntry(const std::string& payload, uint32_t offset = 3) {
  v1::BatchItem item;
  item.set_idempotency_key("key");
  item.set_payload(payload);
  const std::string bytes = item.SerializeAsString();
  v1::Payload parsed;
  EXPECT_TRUE(parsed.ParseFromString(payload));
  const EntryContent content{static_cast<v1::PayloadType>(parsed.kind_case()), crypto::Sha256("key"), bytes, offset};
  return EncodeEntry(EntryIndex{1'000'000}, 1'790'000'000'000'000, crypto::Sha256("previous"), content).value();
}

// Returns whether the short way took it.
bool Compare(const std::string& bytes) {
  PlainItem item;
  if (!ReadPlainItem(bytes, item)) return false;
  const Result<ParsedEntry> entry = ParseEntry(bytes);
  EXPECT_TRUE(entry.ok()) << HexEncode(bytes) << ": " << entry.status().message();
  if (!entry.ok()) return true;
  EXPECT_TRUE(entry->is_item());
  EXPECT_EQ(item.index, entry->index);
  EXPECT_EQ(item.recorded_at_us, entry->recorded_at_us);
  EXPECT_EQ(item.previous_leaf_hash, entry->previous_leaf_hash);
  EXPECT_EQ(item.type, entry->type);
  EXPECT_EQ(item.item_bytes, entry->submission_bytes);
  EXPECT_EQ(item.idempotency_key, entry->submission.submission.idempotency_key());
  EXPECT_EQ(item.key_id, entry->submission.key_id);
  EXPECT_EQ(item.batch_offset, entry->batch_offset);
  EXPECT_EQ(item.blobs, ReferencedBlobs(entry->submission.payload));
  return true;
}

TEST(PlainItemTest, TakesItemsAsTheyAreWritten) {
  EXPECT_TRUE(Compare(ItemEntry(RatingPayload("recording"))));
  EXPECT_TRUE(Compare(ItemEntry(UsagePayload("rows"))));
  EXPECT_TRUE(Compare(ItemEntry(RatingPayload(std::string(60'000, 'r')), 1000)));
}

TEST(PlainItemTest, LeavesTheRestToParseEntry) {
  const std::string submission = SignSubmission(kTestOrigin, "key", RatingPayload("x"), TestSigner('o')).value();
  EXPECT_FALSE(Compare(EncodeEntry(EntryIndex{9}, 1, Hash256{},
                                   {v1::PAYLOAD_TYPE_RATING, KeyId(TestSigner('o').public_key()), submission})
                           .value()));
  const std::string good = ItemEntry(RatingPayload("recording"));
  EXPECT_FALSE(Compare(good + std::string("\x40\x03", 2))) << "a field twice";
  EXPECT_FALSE(Compare(good + std::string("\x48\x03", 2))) << "an unknown field";
  EXPECT_FALSE(Compare(ItemEntry(RatingPayload("recording"), 1001))) << "an offset beyond a batch";
  EXPECT_FALSE(Compare(ItemEntry(ConsentPayload("p") + RatingPayload("x")).substr(1)));
  // A key enrolment only stands alone.
  EXPECT_FALSE(Compare(ItemEntry(EnrolmentPayload(TestSigner('p'), v1::KEY_ROLE_PARTY, "p"))));
  for (size_t size = 0; size < good.size(); ++size) Compare(good.substr(0, size));
}

TEST(PlainItemTest, AgreesOnAlteredBytes) {
  const std::vector<std::string> seeds = {ItemEntry(RatingPayload("recording")), ItemEntry(UsagePayload("rows")),
                                          ItemEntry(ConsentPayload("p"))};
  std::mt19937_64 random(7);
  size_t taken = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string bytes = seeds[random() % seeds.size()];
    for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      // Small values make fields and lengths, which random ones seldom do.
      bytes[random() % bytes.size()] = static_cast<char>(random() % 2 == 0 ? random() % 70 : random());
    }
    taken += Compare(bytes) ? 1 : 0;
  }
  EXPECT_GT(taken, 10'000u) << "the altered entries were hardly ever well formed";
}

}  // namespace
}  // namespace ledgerline::journal
