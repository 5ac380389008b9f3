// Protobuf messages as JSON for people: field names as in schemas/, hashes and keys in hex, only what is set.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_MESSAGE_JSON_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_MESSAGE_JSON_H_

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>

namespace ledgerline::tool {

// Bytes become lower-case hex; 64-bit numbers stay numbers; fields ending in _us gain a reading in UTC.
nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_MESSAGE_JSON_H_
