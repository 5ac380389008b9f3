#include "ledger/journal/derived_records.h"

#include <random>

#include "ledger/journal/keyspace.h"
#include "ledger/journal/submission.h"

namespace ledgerline::journal {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
constexpr size_t kSurplusKept = 20;

uint64_t Multiply(uint64_t a, uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  const uint64_t sum = static_cast<uint64_t>(product & kPrime) + static_cast<uint64_t>(product >> 61);
  return sum >= kPrime ? sum - kPrime : sum;
}

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

void PairFingerprint::Add(std::array<uint64_t, 2>& product, std::string_view key, uint64_t index) const {
  // 16 bytes in three parts below the prime, so that no two keys are equal modulo it; an index is below 2^60.
  const uint64_t high = keyspace::ReadBigEndian64(key.substr(1)), low = keyspace::ReadBigEndian64(key.substr(9));
  const std::array<uint64_t, 4> parts{high >> 16, (high & 0xffff) << 32 | low >> 32, low & 0xffffffff, index % kPrime};
  for (size_t i = 0; i < functions_.size(); ++i) {
    uint64_t value = 0;
    for (size_t k = 0; k < parts.size(); ++k) value = Plus(value, Multiply(functions_[i].factors[k], parts[k]));
    product[i] = Multiply(product[i], Plus(functions_[i].root, kPrime - value));
  }
}

void DerivedRecords::Expect(EntryIndex index, v1::PayloadType type, std::string_view submission_key) {
  if (types_.size() <= index.value) types_.resize(index.value + 1);
  types_[index.value] = static_cast<uint8_t>(type);  // the types that this version knows are below 256
  fingerprint_.Add(expected_pairs_, submission_key, index.value);
}

Status DerivedRecords::TakeSubmission(std::string_view key, std::string_view value) {
  ++submissions_stored_;
  const Result<keyspace::SubmissionRecord> record = keyspace::SubmissionRecord::Parse(value);
  if (key.size() != keyspace::kSubmissionKeyBytes || !record.ok()) {
    stored_pairs_ = {};  // agrees with nothing
    return DataLoss("the idempotency record under key " + HexEncode(key) + " is not whole");
  }
  fingerprint_.Add(stored_pairs_, key, record->index.value);
  return Status::Ok();
}

Status DerivedRecords::TakeType(std::string_view key, std::string_view value) {
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

void DerivedRecords::CompareTypes(const std::function<void(std::string)>& fail) const {
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
