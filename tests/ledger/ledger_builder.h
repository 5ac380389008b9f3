// A ledger in memory for tests of the folds: entries without a tree, blobs in a map, keys from fixed seeds. Every entry
// is folded as it is added.
#ifndef LEDGERLINE_TESTS_LEDGER_LEDGER_BUILDER_H_
#define LEDGERLINE_TESTS_LEDGER_LEDGER_BUILDER_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "crypto/sha256.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/parties_file.h"
#include "ledger/exchange/usage_file.h"
#include "ledger/journal/submission.h"
#include "ledger/royalty/close.h"

namespace ledgerline {

class MemoryBlobs : public rights::BlobReader {
 public:
  Result<std::string> ReadBlob(const Hash256& hash) override {
    const auto found = blobs.find(hash);
    if (found == blobs.end()) return NotFound("no blob " + hash.ToHex());
    return found->second;
  }
  std::string Put(const std::string& bytes) {
    const Hash256 hash = crypto::Sha256(bytes);
    blobs[hash] = bytes;
    return hash.ToBytes();
  }
  std::map<Hash256, std::string> blobs;
};

// Counts up from a seed: different salts, the same in every run.
class CountingRandom : public crypto::RandomSource {
 public:
  Status Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
    return Status::Ok();
  }

 private:
  uint8_t next_ = 1;
};

inline Instant At(std::string_view text) {
  auto instant = Instant::Parse(text);
  EXPECT_TRUE(instant.ok()) << instant.status().ToString();
  return instant.ok() ? *instant : Instant{};
}

inline crypto::PrivateKey TestKey(uint8_t seed) {
  auto key = crypto::PrivateKey::FromSeed(std::string(32, static_cast<char>(seed)));
  EXPECT_TRUE(key.ok());
  return std::move(key).value();
}

struct CoverSpec {
  std::string id;
  std::vector<std::pair<std::string, uint32_t>> sources;  // recording, weight_ppm
  std::string territory = "DE";
  std::string tier = "premium";
  std::string at = "2026-10-01T10:00:00Z";
  v1::Use use = v1::USE_COVER;
};

class LedgerBuilder {
 public:
  static constexpr char kOrigin[] = "test.example/ledger";

  LedgerBuilder() : operator_key_(TestKey(1)) {
    now = At("2026-09-01");
    v1::Payload payload;
    payload.mutable_genesis()->set_origin(kOrigin);
    payload.mutable_genesis()->set_operator_public_key(operator_key_.public_key().ToBytes());
    payload.mutable_genesis()->set_format_version(1);
    Add(payload);
  }

  const crypto::PrivateKey& operator_key() const { return operator_key_; }
  uint64_t next() const { return fold.size().value; }

  // Adds and folds an entry, one second after the last.
  uint64_t Add(const v1::Payload& payload, const crypto::PrivateKey& key) {
    const uint64_t index = next();
    now.us += 1'000'000;
    v1::Entry entry;
    entry.set_index(index);
    entry.set_recorded_at_us(now.us);
    entry.set_submitter_key_id(journal::KeyId(key.public_key()).ToBytes());
    const Status status = fold.Apply(EntryIndex{index}, entry, payload, blobs);
    EXPECT_TRUE(status.ok()) << status.ToString();
    history.push_back({now, payload, key});
    return index;
  }
  uint64_t Add(const v1::Payload& payload) { return Add(payload, operator_key_); }

  uint64_t Enrol(const std::string& party, const crypto::PrivateKey& key) {
    v1::Payload payload;
    v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
    enrolment.set_public_key(key.public_key().ToBytes());
    enrolment.set_role(v1::KEY_ROLE_PARTY);
    enrolment.set_party_id(party);
    const auto proof = key.Sign(journal::EnrolmentText(kOrigin, party, v1::KEY_ROLE_PARTY, key.public_key()));
    enrolment.set_possession_signature(proof.value().ToBytes());
    return Add(payload);
  }

  // Any file by its header; a private parties file is split first.
  uint64_t File(const std::string& bytes, v1::UsageKind usage_kind = v1::USAGE_KIND_COVERS) {
    const auto kind = exchange::DetectFileKind(bytes);
    EXPECT_TRUE(kind.ok()) << kind.status().ToString();
    if (!kind.ok()) return 0;
    if (*kind == exchange::FileKind::kPrivateParties) {
      const auto split = exchange::SplitPartiesFile(bytes, random_);
      EXPECT_TRUE(split.ok()) << split.status().ToString();
      return File(split.value().public_csv);
    }
    v1::Payload payload;
    if (*kind == exchange::FileKind::kUsage) {
      const auto file = exchange::ParseUsageFile(bytes);
      EXPECT_TRUE(file.ok()) << file.status().ToString();
      if (!file.ok()) return 0;
      *payload.mutable_usage_file() = file->ToPayload(usage_kind);
    } else {
      const auto file = exchange::ParseCatalogueFile(bytes);
      EXPECT_TRUE(file.ok()) << file.status().ToString();
      if (!file.ok()) return 0;
      *payload.mutable_catalogue_file() = file->ToPayload();
    }
    blobs.Put(bytes);
    return Add(payload);
  }

