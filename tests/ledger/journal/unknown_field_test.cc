// The table behind CheckNoUnknownField is written by hand; here protobuf's own parser and the schema's descriptors
// judge.
#include "ledger/journal/unknown_field.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledgerline/v1/entry.pb.h"
#include "ledgerline/v1/payload.pb.h"

namespace ledgerline::journal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string LengthDelimited(int number, const std::string& content) {
  return Varint(static_cast<uint64_t>(number) << 3 | 2) + Varint(content.size()) + content;
}

// One field with that number in each form that protobuf has, and nothing in it.
std::vector<std::string> FormsOf(int number) {
  const uint64_t tag = static_cast<uint64_t>(number) << 3;
  return {Varint(tag | 0) + Varint(1), Varint(tag | 1) + std::string(8, '\1'), Varint(tag | 2) + Varint(0),
          Varint(tag | 5) + std::string(4, '\1')};
}

bool ProtobufKnowsAll(const Message& prototype, const std::string& bytes) {
  const std::unique_ptr<Message> message(prototype.New());
  EXPECT_TRUE(message->ParseFromString(bytes));
  return message->GetReflection()->GetUnknownFields(*message).empty();
}

// Compares the two on `type` and on what it may hold; `wrap` numbers lead to it from the root.
void Compare(MessageKind kind, const Descriptor& type, std::vector<int>& wrap, std::set<std::string>& seen) {
  seen.insert(type.name());
  const Message& prototype = *google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
  for (int number = 1; number < 80; ++number) {
    for (const std::string& field : FormsOf(number)) {
      std::string bytes = field;
      for (auto at = wrap.rbegin(); at != wrap.rend(); ++at) bytes = LengthDelimited(*at, bytes);
      const Status status = CheckNoUnknownField(kind, bytes);
      EXPECT_EQ(status.ok(), ProtobufKnowsAll(prototype, field)) << type.name() << " field " << number;
      if (!status.ok()) {
        EXPECT_EQ(status.message(),
                  type.name() + " has field " + std::to_string(number) + ", which this version does not know");
      }
    }
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    wrap.push_back(field.number());
    Compare(kind, *field.message_type(), wrap, seen);
    wrap.pop_back();
  }
}

TEST(UnknownFieldTest, TheTableIsTheSchema) {
  std::set<std::string> seen;
  std::vector<int> wrap;
  Compare(MessageKind::kPayload, *v1::Payload::descriptor(), wrap, seen);
  Compare(MessageKind::kSubmission, *v1::Submission::descriptor(), wrap, seen);
  Compare(MessageKind::kBatchItem, *v1::BatchItem::descriptor(), wrap, seen);
  Compare(MessageKind::kSignedBatch, *v1::SignedBatch::descriptor(), wrap, seen);
  Compare(MessageKind::kEntry, *v1::Entry::descriptor(), wrap, seen);
  EXPECT_THAT(seen, testing::IsSupersetOf({"Amount", "Fingerprints", "RejectedCandidate", "SumCommitment", "Erasure"}));
}

TEST(UnknownFieldTest, RefusesWhatIsCutShort) {
  const std::string whole = LengthDelimited(23, LengthDelimited(1, "recording"));  // a rating
  EXPECT_TRUE(CheckNoUnknownField(MessageKind::kPayload, whole).ok());
  for (size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(CheckNoUnknownField(MessageKind::kPayload, whole.substr(0, size)).code(), StatusCode::kInvalidArgument)
        << size;
  }
  EXPECT_FALSE(CheckNoUnknownField(MessageKind::kPayload, std::string(11, '\xFF')).ok());
}

}  // namespace
}  // namespace ledgerline::journal
