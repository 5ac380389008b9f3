// Any sequence of payloads folds: bad data is a fault, never an error or a crash, and a close of what came of it adds
// up. Input: payloads, each after two bytes of length and one that picks the speaker.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "crypto/sha256.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/usage_file.h"
#include "ledger/journal/submission.h"
#include "ledger/royalty/close.h"

namespace {

using namespace ledgerline;

class Blobs : public rights::BlobReader {
 public:
  Result<std::string> ReadBlob(const Hash256& hash) override {
    const auto found = blobs.find(hash);
    if (found == blobs.end()) return NotFound("none");
    return found->second;
  }
  std::map<Hash256, std::string> blobs;
};

class Ledger {
 public:
  Ledger() {
    v1::Payload genesis;
    genesis.mutable_genesis()->set_origin("fuzz");
    genesis.mutable_genesis()->set_operator_public_key(operator_key_.ToBytes());
    genesis.mutable_genesis()->set_format_version(1);
    if (!Add(genesis, true).ok()) std::abort();
    File("party_id,role,commitment\nann,writer," + std::string(64, 'a') + "\n");
    File("work_id,title,iswc\nw1,T,\n");
    File("recording_id,title,artist,isrc,work_id,work_weight_ppm\nr1,T,A,,w1,1000000\n");
    File(
        "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm\ns1,recording:r1,MASTER,WW,"
        ",,ACCEPTED,ann,700000\ns2,work:w1,MECHANICAL,WW,,,ACCEPTED,ann,900000\n");
    File(
        "rate_id,model,use,tier,territories,currency,rightsholders_ppm,publishing_ppm,revenue_rate_ppm,fee,floor,valid_"
        "from,valid_to\np1,PER_GENERATION,COVER,,WW,EUR,,500000,200000,0.05,0.01,,\n");
    const std::string usage =
        "recording_id,period,territory,tier,plays,revenue,currency\nc1,1970-01,DE,free,3,1.00,EUR\nc2,1970-01,DE,free,"
        "0,-1.00,EUR\n";
    v1::Payload payload;
    *payload.mutable_usage_file() = exchange::ParseUsageFile(usage)->ToPayload(v1::USAGE_KIND_COVERS);
    blobs_.blobs[crypto::Sha256(usage)] = usage;
    if (!Add(payload, true).ok()) std::abort();
  }

  Status Add(const v1::Payload& payload, bool by_operator) {
    v1::Entry entry;
    entry.set_index(fold.size().value);
    entry.set_recorded_at_us(static_cast<int64_t>(fold.size().value) * 1000);
    entry.set_submitter_key_id(by_operator ? journal::KeyId(operator_key_).ToBytes() : "nobody");
    return fold.Apply(EntryIndex{fold.size().value}, entry, payload, blobs_);
  }

  royalty::LedgerFold fold;

 private:
  void File(const std::string& csv) {
    v1::Payload payload;
    *payload.mutable_catalogue_file() = exchange::ParseCatalogueFile(csv)->ToPayload();
    blobs_.blobs[crypto::Sha256(csv)] = csv;
    if (!Add(payload, true).ok()) std::abort();
  }

  crypto::PublicKey operator_key_;
  Blobs blobs_;
};

// Plausible events from single bytes: few names, few indices, so that they meet.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool done() const { return at_ >= size_; }
  uint8_t Next(uint8_t below) { return done() ? 0 : static_cast<uint8_t>(data_[at_++] % below); }

  v1::Payload Event(uint64_t next) {
    v1::Payload payload;
    const auto recording = [&] { return std::string(1, "rc"[Next(2)]) + std::to_string(Next(4)); };
    switch (Next(5)) {
      case 0: {
        v1::ConsentGrant& grant = *payload.mutable_consent_grant();
        grant.set_party_id("ann");
        grant.set_asset(Next(2) == 0 ? "*" : "recording:r1");
        grant.add_uses(v1::USE_COVER);
        grant.set_territories(Next(2) == 0 ? "WW" : "FR");
        break;
      }
      case 1:
        payload.mutable_consent_revocation()->set_party_id("ann");
        payload.mutable_consent_revocation()->set_grant_index(next - Next(8));
        break;
      case 2: {
        v1::Permit& permit = *payload.mutable_permit();
        permit.set_recording_id(recording());
        permit.set_use(v1::USE_COVER);
        permit.set_territory("DE");
        permit.set_tier("free");
        permit.set_valid_until_us(Next(4) == 0 ? 1 : 1'000'000'000);
        break;
      }
      case 3: {
        v1::Generation& made = *payload.mutable_generation();
        made.set_cover_recording_id("c" + std::to_string(Next(4)));
        made.set_permit_index(next - Next(4));
        made.set_use(v1::USE_COVER);
        for (uint8_t i = 0, n = static_cast<uint8_t>(1 + Next(2)); i < n; ++i) {
          v1::SourceUse& source = *made.add_sources();
          source.set_recording_id(recording());
          source.set_weight_ppm(n == 1 ? kWholePpm : i == 0 ? 333'333 : 666'667);
        }
        made.set_territory("DE");
        made.set_tier("free");
        made.set_generated_at_us(static_cast<int64_t>(next) * 1000 + Next(3) * 500'000'000);
        break;
      }
      default:
        payload.mutable_rating()->set_recording_id(recording());
        payload.mutable_rating()->set_score(Next(7));
    }
    return payload;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Ledger kStart;
  Ledger ledger = kStart;
  const bool choices = size > 0 && data[0] % 2 == 1;
  if (choices) {
    for (Choices from(data + 1, size - 1); !from.done();) {
      if (!ledger.Add(from.Event(ledger.fold.size().value), true).ok()) std::abort();
    }
  }
  for (size_t at = 1; !choices && at + 3 <= size;) {
    const size_t length = std::min<size_t>(static_cast<size_t>(data[at]) << 8 | data[at + 1], size - at - 3);
    v1::Payload payload;
    if (payload.ParseFromArray(data + at + 3, static_cast<int>(length))) {
      const uint64_t before = ledger.fold.size().value;
      const Status status = ledger.Add(payload, data[at + 2] % 8 != 0);
      // Only a blob that is not there may stop a fold, and then nothing moves.
      if (!status.ok() && status.code() != StatusCode::kDataLoss) std::abort();
      if (ledger.fold.size().value != before + (status.ok() ? 1 : 0)) std::abort();
    }
    at += 3 + length;
  }
  const auto closed = royalty::ClosePeriod({*Period::Parse("1970-01"), ledger.fold.size(), Hash256{}, ledger.fold});
  if (closed.ok()) {
    if (!royalty::CheckStatements(closed->statements).ok()) std::abort();
    if (!royalty::ParseStatements(closed->blob).ok()) std::abort();
  } else if (closed.status().code() != StatusCode::kFailedPrecondition) {
    std::abort();
  }
  return 0;
}
