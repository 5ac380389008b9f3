// Reading a pack: every member is of the type that belongs there and within bounds, and what was read is written again
// and compared, so that nothing in the file goes unread.
#include "ledger/audit/audit_pack.h"
#include "ledger/audit/json_member.h"

namespace ledgerline::audit {
namespace {

using Type = Json::value_t;

Result<Int128> BigMember(const Json& object, const char* name, const std::string& where) {
  ASSIGN_OR_RETURN(const std::string text, StringMember(object, name, where));
  auto number = royalty::ParseInt128(text);
  if (!number.ok()) return number.status().WithContext(where + "." + name);
  return number;
}

Result<Money> MoneyMember(const Json& object, const char* name, Currency currency, const std::string& where) {
  ASSIGN_OR_RETURN(const std::string text, StringMember(object, name, where));
  auto money = Money::Parse(text, currency);
  if (!money.ok()) return money.status().WithContext(where + "." + name);
  return money;
}

Result<Currency> CurrencyMember(const Json& object, const std::string& where) {
  ASSIGN_OR_RETURN(const std::string code, StringMember(object, "currency", where));
  auto currency = Currency::Parse(code);
  if (!currency.ok()) return currency.status().WithContext(where + ".currency");
  return currency;
}

// The text at `place` of a list of `size`.
Result<std::string> TextAt(const Json& list, size_t place, size_t size, const std::string& where) {
  if (!list.is_array() || list.size() != size || !list[place].is_string())
    return InvalidArgument(where + " is not a list of " + std::to_string(size) + " with text where it belongs");
  return list[place].get<std::string>();
}

Result<Hash256> HashAt(const Json& list, size_t place, size_t size, const std::string& where) {
  ASSIGN_OR_RETURN(const std::string text, TextAt(list, place, size, where));
  auto raw = Base64Decode(text);
  if (!raw.ok()) return raw.status().WithContext(where);
  auto hash = Hash256::FromBytes(*raw);
  if (!hash.ok()) return hash.status().WithContext(where);
  return hash;
}

Result<Int128> MagnitudeAt(const Json& list, size_t place, size_t size, const std::string& where) {
  ASSIGN_OR_RETURN(const std::string text, TextAt(list, place, size, where));
  auto money = Money::Parse(text, Currency());
  if (!money.ok()) return money.status().WithContext(where);
  return money->nanos();
}

template <typename Read>
auto ReadList(const Json& object, const char* name, const std::string& where, Read read)
    -> Result<std::vector<typename std::decay_t<decltype(read(object, where).value())>>> {
  ASSIGN_OR_RETURN(const Json* list, ListMember(object, name, kPackListMax, where));
  std::vector<std::decay_t<decltype(read(object, where).value())>> items;
  items.reserve(list->size());
  for (size_t i = 0; i < list->size(); ++i) {
    ASSIGN_OR_RETURN(auto item, read((*list)[i], where + "." + name + "[" + std::to_string(i) + "]"));
    items.push_back(std::move(item));
  }
  return items;
}

Result<royalty::RowReference> ReadReference(const Json& json, const std::string& where) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_number_unsigned() || !json[1].is_number_unsigned())
    return InvalidArgument(where + " is not [entry, row]");
  return royalty::RowReference{json[0].get<uint64_t>(), json[1].get<uint64_t>()};
}

Result<uint64_t> ReadNumber(const Json& json, const std::string& where) {
  if (!json.is_number_unsigned()) return InvalidArgument(where + " is not a whole number");
  return json.get<uint64_t>();
}

