#include "ledger/exchange/parties_file.h"

#include <map>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "ledger/exchange/csv_record.h"

namespace ledgerline::exchange {
namespace {

constexpr size_t kRecordBytesMax = 64 << 10;

std::string LengthPrefixed(std::string_view text) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(text.size() >> shift & 0xff));
  return out.append(text);
}

}  // namespace

Hash256 PartyRecord::Commitment() const {
  crypto::Sha256Hasher hasher;
  hasher.Update("ledgerline/party/v1\n").Update(salt);
  for (const std::string_view part : {std::string_view(id.text()), PartyRoleName(role), std::string_view(name),
                                      std::string_view(ipi), std::string_view(isni), std::string_view(dpid)}) {
    hasher.Update(LengthPrefixed(part));
  }
  return hasher.Finish();
}

std::string PartyRecord::Serialize() const {
  nlohmann::ordered_json json;
  json["format"] = "ledgerline-party/1";
  json["party_id"] = id.text();
  json["role"] = PartyRoleName(role);
  json["name"] = name;
  json["ipi"] = ipi;
  json["isni"] = isni;
  json["dpid"] = dpid;
  json["salt"] = HexEncode(salt);
  return json.dump();
}

Result<PartyRecord> PartyRecord::Parse(std::string_view json) {
  if (json.size() > kRecordBytesMax)
    return InvalidArgument("party record of " + std::to_string(json.size()) + " bytes; at most 65536");
  const auto parsed = nlohmann::ordered_json::parse(json, nullptr, false);
  const auto text = [&](const char* field) -> Result<std::string> {
    if (!parsed.is_object() || !parsed.contains(field) || !parsed[field].is_string()) {
      return InvalidArgument(std::string("party record: field '") + field + "' is missing or not a text");
    }
    return parsed[field].get<std::string>();
  };
  PartyRecord record;
  ASSIGN_OR_RETURN(const std::string id, text("party_id"));
  ASSIGN_OR_RETURN(record.id, PartyId::Parse(id));
  ASSIGN_OR_RETURN(const std::string role, text("role"));
  ASSIGN_OR_RETURN(record.role, ParsePartyRole(role));
  ASSIGN_OR_RETURN(record.name, text("name"));
  ASSIGN_OR_RETURN(record.ipi, text("ipi"));
  ASSIGN_OR_RETURN(record.isni, text("isni"));
  ASSIGN_OR_RETURN(record.dpid, text("dpid"));
  ASSIGN_OR_RETURN(const std::string salt, text("salt"));
  ASSIGN_OR_RETURN(record.salt, HexDecode(salt));
  if (record.salt.size() != kPartySaltBytes)
    return InvalidArgument("party record: the salt has " + std::to_string(record.salt.size()) + " bytes, not 16");
  if (record.Serialize() != json) return InvalidArgument("party record: not in the form that is written");
  return record;
}

Result<PartiesSplit> SplitPartiesFile(std::string_view bytes, crypto::RandomSource& random) {
  static constexpr Column kColumns[] = {{"party_id"},   {"role"},        {"name"},
                                        {"ipi", false}, {"isni", false}, {"dpid", false}};
  PartiesSplit split;
  std::map<PartyId, PartyRecord> records;
  auto digest = ReadRecords(bytes, kColumns, [&](const CsvRecord& record) -> Status {
    PartyRecord row;
    auto id = PartyId::Parse(record.Text("party_id"));
    if (!id.ok()) return record.At("party_id", id.status());
    row.id = *id;
    auto role = ParsePartyRole(record.Text("role"));
    if (!role.ok()) return record.At("role", role.status());
    row.role = *role;
    ASSIGN_OR_RETURN(row.name, record.Required("name"));
    ASSIGN_OR_RETURN(row.ipi, record.Identified("ipi", IdentifierKind::kIpi, split.warnings));
    ASSIGN_OR_RETURN(row.isni, record.Identified("isni", IdentifierKind::kIsni, split.warnings));
    ASSIGN_OR_RETURN(row.dpid, record.Identified("dpid", IdentifierKind::kDpid, split.warnings));
    ASSIGN_OR_RETURN(row.salt, crypto::RandomBytes(random, kPartySaltBytes));
    if (!records.emplace(row.id, row).second) return record.Wrong("party_id", "stands twice in this file");
    return Status::Ok();
  });
  if (!digest.ok()) return digest.status();
  split.public_csv = "party_id,role,commitment\n";
  for (auto& [id, row] : records) {
    split.public_csv += id.text() + "," + std::string(PartyRoleName(row.role)) + "," + row.Commitment().ToHex() + "\n";
    split.records.push_back(std::move(row));
  }
  return split;
}

}  // namespace ledgerline::exchange
