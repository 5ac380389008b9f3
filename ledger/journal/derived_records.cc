#include "ledger/journal/derived_records.h"

#include <random>

#include "ledger/journal/keyspace.h"
#include "ledger/journal/submission.h"

namespace ledgerline::journal {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
constexpr size_t kSurplusKept = 20;
// Enough that each is a small part of the whole work.
constexpr size_t kSubmissionRanges = 64;

// Of a value below 2^124, modulo the prime: 2^61 is 1.
uint64_t Reduce(Wide value) {
  const Wide sum = (value & kPrime) + (value >> 61);  // below 2^64
  const uint64_t low = static_cast<uint64_t>(sum & kPrime) + static_cast<uint64_t>(sum >> 61);
  return low >= kPrime ? low - kPrime : low;
}

uint64_t Multiply(uint64_t a, uint64_t b) { return Reduce(static_cast<Wide>(a) * b); }

uint64_t Plus(uint64_t a, uint64_t b) {
  const uint64_t sum = a + b;
  return sum >= kPrime ? sum - kPrime : sum;
}

std::string Name(EntryIndex index) { return "entry " + std::to_string(index.value); }

}  // namespace

PairFingerprint::PairFingerprint() {
  std::random_device device;
  const auto draw = [&] { return ((uint64_t{device()} << 32) | device()) % kPrime; };
  for (Function& function : functions_) {
    for (uint64_t& factor : function.factors) factor = draw();
    function.root = draw();
  }
}

void PairFingerprint::Add(Product& product, std::string_view hash, uint64_t index) const {
  // 16 bytes in three parts below the prime, so that no two keys are equal modulo it; an index is below 2^60.
  const uint64_t high = keyspace::ReadBigEndian64(hash), low = keyspace::ReadBigEndian64(hash.substr(8));
  const std::array<uint64_t, 4> parts{high >> 16, (high & 0xffff) << 32 | low >> 32, low & 0xffffffff, index % kPrime};
  for (size_t i = 0; i < functions_.size(); ++i) {
    Wide value = 0;  // four products below 2^122
    for (size_t k = 0; k < parts.size(); ++k) value += static_cast<Wide>(functions_[i].factors[k]) * parts[k];
    product[i] = Multiply(product[i], Plus(functions_[i].root, kPrime - Reduce(value)));
  }
}

PairFingerprint::Product PairFingerprint::Join(const Product& a, const Product& b) {
  return {Multiply(a[0], b[0]), Multiply(a[1], b[1])};
}

void StoredSubmissions::Take(const PairFingerprint& fingerprint, std::string_view key, std::string_view value) {
  ++count;
  const Result<keyspace::SubmissionRecord> record = keyspace::SubmissionRecord::Parse(value);
  if (key.size() == keyspace::kSubmissionKeyBytes && record.ok())
    return fingerprint.Add(product, key.substr(1), record->index.value);
  product = {};  // agrees with nothing
  ++malformed_count;
  if (malformed.size() < kMalformedKept)
    malformed.push_back(DataLoss("the idempotency record under key " + HexEncode(key) + " is not whole"));
}

std::vector<std::string> SubmissionRanges() {
  const std::string prefix(1, keyspace::kSubmission);
  std::vector<std::string> bounds{prefix};
  for (size_t i = 1; i < kSubmissionRanges; ++i)
    bounds.push_back(prefix + std::string(1, static_cast<char>(i * 256 / kSubmissionRanges)));
  bounds.push_back(keyspace::PrefixEnd(prefix));
  return bounds;
}

StoredSubmissions ReadSubmissions(const StorageReader& storage, const PairFingerprint& fingerprint,
                                  std::string_view begin, std::string_view end) {
  StoredSubmissions stored;
  const std::unique_ptr<Cursor> cursor = storage.ScanOnce(begin, end);
  for (; cursor->Valid(); cursor->Next()) stored.Take(fingerprint, cursor->key(), cursor->value());
  stored.status = cursor->status();
  return stored;
}

void DerivedTypes::Expect(EntryIndex index, v1::PayloadType type) {
  if (types_.size() <= index.value) types_.resize(index.value + 1);
  types_[index.value] = static_cast<uint8_t>(type);  // the types that this version knows are below 256
}

Status DerivedTypes::Take(std::string_view key, std::string_view value) {
  ASSIGN_OR_RETURN(const keyspace::TypeRun run, keyspace::TypeRun::Parse(key, value));
  for (uint64_t i = run.first.value; i < run.first.value + run.count; ++i) {
    if (i < types_.size() && types_[i] != 0 && types_[i] == static_cast<uint64_t>(run.type)) {
      types_[i] = 0;
    } else if (++surplus_count_ <= kSurplusKept) {
      surplus_.push_back({run.type, EntryIndex{i}});
    }
  }
  return Status::Ok();
}

void DerivedTypes::Compare(const std::function<void(std::string)>& fail) const {
  for (uint64_t i = 0; i < types_.size(); ++i) {
    if (types_[i] == 0) continue;
    fail(Name(EntryIndex{i}) + ", a " + PayloadTypeName(static_cast<v1::PayloadType>(types_[i])) +
         ", is not in the index by type");
  }
  for (const Surplus& surplus : surplus_)
    fail("the index by type has " + Name(surplus.index) + " as a " + PayloadTypeName(surplus.type) +
         ", which it is not, or twice");
  for (uint64_t i = kSurplusKept; i < surplus_count_; ++i) fail("the index by type has another surplus entry");
}

Status CompareSubmission(const StorageReader& storage, EntryIndex index, std::string_view submission_key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> record, storage.Get(submission_key));
  if (!record) return DataLoss(Name(index) + " has no idempotency record");
  if (*record == keyspace::SubmissionRecord{index}.Encode()) return Status::Ok();
  return DataLoss(Name(index) + "'s idempotency record names another entry");
}

}  // namespace ledgerline::journal