Result<std::optional<royalty::IndexNeighbour>> ReadNeighbour(const Json& absence, const char* name,
                                                             const std::string& where) {
  const auto at = absence.find(name);
  if (at == absence.end()) return InvalidArgument(where + " has no '" + name + "'");
  if (at->is_null()) return std::optional<royalty::IndexNeighbour>();
  const std::string inside = where + "." + name;
  royalty::IndexNeighbour neighbour;
  ASSIGN_OR_RETURN(neighbour.position, NumberMember(*at, "position", inside));
  ASSIGN_OR_RETURN(neighbour.key, HashMember(*at, "key", inside));
  ASSIGN_OR_RETURN(neighbour.sealed, HashMember(*at, "sealed", inside));
  ASSIGN_OR_RETURN(neighbour.proof, ProofMember(*at, "proof", inside));
  return std::optional<royalty::IndexNeighbour>(std::move(neighbour));
}

Result<royalty::IndexOpening> ReadIndex(const Json& json, const std::string& where) {
  royalty::IndexOpening index;
  ASSIGN_OR_RETURN(index.index_key, HashMember(json, "key", where));
  ASSIGN_OR_RETURN(index.tree_root, HashMember(json, "tree_root", where));
  if (!json.contains("presence")) {
    ASSIGN_OR_RETURN(const Json* absence, Member(json, "absence", Type::object, where));
    ASSIGN_OR_RETURN(index.absence.left, ReadNeighbour(*absence, "left", where + ".absence"));
    ASSIGN_OR_RETURN(index.absence.right, ReadNeighbour(*absence, "right", where + ".absence"));
    return index;
  }
  const Json& from = json["presence"];
  const std::string inside = where + ".presence";
  royalty::IndexPresence presence;
  ASSIGN_OR_RETURN(presence.position, NumberMember(from, "position", inside));
  ASSIGN_OR_RETURN(presence.salt, BytesMember(from, "salt", inside));
  ASSIGN_OR_RETURN(presence.roots.entry_count, NumberMember(from, "entry_count", inside));
  ASSIGN_OR_RETURN(presence.roots.entries_root, HashMember(from, "entries_root", inside));
  ASSIGN_OR_RETURN(presence.roots.row_count, NumberMember(from, "row_count", inside));
  ASSIGN_OR_RETURN(presence.roots.rows_root, HashMember(from, "rows_root", inside));
  ASSIGN_OR_RETURN(presence.roots.line_count, NumberMember(from, "line_count", inside));
  ASSIGN_OR_RETURN(presence.roots.lines_root, HashMember(from, "lines_root", inside));
  ASSIGN_OR_RETURN(presence.proof, ProofMember(from, "proof", inside));
  index.presence = std::move(presence);
  return index;
}

Result<PackFile::Row> ReadRow(const Json& json, const std::string& where) {
  PackFile::Row row;
  ASSIGN_OR_RETURN(row.number, NumberMember(json, "number", where));
  ASSIGN_OR_RETURN(row.text, StringMember(json, "row", where));
  ASSIGN_OR_RETURN(row.proof, ProofMember(json, "proof", where));
  return row;
}

Result<PackFile> ReadFileRows(const Json& json, const std::string& where) {
  PackFile file;
  ASSIGN_OR_RETURN(file.entry, NumberMember(json, "entry", where));
  ASSIGN_OR_RETURN(file.header, StringMember(json, "header", where));
  ASSIGN_OR_RETURN(file.rows, ReadList(json, "rows", where, ReadRow));
  return file;
}

Result<PackLine> ReadLine(const Json& json, const std::string& where) {
  PackLine line;
  ASSIGN_OR_RETURN(line.number, NumberMember(json, "number", where));
  ASSIGN_OR_RETURN(line.text, StringMember(json, "line", where));
  ASSIGN_OR_RETURN(line.proof, ProofMember(json, "proof", where));
  return line;
}