  v1::Payload Grant(const std::string& party, const std::string& asset, const std::string& territories = "WW") {
    v1::Payload payload;
    v1::ConsentGrant& grant = *payload.mutable_consent_grant();
    grant.set_party_id(party);
    grant.set_asset(asset);
    grant.add_uses(v1::USE_COVER);
    grant.set_territories(territories);
    return payload;
  }
  uint64_t Consent(const std::string& party, const std::string& asset, const std::string& territories = "WW") {
    return Add(Grant(party, asset, territories));
  }
  uint64_t Revoke(const std::string& party, uint64_t grant) {
    v1::Payload payload;
    payload.mutable_consent_revocation()->set_party_id(party);
    payload.mutable_consent_revocation()->set_grant_index(grant);
    return Add(payload);
  }

  v1::Payload PermitFor(const CoverSpec& spec) {
    v1::Payload payload;
    v1::Permit& permit = *payload.mutable_permit();
    permit.set_recording_id(spec.sources.empty() ? "none" : spec.sources[0].first);
    permit.set_use(spec.use);
    permit.set_territory(spec.territory);
    permit.set_tier(spec.tier);
    permit.set_style("jazz");
    permit.set_requester(std::string(16, 'r'));
    permit.set_valid_until_us(now.us + int64_t{3600} * 1'000'000);
    return payload;
  }
  v1::Payload GenerationFor(const CoverSpec& spec, uint64_t permit) {
    v1::Payload payload;
    v1::Generation& made = *payload.mutable_generation();
    made.set_cover_recording_id(spec.id);
    made.set_permit_index(permit);
    made.set_use(spec.use);
    for (const auto& [id, weight] : spec.sources) {
      v1::SourceUse& source = *made.add_sources();
      source.set_recording_id(id);
      source.set_weight_ppm(weight);
    }
    made.set_style("jazz");
    made.set_seed(7);
    made.set_model_sha256(std::string(32, 'm'));
    made.set_soundfont_sha256(std::string(32, 's'));
    made.mutable_fingerprints()->set_midi_sha256(std::string(32, '1'));
    made.mutable_fingerprints()->set_pcm_sha256(std::string(32, '2'));
    made.mutable_fingerprints()->set_source_midi_sha256(std::string(32, '3'));
    made.set_requester(std::string(16, 'r'));
    made.set_territory(spec.territory);
    made.set_tier(spec.tier);
    made.set_generated_at_us(now.us + 1'000'000);
    return payload;
  }
  // A permit at `spec.at` and the generation just after it. Returns the generation's entry.
  uint64_t Cover(const CoverSpec& spec) {
    if (At(spec.at) > now) now = At(spec.at);
    const uint64_t permit = Add(PermitFor(spec));
    return Add(GenerationFor(spec, permit));
  }

  Result<royalty::CloseResult> Compute(const std::string& period) {
    return royalty::ClosePeriod({*Period::Parse(period), fold.size(), Hash256{}, fold, secret});
  }
  // Computes a close and records it.
  royalty::CloseResult Close(const std::string& period) {
    auto result = Compute(period);
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    if (!result.ok()) return {};
    blobs.Put(result->blob);
    v1::Payload payload;
    *payload.mutable_period_close() = result->close;
    Add(payload);
    return std::move(result).value();
  }

  const rights::RightsState& rights() const { return fold.rights(); }
  std::string FaultsText() const {
    std::string text;
    for (const auto& fault : fold.AllFaults()) text += std::to_string(fault.entry.value) + ": " + fault.text + "\n";
    return text;
  }

  struct Event {
    Instant at;
    v1::Payload payload;
    crypto::PrivateKey key;
  };
  std::vector<Event> history;  // every entry, for a journal that says the same

  MemoryBlobs blobs;
  royalty::LedgerFold fold;
  Instant now;
  std::optional<Hash256> secret;  // of the closes

 private:
  crypto::PrivateKey operator_key_;
  CountingRandom random_;
};

}  // namespace ledgerline

#endif  // LEDGERLINE_TESTS_LEDGER_LEDGER_BUILDER_H_
