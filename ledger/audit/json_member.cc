#include "ledger/audit/json_member.h"

#include "ledger/audit/proved_entry.h"

namespace ledgerline::audit {

Result<const Json*> Member(const Json& object, const char* name, Json::value_t type, const std::string& where) {
  if (!object.is_object()) return InvalidArgument(where + " is not an object");
  const auto at = object.find(name);
  if (at == object.end()) return InvalidArgument(where + " has no '" + name + "'");
  // nlohmann keeps whole numbers at or above zero as unsigned.
  if (at->type() != type)
    return InvalidArgument(where + "." + name + " is a " + at->type_name() + ", which is not what belongs there");
  return &*at;
}

Result<std::string> StringMember(const Json& object, const char* name, const std::string& where) {
  ASSIGN_OR_RETURN(const Json* member, Member(object, name, Json::value_t::string, where));
  return member->get<std::string>();
}

Result<uint64_t> NumberMember(const Json& object, const char* name, const std::string& where) {
  ASSIGN_OR_RETURN(const Json* member, Member(object, name, Json::value_t::number_unsigned, where));
  return member->get<uint64_t>();
}

Result<const Json*> ListMember(const Json& object, const char* name, size_t max, const std::string& where) {
  ASSIGN_OR_RETURN(const Json* member, Member(object, name, Json::value_t::array, where));
  if (member->size() > max) {
    return OutOfRange(where + "." + name + " has " + std::to_string(member->size()) + " members, " +
                      std::to_string(max) + " are allowed");
  }
  return member;
}

Result<std::string> BytesMember(const Json& object, const char* name, const std::string& where) {
  ASSIGN_OR_RETURN(const std::string text, StringMember(object, name, where));
  auto bytes = Base64Decode(text);
  if (!bytes.ok()) return bytes.status().WithContext(where + "." + name);
  return bytes;
}

Result<Hash256> HashMember(const Json& object, const char* name, const std::string& where) {
  ASSIGN_OR_RETURN(const std::string bytes, BytesMember(object, name, where));
  auto hash = Hash256::FromBytes(bytes);
  if (!hash.ok()) return hash.status().WithContext(where + "." + name);
  return hash;
}

Json ProofToJson(const crypto::Proof& proof) {
  Json list = Json::array();
  for (const Hash256& hash : proof) list.push_back(Base64Encode(hash.view()));
  return list;
}

Result<crypto::Proof> ProofMember(const Json& object, const char* name, const std::string& where) {
  ASSIGN_OR_RETURN(const Json* list, Member(object, name, Json::value_t::array, where));
  if (list->size() > kProofHashesMax) {
    return OutOfRange(where + "." + name + " has " + std::to_string(list->size()) + " hashes, " +
                      std::to_string(kProofHashesMax) + " are allowed");
  }
  crypto::Proof proof;
  for (const Json& item : *list) {
    if (!item.is_string()) return InvalidArgument(where + "." + name + " holds something that is not text");
    auto raw = Base64Decode(item.get<std::string>());
    if (!raw.ok()) return raw.status().WithContext(where + "." + name);
    auto hash = Hash256::FromBytes(*raw);
    if (!hash.ok()) return hash.status().WithContext(where + "." + name);
    proof.push_back(*hash);
  }
  return proof;
}

Result<Json> ParseObject(std::string_view text, const std::string& what) {
  bool too_deep = false;
  Json document = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > 16;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (too_deep) return InvalidArgument(what + ": nested deeper than 16 levels");
  if (!document.is_object()) return InvalidArgument(what + ": not a JSON object");
  return document;
}

}  // namespace ledgerline::audit