Result<royalty::PartOpening> ReadPart(const Json& json, const std::string& where) {
  royalty::PartOpening part;
  ASSIGN_OR_RETURN(part.position, NumberMember(json, "position", where));
  ASSIGN_OR_RETURN(part.id, StringMember(json, "id", where));
  ASSIGN_OR_RETURN(part.weight, BigMember(json, "weight", where));
  ASSIGN_OR_RETURN(const Money magnitude, MoneyMember(json, "magnitude", Currency(), where));
  part.magnitude = magnitude.nanos();
  ASSIGN_OR_RETURN(part.salt, BytesMember(json, "salt", where));
  ASSIGN_OR_RETURN(const Json* proof, ListMember(json, "proof", kProofHashesMax, where));
  for (const Json& step : *proof) {
    crypto::SumNode<2> node;
    ASSIGN_OR_RETURN(const std::string weight, TextAt(step, 0, 3, where + ".proof"));
    ASSIGN_OR_RETURN(node.sums[0], royalty::ParseInt128(weight));
    ASSIGN_OR_RETURN(node.sums[1], MagnitudeAt(step, 1, 3, where + ".proof"));
    ASSIGN_OR_RETURN(node.hash, HashAt(step, 2, 3, where + ".proof"));
    part.proof.push_back(node);
  }
  return part;
}

Result<royalty::NodeOpening> ReadNode(const Json& json, const std::string& where) {
  royalty::NodeOpening node;
  ASSIGN_OR_RETURN(node.number, NumberMember(json, "number", where));
  ASSIGN_OR_RETURN(node.salt, BytesMember(json, "salt", where));
  ASSIGN_OR_RETURN(node.parent, NumberMember(json, "parent", where));
  ASSIGN_OR_RETURN(node.parent_part, StringMember(json, "parent_part", where));
  ASSIGN_OR_RETURN(node.level, StringMember(json, "level", where));
  ASSIGN_OR_RETURN(node.scope, StringMember(json, "scope", where));
  ASSIGN_OR_RETURN(const Currency currency, CurrencyMember(json, where));
  ASSIGN_OR_RETURN(node.gross, MoneyMember(json, "gross", currency, where));
  ASSIGN_OR_RETURN(node.total_weight, BigMember(json, "total", where));
  ASSIGN_OR_RETURN(node.leftover_nanos, NumberMember(json, "leftover", where));
  if (json.contains("cutoff")) {
    ASSIGN_OR_RETURN(const std::string remainder, TextAt(json["cutoff"], 0, 2, where + ".cutoff"));
    ASSIGN_OR_RETURN(const std::string id, TextAt(json["cutoff"], 1, 2, where + ".cutoff"));
    auto number = royalty::ParseInt128(remainder);
    if (!number.ok()) return number.status().WithContext(where + ".cutoff");
    node.cutoff = royalty::Cutoff{*number, id};
  }
  ASSIGN_OR_RETURN(node.part_count, NumberMember(json, "part_count", where));
  ASSIGN_OR_RETURN(node.parts_root, HashMember(json, "parts_root", where));
  ASSIGN_OR_RETURN(node.proof, ProofMember(json, "proof", where));
  ASSIGN_OR_RETURN(node.parts, ReadList(json, "parts", where, ReadPart));
  return node;
}

Result<PackUse::Group> ReadGroup(const Json& json, const std::string& where) {
  PackUse::Group group;
  ASSIGN_OR_RETURN(group.date, StringMember(json, "date", where));
  ASSIGN_OR_RETURN(group.rows, ReadList(json, "rows", where, ReadReference));
  return group;
}

Result<PackUse> ReadUse(const Json& json, const std::string& where) {
  PackUse use;
  ASSIGN_OR_RETURN(use.scope, StringMember(json, "scope", where));
  ASSIGN_OR_RETURN(use.cover, StringMember(json, "cover", where));
  ASSIGN_OR_RETURN(use.groups, ReadList(json, "groups", where, ReadGroup));
  ASSIGN_OR_RETURN(use.idle_rows, ReadList(json, "idle_rows", where, ReadReference));
  return use;
}

