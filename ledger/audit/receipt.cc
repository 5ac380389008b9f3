#include "ledger/audit/receipt.h"

#include "ledger/audit/json_member.h"

namespace ledgerline::audit {
namespace {

constexpr size_t kFilesMax = 16;

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
  ASSIGN_OR_RETURN(const Json document, ParseObject(text, "receipt"));
  ASSIGN_OR_RETURN(const std::string format, StringMember(document, "format", "receipt"));
  if (format != kReceiptFormat) {
    return InvalidArgument("receipt: format '" + format.substr(0, 60) + "' is not " + std::string(kReceiptFormat));
  }
  Receipt receipt;
  ASSIGN_OR_RETURN(receipt.checkpoint, StringMember(document, "checkpoint", "receipt"));
  ASSIGN_OR_RETURN(const Json* subject, Member(document, "subject", Json::value_t::object, "receipt"));
  ASSIGN_OR_RETURN(receipt.subject, EntryFromJson(*subject, "receipt: subject"));
  ASSIGN_OR_RETURN(const Json* supporting, Member(document, "supporting", Json::value_t::array, "receipt"));
  if (supporting->size() > kReceiptEntriesMax) {
    return OutOfRange("receipt: " + std::to_string(supporting->size()) + " supporting entries, " +
                      std::to_string(kReceiptEntriesMax) + " are allowed");
  }
  for (size_t i = 0; i < supporting->size(); ++i) {
    ASSIGN_OR_RETURN(ProvedEntry entry,
                     EntryFromJson((*supporting)[i], "receipt: supporting[" + std::to_string(i) + "]"));
    receipt.supporting.push_back(std::move(entry));
  }
  ASSIGN_OR_RETURN(const Json* files, Member(document, "files", Json::value_t::array, "receipt"));
  if (files->size() > kFilesMax)
    return OutOfRange("receipt: " + std::to_string(files->size()) + " files, 16 are allowed");
  for (size_t i = 0; i < files->size(); ++i) {
    const std::string where = "receipt: files[" + std::to_string(i) + "]";
    if (!(*files)[i].is_object()) return InvalidArgument(where + " is not an object");
    DeliveredFile file;
    ASSIGN_OR_RETURN(file.name, StringMember((*files)[i], "name", where));
    ASSIGN_OR_RETURN(file.sha256_hex, StringMember((*files)[i], "sha256", where));
    if (file.name.empty() || file.name.size() > 255 || file.name.find('/') != std::string::npos ||
        file.name[0] == '.') {
      return InvalidArgument(where + ".name is not a plain file name");
    }
    auto hash = Hash256::FromHex(file.sha256_hex);
    if (!hash.ok()) return hash.status().WithContext(where + ".sha256");
    receipt.files.push_back(std::move(file));
  }
  return receipt;
}

}  // namespace ledgerline::audit
