#include "tools/ledgerline/cover_summary.h"

#include "ledger/rights/verdict.h"

namespace ledgerline::tool {

using Json = nlohmann::ordered_json;

Json SummaryJson(const MakeFlags& flags, const AllowedRequest& request, const std::string& cover_id,
                 const covers::CoverResult& cover, const covers::RenderResult& sound) {
  Json consents = Json::array();
  std::vector<std::string> works;
  Json sources = Json::array();
  for (size_t i = 0; i < request.sources.size(); ++i) {
    const AllowedSource& source = request.sources[i];
    for (const rights::ConsentRelied& relied : source.answer.relied) {
      consents.push_back({{"party_id", relied.party.text()},
                          {"entry", relied.grant.value},
                          {"asset", relied.asset.ToString()},
                          {"attested_by", AttestationName(relied.attested_by)}});
    }
    works.insert(works.end(), source.work_ids.begin(), source.work_ids.end());
    if (i >= cover.sources.size()) continue;
    const covers::SourceShare& share = cover.sources[i];
    sources.push_back({{"recording", source.question.recording.text()},
                       {"bars_used", share.bars_used},
                       {"notes_used", share.notes_used},
                       {"bars_ppm", share.bars_ppm},
                       {"notes_ppm", share.notes_ppm},
                       {"weight_ppm", share.weight_ppm}});
  }
  Json measures = Json::object();
  for (const auto& [name, value] : cover.measures) measures[name] = value;
  Json plan = Json::object();
  for (const auto& [name, value] : cover.parameters) {
    if (name.starts_with("plan.")) plan[name.substr(5)] = value;
  }
  Json summary = {
      {"cover", cover_id},
      {"source", flags.sources[0].recording},
      {"works", works},
      {"style", flags.style},
      {"seed", flags.seed},
      {"territory", flags.territory},
      {"tier", flags.tier},
      {"bars", cover.bars},
      {"notes", cover.notes},
      {"melody_notes", cover.melody_notes},
      {"seconds", sound.sample_rate_hz > 0 ? static_cast<double>(sound.frames) / sound.sample_rate_hz : 0.0},
      {"model_sha256", cover.model_hash.ToHex()},
      {"midi_sha256", cover.midi_hash.ToHex()},
      {"pcm_sha256", sound.pcm_hash.ToHex()},
      {"consents", consents},
      {"measures", measures},
      {"rejected_candidates", cover.rejected.size()},
      {"plan", plan}};
  if (!cover.adapter_hash.IsZero()) summary["adapter_sha256"] = cover.adapter_hash.ToHex();
  if (!request.taste.empty()) summary["taste_sha256"] = cover.parameters.at("taste_sha256");
  if (!cover.sources.empty()) summary["sources"] = sources;
  return summary;
}

}  // namespace ledgerline::tool
