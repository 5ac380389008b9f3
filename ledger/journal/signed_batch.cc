#include "ledger/journal/signed_batch.h"

#include <bit>
#include <cstdint>
#include <deque>
#include <utility>

#include "crypto/merkle.h"
#include "crypto/sha256_lanes.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/field_reader.h"
#include "ledger/journal/payload_check.h"
#include "ledger/journal/unknown_field.h"

namespace ledgerline::journal {
namespace {

constexpr uint16_t kNone = UINT16_MAX;
static_assert(kBatchItemsMax < kNone);

std::string ItemName(size_t number) { return "batch item " + std::to_string(number); }

Status CheckItemCount(size_t count) {
  if (count >= 1 && count <= kBatchItemsMax) return Status::Ok();
  return OutOfRange("batch of " + std::to_string(count) + " items, needs 1 to " + std::to_string(kBatchItemsMax));
}

// The keys of a batch are all of one submitter, so two that are equal could never both stand.
Status CheckKeysDiffer(const ParsedBatch& batch) {
  const std::string_view header_key = batch.header.submission.idempotency_key();
  const size_t count = batch.items.size();
  // Numbers of items, 0 for the header, in a table by digest that is at most half full.
  std::vector<uint16_t> table(std::bit_ceil(2 * (count + 1)), kNone);
  const auto key = [&](size_t number) { return number == 0 ? header_key : batch.items[number - 1].idempotency_key; };
  for (size_t number = 0; number <= count; ++number) {
    const uint64_t digest =
        number == 0 ? keyspace::DigestOf(batch.header.key_id, header_key).low : batch.items[number - 1].digest.low;
    size_t at = digest & (table.size() - 1);
    for (; table[at] != kNone; at = (at + 1) & (table.size() - 1)) {
      if (key(table[at]) != key(number)) continue;
      const std::string first = table[at] == 0 ? "the header" : ItemName(table[at]);
      return InvalidArgument(first + " and " + ItemName(number) + " have the same idempotency key " +
                             HexEncode(key(number)));
    }
    table[at] = static_cast<uint16_t>(number);
  }
  return Status::Ok();
}

// What the bytes of a batch do not hold in one piece, since they are not written plainly.
struct Held {
  std::string bytes;
  v1::SignedBatch batch;
  std::deque<v1::BatchItem> items;
};

struct ItemFields {
  std::string_view idempotency_key;
  std::string_view payload;
};

// An item that is not written plainly is parsed into a new message, which the fields are then of.
template <typename NewItem>
Status ReadItem(std::string_view bytes, ItemFields& fields, NewItem new_item) {
  if (bytes.size() > kSubmissionBytesMax) {
    return OutOfRange("item of " + std::to_string(bytes.size()) + " bytes, at most " +
                      std::to_string(kSubmissionBytesMax));
  }
  FieldReader reader(bytes);
  if (reader.Bytes(1, fields.idempotency_key) && reader.Bytes(2, fields.payload) && reader.at_end())
    return Status::Ok();
  v1::BatchItem& item = new_item();
  if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("item is not a serialised BatchItem message");
  }
  RETURN_IF_ERROR(CheckNoUnknownField(MessageKind::kBatchItem, bytes));
  fields = {item.idempotency_key(), item.payload()};
  return Status::Ok();
}

// The form of one item's fields; `payload` receives what it says.
Status CheckItem(const ItemFields& fields, v1::Payload& payload) {
  RETURN_IF_ERROR(CheckIdempotencyKey("item.idempotency_key", fields.idempotency_key));
  RETURN_IF_ERROR(ParsePayload("item.payload", fields.payload, payload));
  const auto type = static_cast<v1::PayloadType>(payload.kind_case());
  if (MayBeItem(type)) return Status::Ok();
  return InvalidArgument("item.payload is a " + PayloadTypeName(type) + ", which only stands alone");
}

// The header's and the items' bytes. False: the batch is not written plainly.
bool ReadPlainBatch(std::string_view bytes, std::string_view& header, std::vector<ParsedItem>& items) {
  FieldReader reader(bytes);
  if (!reader.Bytes(1, header)) return false;
  while (!reader.at_end()) {
    if (items.size() == kBatchItemsMax) return false;
    const size_t before = reader.left();
    ParsedItem item;
    if (!reader.Bytes(2, item.bytes) || reader.left() == before) return false;
    items.push_back(std::move(item));
  }
  return true;
}

// The hashes of complete subtrees over leaf hashes in memory.
class LeafReader : public crypto::HashReader {
 public:
  explicit LeafReader(std::span<const Hash256> leaves) : leaves_(leaves) {}
  Result<Hash256> ReadHash(crypto::NodeId node) override {
    const uint64_t begin = node.index << node.level;
    return ItemsRoot(leaves_.subspan(begin, uint64_t{1} << node.level));
  }

