#include "ledger/audit/audit_pack.h"
#include "ledger/audit/json_member.h"

namespace ledgerline::audit {
namespace {

Json HashJson(const Hash256& hash) { return Base64Encode(hash.view()); }

std::string Decimal(Int128 nanos) { return Money(nanos, Currency()).ToDecimal(); }

Json RowsJson(const std::vector<royalty::RowReference>& rows) {
  Json list = Json::array();
  for (const royalty::RowReference& row : rows) list.push_back(Json::array({row.entry, row.number}));
  return list;
}

Json NeighbourJson(const std::optional<royalty::IndexNeighbour>& neighbour) {
  if (!neighbour) return nullptr;
  return Json{{"position", neighbour->position},
              {"key", HashJson(neighbour->key)},
              {"sealed", HashJson(neighbour->sealed)},
              {"proof", ProofToJson(neighbour->proof)}};
}

Json IndexJson(const AuditPack& pack) {
  const royalty::IndexOpening& index = pack.index;
  Json json{{"key", HashJson(index.index_key)}, {"tree_root", HashJson(index.tree_root)}};
  if (!index.presence) {
    json["absence"] = Json{{"left", NeighbourJson(index.absence.left)}, {"right", NeighbourJson(index.absence.right)}};
    return json;
  }
  const royalty::ConcernRoots& roots = index.presence->roots;
  json["presence"] = Json{{"position", index.presence->position},
                          {"salt", Base64Encode(index.presence->salt)},
                          {"entry_count", roots.entry_count},
                          {"entries_root", HashJson(roots.entries_root)},
                          {"row_count", roots.row_count},
                          {"rows_root", HashJson(roots.rows_root)},
                          {"line_count", roots.line_count},
                          {"lines_root", HashJson(roots.lines_root)},
                          {"proof", ProofToJson(index.presence->proof)}};
  return json;
}

Json FileJson(const PackFile& file) {
  Json rows = Json::array();
  for (const PackFile::Row& row : file.rows)
    rows.push_back(Json{{"number", row.number}, {"row", row.text}, {"proof", ProofToJson(row.proof)}});
  return Json{{"entry", file.entry}, {"header", file.header}, {"rows", rows}};
}

Json LineJson(const PackLine& line, const std::string* check) {
  Json json{{"number", line.number}, {"line", line.text}, {"proof", ProofToJson(line.proof)}};
  if (check != nullptr) json["check"] = *check;
  return json;
}

Json NodeJson(const royalty::NodeOpening& node) {
  Json json{{"number", node.number},
            {"salt", Base64Encode(node.salt)},
            {"parent", node.parent},
            {"parent_part", node.parent_part},
            {"level", node.level},
            {"scope", node.scope},
            {"currency", node.gross.currency().ToString()},
            {"gross", node.gross.ToDecimal()},
            {"total", Int128ToString(node.total_weight)},
            {"leftover", node.leftover_nanos}};
  if (node.cutoff) json["cutoff"] = Json::array({Int128ToString(node.cutoff->remainder), node.cutoff->id});
  json["part_count"] = node.part_count;
  json["parts_root"] = HashJson(node.parts_root);
  json["proof"] = ProofToJson(node.proof);
  json["parts"] = Json::array();
  for (const royalty::PartOpening& part : node.parts) {
    Json proof = Json::array();
    for (const auto& step : part.proof)
      proof.push_back(Json::array({Int128ToString(step.sums[0]), Decimal(step.sums[1]), HashJson(step.hash)}));
    json["parts"].push_back(Json{{"position", part.position},
                                 {"id", part.id},
                                 {"weight", Int128ToString(part.weight)},
                                 {"magnitude", Decimal(part.magnitude)},
                                 {"salt", Base64Encode(part.salt)},
                                 {"proof", proof}});
  }
  return json;
}

Json UseJson(const PackUse& use) {
  Json groups = Json::array();
  for (const PackUse::Group& group : use.groups)
    groups.push_back(Json{{"date", group.date}, {"rows", RowsJson(group.rows)}});
  return Json{{"scope", use.scope}, {"cover", use.cover}, {"groups", groups}, {"idle_rows", RowsJson(use.idle_rows)}};
}

Json SumJson(const royalty::SumOpening& sum) {
  Json proof = Json::array();
  for (const auto& step : sum.proof) proof.push_back(Json::array({Decimal(step.sums[0]), HashJson(step.hash)}));
  return Json{{"currency", sum.currency.ToString()},
              {"tree", sum.in_debits ? "debits" : "credits"},
              {"position", sum.position},
              {"salt", Base64Encode(sum.salt)},
              {"proof", proof}};
}

template <typename T, typename ToJson>
Json ListJson(const std::vector<T>& items, ToJson to_json) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace

std::string FormatPack(const AuditPack& pack) {
  Json lines = Json::array();
  for (size_t i = 0; i < pack.lines.size(); ++i) lines.push_back(LineJson(pack.lines[i], &pack.line_checks[i]));
  Json previous = nullptr;
  if (pack.previous_close) {
    previous =
        Json{{"close", *pack.previous_close},
             {"balances", ListJson(pack.previous_balances, [](const auto& line) { return LineJson(line, nullptr); })}};
  }
  const Json document{{"format", kPackFormat},
                      {"party", pack.party},
                      {"period", pack.period},
                      {"checkpoint", pack.checkpoint},
                      {"close", pack.close},
                      {"prefix_proof", ProofToJson(pack.prefix_proof)},
                      {"index", IndexJson(pack)},
                      {"concerned", pack.concerned},
                      {"entries", ListJson(pack.entries, EntryToJson)},
                      {"files", ListJson(pack.files, FileJson)},
                      {"lines", lines},
                      {"nodes", ListJson(pack.nodes, NodeJson)},
                      {"uses", ListJson(pack.uses, UseJson)},
                      {"sums", ListJson(pack.sums, SumJson)},
                      {"previous", previous}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ledgerline::audit
