#include "ledger/audit/receipt.h"

#include <nlohmann/json.hpp>

#include "crypto/sha256.h"

namespace ledgerline::audit {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kProofHashesMax = 64;
constexpr size_t kFilesMax = 16;

Json EntryToJson(const ProvedEntry& entry) {
  Json proof = Json::array();
  for (const Hash256& hash : entry.proof) proof.push_back(Base64Encode(hash.view()));
  return Json{{"index", entry.index.value}, {"entry", Base64Encode(entry.bytes)}, {"inclusion_proof", proof}};
}

// A member of an object, of the wanted type; the error names the path.
Result<const Json*> Member(const Json& object, const char* name, Json::value_t type, const std::string& where) {
  const auto at = object.find(name);
  if (at == object.end()) return InvalidArgument("receipt: " + where + " has no '" + name + "'");
  // nlohmann keeps whole numbers at or above zero as unsigned.
  if (at->type() != type)
    return InvalidArgument("receipt: " + where + "." + name + " is a " + at->type_name() +
                           ", which is not what belongs there");
  return &*at;
}

Result<std::string> StringMember(const Json& object, const char* name, const std::string& where) {
  ASSIGN_OR_RETURN(const Json* member, Member(object, name, Json::value_t::string, where));
  return member->get<std::string>();
}

Result<ProvedEntry> EntryFromJson(const Json& object, const std::string& where) {
  if (!object.is_object()) return InvalidArgument("receipt: " + where + " is not an object");
  ProvedEntry entry;
  ASSIGN_OR_RETURN(const Json* index, Member(object, "index", Json::value_t::number_unsigned, where));
  entry.index = EntryIndex(index->get<uint64_t>());
  ASSIGN_OR_RETURN(const std::string encoded, StringMember(object, "entry", where));
  auto bytes = Base64Decode(encoded);
  if (!bytes.ok()) return bytes.status().WithContext("receipt: " + where + ".entry");
  entry.bytes = *std::move(bytes);
  ASSIGN_OR_RETURN(const Json* proof, Member(object, "inclusion_proof", Json::value_t::array, where));
  if (proof->size() > kProofHashesMax) {
    return OutOfRange("receipt: " + where + ".inclusion_proof has " + std::to_string(proof->size()) +
                      " hashes, 64 are allowed");
  }
  for (const Json& item : *proof) {
    if (!item.is_string())
      return InvalidArgument("receipt: " + where + ".inclusion_proof holds something that is not text");
    auto raw = Base64Decode(item.get<std::string>());
    if (!raw.ok()) return raw.status().WithContext("receipt: " + where + ".inclusion_proof");
    auto hash = Hash256::FromBytes(*raw);
    if (!hash.ok()) return hash.status().WithContext("receipt: " + where + ".inclusion_proof");
    entry.proof.push_back(*hash);
  }
  return entry;
}

}  // namespace

Result<std::string> FormatReceipt(const Receipt& receipt, const std::string& summary_json) {
  Json summary = Json::parse(summary_json, nullptr, /*allow_exceptions=*/false);
  if (!summary.is_object()) return InvalidArgument("receipt: the summary is not a JSON object");
  Json supporting = Json::array();
  for (const ProvedEntry& entry : receipt.supporting) supporting.push_back(EntryToJson(entry));
  Json files = Json::array();
  for (const DeliveredFile& file : receipt.files)
    files.push_back(Json{{"name", file.name}, {"sha256", file.sha256_hex}});
  const Json document{{"format", kReceiptFormat},
                      {"summary", summary},
                      {"files", files},
                      {"checkpoint", receipt.checkpoint},
                      {"subject", EntryToJson(receipt.subject)},
                      {"supporting", supporting}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Receipt> ParseReceipt(std::string_view text) {
  if (text.size() > kReceiptBytesMax) {
    return OutOfRange("receipt of " + std::to_string(text.size()) + " bytes: " + std::to_string(kReceiptBytesMax) +
                      " are allowed");
  }
  // Bounded before it is built: nesting deeper than a receipt's own is no receipt.
  bool too_deep = false;
  const Json document = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > 16;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (too_deep) return InvalidArgument("receipt: nested deeper than 16 levels");
  if (!document.is_object()) return InvalidArgument("receipt: not a JSON object");
  ASSIGN_OR_RETURN(const std::string format, StringMember(document, "format", "the receipt"));
  if (format != kReceiptFormat) {
    return InvalidArgument("receipt: format '" + format.substr(0, 60) + "' is not " + std::string(kReceiptFormat));
  }
  Receipt receipt;
  ASSIGN_OR_RETURN(receipt.checkpoint, StringMember(document, "checkpoint", "the receipt"));
  ASSIGN_OR_RETURN(const Json* subject, Member(document, "subject", Json::value_t::object, "the receipt"));
  ASSIGN_OR_RETURN(receipt.subject, EntryFromJson(*subject, "subject"));
  ASSIGN_OR_RETURN(const Json* supporting, Member(document, "supporting", Json::value_t::array, "the receipt"));
  if (supporting->size() > kReceiptEntriesMax) {
    return OutOfRange("receipt: " + std::to_string(supporting->size()) + " supporting entries, " +
                      std::to_string(kReceiptEntriesMax) + " are allowed");
  }
  for (size_t i = 0; i < supporting->size(); ++i) {
    ASSIGN_OR_RETURN(ProvedEntry entry, EntryFromJson((*supporting)[i], "supporting[" + std::to_string(i) + "]"));
    receipt.supporting.push_back(std::move(entry));
  }
  ASSIGN_OR_RETURN(const Json* files, Member(document, "files", Json::value_t::array, "the receipt"));
  if (files->size() > kFilesMax)
    return OutOfRange("receipt: " + std::to_string(files->size()) + " files, 16 are allowed");
  for (size_t i = 0; i < files->size(); ++i) {
    const std::string where = "files[" + std::to_string(i) + "]";
    if (!(*files)[i].is_object()) return InvalidArgument("receipt: " + where + " is not an object");
    DeliveredFile file;
    ASSIGN_OR_RETURN(file.name, StringMember((*files)[i], "name", where));
    ASSIGN_OR_RETURN(file.sha256_hex, StringMember((*files)[i], "sha256", where));
    if (file.name.empty() || file.name.size() > 255 || file.name.find('/') != std::string::npos ||
        file.name[0] == '.') {
      return InvalidArgument("receipt: " + where + ".name is not a plain file name");
    }
    auto hash = Hash256::FromHex(file.sha256_hex);
    if (!hash.ok()) return hash.status().WithContext("receipt: " + where + ".sha256");
    receipt.files.push_back(std::move(file));
  }
  return receipt;
}

}  // namespace ledgerline::audit
