// Signed batches: what is accepted counts its items and commits to them, and each of them goes into an entry that reads
// back as the same item.
#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ledger/journal/entry.h"
#include "ledger/journal/signed_batch.h"

using namespace ledgerline;
using namespace ledgerline::journal;

namespace {

void CheckBatch(std::string_view bytes) {
  const auto batch = ParseBatch(std::string(bytes));
  if (!batch.ok()) return;
  // However it is written, the views are what protobuf reads.
  v1::SignedBatch message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      message.header() != batch->header_bytes || static_cast<size_t>(message.items_size()) != batch->items.size()) {
    std::abort();
  }
  for (int i = 0; i < message.items_size(); ++i) {
    const ParsedItem& item = batch->items[static_cast<size_t>(i)];
    v1::BatchItem said;
    if (message.items(i) != item.bytes || !said.ParseFromString(message.items(i)) ||
        said.idempotency_key() != item.idempotency_key) {
      std::abort();
    }
  }
  if (batch->items.size() != batch->header.payload.batch_header().item_count()) std::abort();
  std::vector<Hash256> hashes;
  for (const ParsedItem& item : batch->items) hashes.push_back(crypto::LeafHash(item.bytes));
  ParsedEntry header;
  header.index = EntryIndex{1};
  header.type = batch->header.type;
  header.submission = batch->header;
  for (uint32_t number = 1; number <= hashes.size(); ++number) {
    const ParsedItem& item = batch->items[number - 1];
    const auto entry = EncodeEntry(EntryIndex{number + 1}, INT64_MIN, Hash256{},
                                   {item.type, batch->header.key_id, item.bytes, number});
    if (!entry.ok()) std::abort();
    const auto parsed = ParseEntry(*entry);
    if (!parsed.ok() || parsed->submission_bytes != item.bytes || parsed->type != item.type) std::abort();
    if (!VerifyItem(*parsed, header, *ItemPath(hashes, number)).ok()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool quiet =
      google::protobuf::SetLogHandler(nullptr) != nullptr;  // it prints strings that are not UTF-8
  (void)quiet;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckBatch(bytes);
  // The same bytes as payloads of two items under a header that commits to them, so that items are reached.
  v1::SignedBatch batch;
  std::vector<Hash256> hashes;
  for (const char* key : {"1", "2"}) {
    v1::BatchItem item;
    item.set_idempotency_key(key);
    item.set_payload(bytes.data(), bytes.size());
    hashes.push_back(crypto::LeafHash(*batch.add_items() = item.SerializeAsString()));
  }
  v1::Payload payload;
  payload.mutable_batch_header()->set_items_root(ItemsRoot(hashes).ToBytes());
  payload.mutable_batch_header()->set_item_count(2);
  v1::Submission header;
  header.set_origin("log.example");
  header.set_idempotency_key("k");
  header.set_payload(payload.SerializeAsString());
  header.set_key_id(std::string(32, 'k'));
  header.set_signature(std::string(64, 's'));
  batch.set_header(header.SerializeAsString());
  CheckBatch(batch.SerializeAsString());
  return 0;
}