Result<royalty::SumOpening> ReadSum(const Json& json, const std::string& where) {
  royalty::SumOpening sum;
  ASSIGN_OR_RETURN(sum.currency, CurrencyMember(json, where));
  ASSIGN_OR_RETURN(const std::string tree, StringMember(json, "tree", where));
  if (tree != "credits" && tree != "debits") return InvalidArgument(where + ".tree is neither credits nor debits");
  sum.in_debits = tree == "debits";
  ASSIGN_OR_RETURN(sum.position, NumberMember(json, "position", where));
  ASSIGN_OR_RETURN(sum.salt, BytesMember(json, "salt", where));
  ASSIGN_OR_RETURN(const Json* proof, ListMember(json, "proof", kProofHashesMax, where));
  for (const Json& step : *proof) {
    crypto::SumNode<1> node;
    ASSIGN_OR_RETURN(node.sums[0], MagnitudeAt(step, 0, 2, where + ".proof"));
    ASSIGN_OR_RETURN(node.hash, HashAt(step, 1, 2, where + ".proof"));
    sum.proof.push_back(node);
  }
  return sum;
}

Status ReadPrevious(const Json& document, AuditPack& pack) {
  const auto at = document.find("previous");
  if (at == document.end()) return InvalidArgument("pack has no 'previous'");
  if (at->is_null()) return Status::Ok();
  ASSIGN_OR_RETURN(pack.previous_close, NumberMember(*at, "close", "pack.previous"));
  ASSIGN_OR_RETURN(pack.previous_balances, ReadList(*at, "balances", "pack.previous", ReadLine));
  return Status::Ok();
}

}  // namespace

Result<AuditPack> ParsePack(std::string_view text) {
  if (text.size() > kPackBytesMax) {
    return OutOfRange("pack of " + std::to_string(text.size()) + " bytes: " + std::to_string(kPackBytesMax) +
                      " are allowed");
  }
  ASSIGN_OR_RETURN(const Json document, ParseObject(text, "pack"));
  const std::string where = "pack";
  ASSIGN_OR_RETURN(const std::string format, StringMember(document, "format", where));
  if (format != kPackFormat)
    return InvalidArgument("pack: format '" + format.substr(0, 60) + "' is not " + std::string(kPackFormat));
  AuditPack pack;
  ASSIGN_OR_RETURN(pack.party, StringMember(document, "party", where));
  RETURN_IF_ERROR(CheckId("pack.party", pack.party));
  ASSIGN_OR_RETURN(pack.period, StringMember(document, "period", where));
  ASSIGN_OR_RETURN(pack.checkpoint, StringMember(document, "checkpoint", where));
  ASSIGN_OR_RETURN(pack.close, NumberMember(document, "close", where));
  ASSIGN_OR_RETURN(pack.prefix_proof, ProofMember(document, "prefix_proof", where));
  ASSIGN_OR_RETURN(const Json* index, Member(document, "index", Type::object, where));
  ASSIGN_OR_RETURN(pack.index, ReadIndex(*index, "pack.index"));
  ASSIGN_OR_RETURN(pack.concerned, ReadList(document, "concerned", where, ReadNumber));
  ASSIGN_OR_RETURN(pack.entries, ReadList(document, "entries", where, EntryFromJson));
  ASSIGN_OR_RETURN(pack.files, ReadList(document, "files", where, ReadFileRows));
  ASSIGN_OR_RETURN(pack.lines, ReadList(document, "lines", where, ReadLine));
  ASSIGN_OR_RETURN(pack.line_checks,
                   ReadList(document, "lines", where, [](const Json& json, const std::string& inside) {
                     return StringMember(json, "check", inside);
                   }));
  ASSIGN_OR_RETURN(pack.nodes, ReadList(document, "nodes", where, ReadNode));
  ASSIGN_OR_RETURN(pack.uses, ReadList(document, "uses", where, ReadUse));
  ASSIGN_OR_RETURN(pack.sums, ReadList(document, "sums", where, ReadSum));
  RETURN_IF_ERROR(ReadPrevious(document, pack));
  if (FormatPack(pack) != text)
    return InvalidArgument(
        "pack: not in the form that is written (an unknown member, blanks, or another way to write a value)");
  return pack;
}

}  // namespace ledgerline::audit
