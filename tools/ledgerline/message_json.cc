#include "tools/ledgerline/message_json.h"

#include <google/protobuf/descriptor.h>

#include "schemas/hash.h"
#include "schemas/time.h"

namespace ledgerline::tool {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Json = nlohmann::ordered_json;

std::string TextOf(const FieldDescriptor& field, const std::string& value) {
  return field.type() == FieldDescriptor::TYPE_BYTES ? HexEncode(value) : value;
}

Json TimeOrNumber(const FieldDescriptor& field, int64_t value) {
  const std::string& name = field.name();
  if (name.size() > 3 && name.compare(name.size() - 3, 3, "_us") == 0 && value != 0) return Instant{value}.ToString();
  return value;
}

Json ValueOf(const Message& message, const FieldDescriptor& field, int at) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? reflection.GetRepeatedInt32(message, &field, at) : reflection.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return TimeOrNumber(
          field, repeated ? reflection.GetRepeatedInt64(message, &field, at) : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return repeated ? reflection.GetRepeatedUInt32(message, &field, at) : reflection.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return repeated ? reflection.GetRepeatedUInt64(message, &field, at) : reflection.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return repeated ? reflection.GetRepeatedBool(message, &field, at) : reflection.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return repeated ? reflection.GetRepeatedEnum(message, &field, at)->name()
                      : reflection.GetEnum(message, &field)->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return TextOf(
          field, repeated ? reflection.GetRepeatedString(message, &field, at) : reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(repeated ? reflection.GetRepeatedMessage(message, &field, at)
                                    : reflection.GetMessage(message, &field));
    default:
      return nullptr;  // no schema of ours has floating point
  }
}

}  // namespace

Json MessageToJson(const Message& message) {
  Json object = Json::object();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      object[field->name()] = ValueOf(message, *field, 0);
      continue;
    }
    Json list = Json::array();
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i)
      list.push_back(ValueOf(message, *field, i));
    object[field->name()] = std::move(list);
  }
  return object;
}

}  // namespace ledgerline::tool