 private:
  std::span<const Hash256> leaves_;
};

}  // namespace

bool MayBeItem(v1::PayloadType type) {
  switch (type) {
    case v1::PAYLOAD_TYPE_GENESIS:
    case v1::PAYLOAD_TYPE_KEY_ENROLMENT:
    case v1::PAYLOAD_TYPE_KEY_ROTATION:
    case v1::PAYLOAD_TYPE_KEY_REVOCATION:
    case v1::PAYLOAD_TYPE_BATCH_HEADER:
      return false;
    default:
      return true;
  }
}

Hash256 ItemsRoot(std::span<const Hash256> leaf_hashes) {
  return crypto::RootOf(leaf_hashes);
}

Result<crypto::Proof> ItemPath(std::span<const Hash256> leaf_hashes, uint32_t number) {
  if (number < 1 || number > leaf_hashes.size()) {
    return OutOfRange(ItemName(number) + " of a batch of " + std::to_string(leaf_hashes.size()));
  }
  LeafReader reader(leaf_hashes);
  return crypto::InclusionProof(EntryIndex{number - 1}, TreeSize{leaf_hashes.size()}, reader);
}

Status VerifyItem(const ParsedEntry& item, const ParsedEntry& header, std::span<const Hash256> path) {
  if (!item.is_item()) return DataLoss("it is not an item of a batch");
  if (header.type != v1::PAYLOAD_TYPE_BATCH_HEADER) {
    return DataLoss("entry " + std::to_string(header.index.value) + " is not a batch header");
  }
  const v1::BatchHeader& batch = header.submission.payload.batch_header();
  if (header.index.value + item.batch_offset != item.index.value || item.batch_offset > batch.item_count()) {
    return DataLoss("entry " + std::to_string(header.index.value) + " heads a batch of " +
                    std::to_string(batch.item_count()) + " items, of which this is none");
  }
  if (header.submission.key_id != item.submission.key_id)
    return DataLoss("its batch header was submitted by another key");
  const Result<Hash256> root = crypto::RootFromInclusionProof(
      crypto::LeafHash(item.submission_bytes), EntryIndex{item.batch_offset - 1u}, TreeSize{batch.item_count()}, path);
  if (!root.ok()) return DataLoss("path to the batch header: " + root.status().message());
  if (root->view() == batch.items_root()) return Status::Ok();
  return DataLoss("its path leads to " + root->Short() + ", the batch header in entry " +
                  std::to_string(header.index.value) + " has another root");
}

Result<ParsedSubmission> ParseItem(std::string_view bytes, const Hash256& key_id) {
  ParsedSubmission parsed;
  v1::BatchItem item;
  ItemFields fields;
  RETURN_IF_ERROR(ReadItem(bytes, fields, [&]() -> v1::BatchItem& { return item; }));
  RETURN_IF_ERROR(CheckItem(fields, parsed.payload));
  parsed.submission.set_idempotency_key(std::string(fields.idempotency_key));
  parsed.submission.set_payload(std::string(fields.payload));
  parsed.submission.set_key_id(key_id.ToBytes());
  parsed.type = static_cast<v1::PayloadType>(parsed.payload.kind_case());
  parsed.key_id = key_id;
  return parsed;
}

