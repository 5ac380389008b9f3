#include "ledger/journal/signed_batch.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "ledger/journal/entry.h"
#include "ledger/journal/payload_check.h"
#include "ledger/journal/unknown_field.h"

namespace ledgerline::journal {
namespace {

std::string ItemName(size_t number) { return "batch item " + std::to_string(number); }

Status CheckItemCount(size_t count) {
  if (count >= 1 && count <= kBatchItemsMax) return Status::Ok();
  return OutOfRange("batch of " + std::to_string(count) + " items, needs 1 to " + std::to_string(kBatchItemsMax));
}

// The keys of a batch are all of one submitter, so two that are equal could never both stand.
Status CheckKeysDiffer(const std::string& header_key, const std::vector<ParsedItem>& items) {
  std::vector<std::pair<std::string_view, size_t>> keys{{header_key, 0}};
  for (size_t i = 0; i < items.size(); ++i) keys.emplace_back(items[i].idempotency_key, i + 1);
  std::sort(keys.begin(), keys.end());
  for (size_t i = 1; i < keys.size(); ++i) {
    if (keys[i - 1].first != keys[i].first) continue;
    const std::string first = keys[i - 1].second == 0 ? "the header" : ItemName(keys[i - 1].second);
    return InvalidArgument(first + " and " + ItemName(keys[i].second) + " have the same idempotency key " +
                           HexEncode(keys[i].first));
  }
  return Status::Ok();
}

// The form of one item; `payload` receives what it says.
Status CheckItem(std::string_view bytes, v1::BatchItem& item, v1::Payload& payload) {
  if (bytes.size() > kSubmissionBytesMax) {
    return OutOfRange("item of " + std::to_string(bytes.size()) + " bytes, at most " +
                      std::to_string(kSubmissionBytesMax));
  }
  if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("item is not a serialised BatchItem message");
  }
  RETURN_IF_ERROR(CheckNoUnknownField(MessageKind::kBatchItem, bytes));
  RETURN_IF_ERROR(CheckIdempotencyKey("item.idempotency_key", item.idempotency_key()));
  RETURN_IF_ERROR(ParsePayload("item.payload", item.payload(), payload));
  const auto type = static_cast<v1::PayloadType>(payload.kind_case());
  if (MayBeItem(type)) return Status::Ok();
  return InvalidArgument("item.payload is a " + PayloadTypeName(type) + ", which only stands alone");
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
  crypto::Frontier frontier;
  for (const Hash256& hash : leaf_hashes) frontier.Append(hash);
  return frontier.Root();
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
  RETURN_IF_ERROR(CheckItem(bytes, item, parsed.payload));
  parsed.submission.set_allocated_idempotency_key(item.release_idempotency_key());
  parsed.submission.set_allocated_payload(item.release_payload());
  parsed.submission.set_key_id(key_id.ToBytes());
  parsed.type = static_cast<v1::PayloadType>(parsed.payload.kind_case());
  parsed.key_id = key_id;
  return parsed;
}

Result<ParsedBatch> ParseBatch(std::string_view bytes) {
  if (bytes.size() > kBatchBytesMax) {
    return OutOfRange("signed batch of " + std::to_string(bytes.size()) + " bytes, at most " +
                      std::to_string(kBatchBytesMax));
  }
  v1::SignedBatch batch;
  if (!batch.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("signed batch is not a serialised SignedBatch message");
  }
  RETURN_IF_ERROR(CheckNoUnknownField(MessageKind::kSignedBatch, bytes));
  ParsedBatch parsed;
  Result<ParsedSubmission> header = ParseSubmission(batch.header());
  if (!header.ok()) return header.status().WithContext("batch header");
  parsed.header = std::move(*header);
  if (parsed.header.type != v1::PAYLOAD_TYPE_BATCH_HEADER) {
    return InvalidArgument("batch header is a " + PayloadTypeName(parsed.header.type));
  }
  parsed.header_bytes = std::move(*batch.mutable_header());
  const size_t count = static_cast<size_t>(batch.items_size());
  RETURN_IF_ERROR(CheckItemCount(count));
  const v1::BatchHeader& says = parsed.header.payload.batch_header();
  if (says.item_count() != count) {
    return InvalidArgument("batch_header.item_count " + std::to_string(says.item_count()) + ", but " +
                           std::to_string(count) + " items came");
  }
  v1::BatchItem item;
  v1::Payload payload;
  std::vector<Hash256> leaf_hashes;
  leaf_hashes.reserve(count);
  parsed.items.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    std::string& received = *batch.mutable_items(static_cast<int>(i));
    RETURN_IF_ERROR(CheckItem(received, item, payload).WithContext(ItemName(i + 1)));
    leaf_hashes.push_back(crypto::LeafHash(received));
    parsed.items.push_back({std::move(received), std::move(*item.mutable_idempotency_key()),
                            static_cast<v1::PayloadType>(payload.kind_case()), ReferencedBlobs(payload)});
  }
  RETURN_IF_ERROR(CheckKeysDiffer(parsed.header.submission.idempotency_key(), parsed.items));
  if (ItemsRoot(leaf_hashes).view() != says.items_root()) {
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
