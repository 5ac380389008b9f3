// Members of JSON objects that come from outside: present, and of the type that belongs there; errors name the path.
#ifndef LEDGERLINE_LEDGER_AUDIT_JSON_MEMBER_H_
#define LEDGERLINE_LEDGER_AUDIT_JSON_MEMBER_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "crypto/merkle.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::audit {

using Json = nlohmann::ordered_json;

// Errors of all of these: kInvalidArgument ("receipt: subject has no 'index'"); `where` is "receipt: subject".
Result<const Json*> Member(const Json& object, const char* name, Json::value_t type, const std::string& where);
Result<std::string> StringMember(const Json& object, const char* name, const std::string& where);
Result<uint64_t> NumberMember(const Json& object, const char* name, const std::string& where);
// A list of at most `max` members; kOutOfRange above it.
Result<const Json*> ListMember(const Json& object, const char* name, size_t max, const std::string& where);
// Base64 of any bytes; of exactly 32.
Result<std::string> BytesMember(const Json& object, const char* name, const std::string& where);
Result<Hash256> HashMember(const Json& object, const char* name, const std::string& where);
// A list of base64 hashes, at most 64.
Json ProofToJson(const crypto::Proof& proof);
Result<crypto::Proof> ProofMember(const Json& object, const char* name, const std::string& where);

// One JSON object that fills all of `text`. Errors: kInvalidArgument (no such object, or brackets nested deeper than 16
// levels). `what` begins the message.
Result<Json> ParseObject(std::string_view text, const std::string& what);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_JSON_MEMBER_H_