Result<ParsedBatch> ParseBatch(std::string bytes) {
  if (bytes.size() > kBatchBytesMax) {
    return OutOfRange("signed batch of " + std::to_string(bytes.size()) + " bytes, at most " +
                      std::to_string(kBatchBytesMax));
  }
  const auto held = std::make_shared<Held>();
  held->bytes = std::move(bytes);
  ParsedBatch parsed;
  parsed.held = held;
  if (!ReadPlainBatch(held->bytes, parsed.header_bytes, parsed.items)) {
    v1::SignedBatch& batch = held->batch;
    if (!batch.ParseFromArray(held->bytes.data(), static_cast<int>(held->bytes.size()))) {
      return InvalidArgument("signed batch is not a serialised SignedBatch message");
    }
    RETURN_IF_ERROR(CheckNoUnknownField(MessageKind::kSignedBatch, held->bytes));
    parsed.header_bytes = batch.header();
    RETURN_IF_ERROR(CheckItemCount(static_cast<size_t>(batch.items_size())));
    parsed.items.resize(static_cast<size_t>(batch.items_size()));
    for (size_t i = 0; i < parsed.items.size(); ++i) parsed.items[i].bytes = batch.items(static_cast<int>(i));
  }
  Result<ParsedSubmission> header = ParseSubmission(parsed.header_bytes);
  if (!header.ok()) return header.status().WithContext("batch header");
  parsed.header = std::move(*header);
  if (parsed.header.type != v1::PAYLOAD_TYPE_BATCH_HEADER) {
    return InvalidArgument("batch header is a " + PayloadTypeName(parsed.header.type));
  }
  const size_t count = parsed.items.size();
  RETURN_IF_ERROR(CheckItemCount(count));
  const v1::BatchHeader& says = parsed.header.payload.batch_header();
  if (says.item_count() != count) {
    return InvalidArgument("batch_header.item_count " + std::to_string(says.item_count()) + ", but " +
                           std::to_string(count) + " items came");
  }
  thread_local v1::Payload payload;  // keeps its memory
  // Hashed side by side at the end: first the items as leaves, then their idempotency keys under the submitter's.
  static constexpr std::string_view kLeaf("\0", 1);  // RFC 6962, section 2.1
  std::vector<crypto::HashInput> inputs(2 * count);
  for (size_t i = 0; i < count; ++i) {
    ParsedItem& item = parsed.items[i];
    ItemFields fields;
    Status status = ReadItem(item.bytes, fields, [&]() -> v1::BatchItem& { return held->items.emplace_back(); });
    if (status.ok()) status = CheckItem(fields, payload);
    if (!status.ok()) return status.WithContext(ItemName(i + 1));
    item.idempotency_key = fields.idempotency_key;
    item.type = static_cast<v1::PayloadType>(payload.kind_case());
    item.blobs = ReferencedBlobs(payload);
    inputs[i] = {kLeaf, item.bytes};
    inputs[count + i] = {parsed.header.key_id.view(), item.idempotency_key};
  }
  std::vector<Hash256> hashes(2 * count);
  crypto::Sha256Each(std::span(inputs).first(count), std::span(hashes).first(count));
  crypto::Sha256Each(std::span(inputs).last(count), std::span(hashes).last(count));
  for (size_t i = 0; i < count; ++i) parsed.items[i].digest = keyspace::DigestOf(hashes[count + i]);
  RETURN_IF_ERROR(CheckKeysDiffer(parsed));
  if (crypto::RootOf(std::span(hashes).first(count)).view() != says.items_root()) {
    return InvalidArgument("batch_header.items_root is not the root over these " + std::to_string(count) + " items");
  }
  return parsed;
}

Result<std::string> SignBatch(std::string_view origin, std::string_view idempotency_key,
                              std::span<const ItemContent> items, const crypto::Signer& signer) {
  RETURN_IF_ERROR(CheckItemCount(items.size()));
  v1::SignedBatch batch;
  std::vector<Hash256> leaf_hashes;
  for (const ItemContent& content : items) {
    v1::BatchItem item;
    item.set_idempotency_key(content.idempotency_key);
    item.set_payload(content.payload);
    leaf_hashes.push_back(crypto::LeafHash(*batch.add_items() = item.SerializeAsString()));
  }
  v1::Payload header;
  header.mutable_batch_header()->set_items_root(ItemsRoot(leaf_hashes).ToBytes());
  header.mutable_batch_header()->set_item_count(static_cast<uint32_t>(items.size()));
  ASSIGN_OR_RETURN(*batch.mutable_header(),
                   SignSubmission(origin, idempotency_key, header.SerializeAsString(), signer));
  std::string bytes = batch.SerializeAsString();
  RETURN_IF_ERROR(ParseBatch(bytes).status());
  return bytes;
}

}  // namespace ledgerline::journal
