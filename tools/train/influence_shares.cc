#include "tools/train/influence_shares.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "inference/model/model_file.h"
#include "ledger/exchange/csv_record.h"
#include "ledgerline/v1/payload.pb.h"
#include "schemas/ids.h"
#include "schemas/money.h"

namespace ledgerline::train {
namespace {

using influence::InfluenceIndex;

constexpr std::array<exchange::Column, 4> kCoverColumns = {{{"index_sha256"}, {"cover"}, {"piece"}, {"influence"}}};
constexpr std::array<exchange::Column, 3> kOwnerColumns = {{{"match"}, {"owner"}, {"consent_index", false}}};

// As an owner's name: a collection's may hold anything, a party's id has its own rule.
Status CheckOwner(const exchange::CsvRecord& record, const std::string& owner, uint64_t consent) {
  if (owner.starts_with("collection:") && consent == 0) return Status::Ok();
  if (!owner.starts_with("party:")) {
    return record.Wrong("owner", "party:ID with a consent_index, or collection:NAME without one");
  }
  return record.At("owner", PartyId::Parse(owner.substr(6)).status());
}

}  // namespace

Result<std::vector<uint64_t>> WholeInfluences(const std::vector<double>& influences) {
  constexpr double kSteps = 1e15;  // of the largest: finer than what gradients in binary32 can tell
  double largest = 0;
  for (const double value : influences) largest = std::max(largest, value);
  std::vector<uint64_t> whole(influences.size(), 0);
  if (!(largest > 0)) return whole;
  std::vector<Int128> weights;
  for (const double value : influences) {
    weights.push_back(value > 0 ? static_cast<int64_t>(value / largest * kSteps) : 0);
  }
  ASSIGN_OR_RETURN(const Split split,
                   SplitByLargestRemainder(Money(static_cast<Int128>(kInfluenceWhole), Currency()), weights));
  for (size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<uint64_t>(split.parts[i].nanos());
  return whole;
}

std::string FormatCoverInfluences(const InfluenceIndex& index, const Hash256& index_hash, const std::string& cover,
                                  const std::vector<uint64_t>& influences) {
  std::string csv = "index_sha256,cover,piece,influence\n";
  for (size_t i = 0; i < influences.size(); ++i) {
    if (influences[i] == 0) continue;
    csv += index_hash.ToHex() + "," + exchange::CsvField(cover) + "," + exchange::CsvField(index.pieces[i].id) + "," +
           std::to_string(influences[i]) + "\n";
  }
  return csv;
}

Status AddCoverInfluences(std::string_view csv, const InfluenceIndex& index, const Hash256& index_hash,
                          std::vector<uint64_t>* sums) {
  uint64_t whole = 0;
  return exchange::ReadRecords(
             csv, kCoverColumns,
             [&](const exchange::CsvRecord& record) -> Status {
               if (record.Text("index_sha256") != index_hash.ToHex()) {
                 return record.Wrong("index_sha256", "the index here is " + index_hash.ToHex());
               }
               const std::string id(record.Text("piece"));
               const auto at = std::lower_bound(
                   index.pieces.begin(), index.pieces.end(), id,
                   [](const influence::IndexedPiece& piece, const std::string& text) { return piece.id < text; });
               if (at == index.pieces.end() || at->id != id) {
                 return record.Wrong("piece", "none that the index has");
               }
               ASSIGN_OR_RETURN(const uint64_t value, record.Unsigned("influence", kInfluenceWhole - whole));
               whole += value;
               (*sums)[static_cast<size_t>(at - index.pieces.begin())] += value;
               return Status::Ok();
             })
      .status();
}

Result<PieceOwners> PieceOwners::Parse(std::string_view csv) {
  PieceOwners owners;
  owners.by_collection_ = false;
  const auto read = exchange::ReadRecords(csv, kOwnerColumns, [&](const exchange::CsvRecord& record) -> Status {
    ASSIGN_OR_RETURN(const std::string match, record.Required("match"));
    ASSIGN_OR_RETURN(const std::string owner, record.Required("owner"));
    ASSIGN_OR_RETURN(const uint64_t consent, record.UnsignedOrZero("consent_index", uint64_t{1} << 62));
    if (!match.starts_with("piece:") && !match.starts_with("composer:") && !match.starts_with("collection:")) {
      return record.Wrong("match", "piece:ID, composer:NAME or collection:NAME");
    }
    RETURN_IF_ERROR(CheckOwner(record, owner, consent));
    if (!owners.owners_.emplace(match, owner).second) return record.Wrong("match", "stands here for the second time");
    const auto [known, added] = owners.consents_.emplace(owner, consent);
    if (!added && known->second != consent) {
      return record.Wrong("consent_index", "this owner's consent is entry " + std::to_string(known->second) + " above");
    }
    return Status::Ok();
  });
  if (!read.ok()) return read.status();
  return owners;
}

std::string PieceOwners::OwnerOf(const influence::IndexedPiece& piece) const {
  if (by_collection_) return "collection:" + piece.collection;
  for (const std::string& match :
       {"piece:" + piece.id, "composer:" + piece.composer, "collection:" + piece.collection}) {
    if (const auto found = owners_.find(match); found != owners_.end()) return found->second;
  }
  return "";
}

uint64_t PieceOwners::ConsentOf(const std::string& owner) const {
  const auto found = consents_.find(owner);
  return found == consents_.end() ? 0 : found->second;
}

uint32_t WeightPpm(const InfluenceIndex& index, const influence::ValidationFile* validation) {
  if (validation == nullptr || validation->low_ppm <= 0 || validation->method != index.method.Name()) return 0;
  return validation->model == index.model ? rights::kInfluenceWeightPpmMax : rights::kInfluenceWeightPpmOfSmaller;
}

Status PrintShares(const SharesRequest& request) {
  ASSIGN_OR_RETURN(const std::string index_bytes, model::ReadFileBytes(request.index));
  const Result<InfluenceIndex> index = InfluenceIndex::Parse(index_bytes);
  if (!index.ok()) return index.status().WithContext(request.index);
  const Hash256 index_hash = crypto::Sha256(index_bytes);
  PieceOwners owners = PieceOwners::ByCollection();
  if (!request.owners.empty()) {
    ASSIGN_OR_RETURN(const std::string text, model::ReadFileBytes(request.owners));
    Result<PieceOwners> parsed = PieceOwners::Parse(text);
    if (!parsed.ok()) return parsed.status().WithContext(request.owners);
    owners = *std::move(parsed);
  }
  influence::ValidationFile validation;
  std::string validation_text;
  if (!request.validation.empty()) {
    ASSIGN_OR_RETURN(validation_text, model::ReadFileBytes(request.validation));
    const Result<influence::ValidationFile> parsed = influence::ValidationFile::Parse(validation_text);
    if (!parsed.ok()) return parsed.status().WithContext(request.validation);
    validation = *parsed;
  }
  std::vector<uint64_t> sums(index->pieces.size(), 0);
  for (const std::string& path : request.influences) {
    ASSIGN_OR_RETURN(const std::string csv, model::ReadFileBytes(path));
    const Status added = AddCoverInfluences(csv, *index, index_hash, &sums);
    if (!added.ok()) return added.WithContext(path);
  }
  std::vector<rights::StatedInfluence> stated;
  size_t nobodys = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    const influence::IndexedPiece& piece = index->pieces[i];
    const std::string owner = owners.OwnerOf(piece);
    if (owner.empty()) {
      ++nobodys;
      continue;
    }
    stated.push_back({owner, piece.id, piece.file.ToHex(), piece.notes, sums[i]});
  }
  ASSIGN_OR_RETURN(const auto totals, rights::TotalsByOwner(stated));
  const uint32_t weight = WeightPpm(*index, request.validation.empty() ? nullptr : &validation);
  ASSIGN_OR_RETURN(const std::vector<uint32_t> shares, rights::TrainingSharesPpm(totals, weight));

  const std::string statement = rights::FormatInfluences(stated);
  v1::Payload payload;
  v1::TrainingShares& event = *payload.mutable_training_shares();
  event.set_period(request.period);
  event.set_model_sha256(index->served.ToBytes());
  event.set_index_sha256(index_hash.ToBytes());
  event.set_method(index->method.Name());
  event.set_seed(index->method.seed);
  if (!request.validation.empty()) {
    event.set_validation_sha256(crypto::Sha256(validation_text).ToBytes());
    event.set_lds_low_ppm(validation.low_ppm);
    event.set_lds_high_ppm(validation.high_ppm);
  }
  event.set_influence_weight_ppm(weight);
  event.set_influences_sha256(crypto::Sha256(statement).ToBytes());
  size_t at = 0;
  for (const auto& [name, total] : totals) {
    v1::TrainingOwner& owner = *event.add_owners();
    owner.set_owner(name);
    owner.set_notes(total.notes);
    owner.set_influence(total.influence);
    owner.set_share_ppm(shares[at++]);
    owner.set_consent_index(owners.ConsentOf(name));
  }
  RETURN_IF_ERROR(rights::CheckTrainingShares(event, statement));  // as every reader of the ledger will
  if (!request.statement_out.empty()) RETURN_IF_ERROR(model::WriteFileBytes(request.statement_out, statement));
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(payload, &text, options).ok()) {
    return Internal("the event cannot be written as JSON");
  }
  nlohmann::ordered_json line = nlohmann::ordered_json::parse(text);
  if (!request.event_out.empty()) {
    // The same shares sent twice are recorded once.
    nlohmann::ordered_json keyed{{"idempotency_key", crypto::Sha256(payload.SerializeAsString()).ToHex()}};
    keyed.update(line);
    RETURN_IF_ERROR(model::WriteFileBytes(request.event_out, keyed.dump() + "\n"));
  }
  if (request.json) {
    std::printf("%s\n", line.dump(2).c_str());
    return Status::Ok();
  }
  std::printf("%-36s %12s %9s %14s %10s\n", "owner", "notes", "prior %", "influence %", "share ppm");
  double notes = 0, measured = 0;
  for (const auto& [name, total] : totals) {
    notes += static_cast<double>(total.notes);
    measured += static_cast<double>(total.influence);
  }
  at = 0;
  for (const auto& [name, total] : totals) {
    std::printf("%-36.36s %12llu %9.3f %14.3f %10u\n", name.c_str(), static_cast<unsigned long long>(total.notes),
                100.0 * static_cast<double>(total.notes) / notes,
                measured > 0 ? 100.0 * static_cast<double>(total.influence) / measured : 0.0, shares[at++]);
  }
  std::printf("%zu covers, %zu pieces of the index with an owner, %zu without\nInfluence weighs %u ppm: %s\n",
              request.influences.size(), stated.size(), nobodys, weight,
              request.validation.empty()                  ? "no validation is named"
              : validation.method != index->method.Name() ? "the validation is of another method"
              : validation.low_ppm <= 0                   ? "the validation's interval reaches 0"
              : validation.model == index->model          ? "it was held against retraining of this very model"
                                                          : "it was held against retraining of a smaller network");
  return Status::Ok();
}

}  // namespace ledgerline::train
