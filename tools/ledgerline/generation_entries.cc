#include "tools/ledgerline/generation_entries.h"

#include <set>

#include "crypto/sha256.h"

namespace ledgerline::tool {
namespace {

constexpr int64_t kPermitLifetimeUs = int64_t{15} * 60 * 1'000'000;

}  // namespace

Result<EntryIndex> SubmitPermit(Context& context, const MakeFlags& flags, const AllowedRequest& request,
                                LedgerSession& session) {
  v1::Payload payload;
  v1::Permit& permit = *payload.mutable_permit();
  permit.set_recording_id(request.sources[0].question.recording.text());
  permit.set_use(flags.use);
  permit.set_territory(flags.territory);
  permit.set_tier(flags.tier);
  permit.set_style(flags.style);
  permit.set_requester(request.requester);
  permit.set_valid_until_us(context.clock.Now().us + kPermitLifetimeUs);
  for (const v1::ConsentReference& reference : request.ConsentReferences()) *permit.add_consents() = reference;
  ASSIGN_OR_RETURN(const journal::Committed committed, session.Submit(payload));
  return committed.index;
}

Status SubmitRejected(const std::vector<covers::RejectedCandidate>& turned_down, EntryIndex permit,
                      const Hash256& model_hash, uint64_t seed, LedgerSession& session) {
  if (turned_down.empty()) return Status::Ok();
  v1::Payload payload;
  v1::RejectedCandidates& rejected = *payload.mutable_rejected_candidates();
  rejected.set_permit_index(permit.value);
  rejected.set_model_sha256(model_hash.ToBytes());
  rejected.set_seed(seed);
  for (const covers::RejectedCandidate& candidate : turned_down) {
    v1::RejectedCandidate& one = *rejected.add_candidates();
    one.set_candidate(static_cast<uint32_t>(candidate.candidate));
    one.set_reason(candidate.reason);
  }
  return session.Submit(payload).status();
}

v1::Payload GenerationPayload(const MakeFlags& flags, const AllowedRequest& request, EntryIndex permit,
                              const std::string& cover_id, Instant generated_at, const covers::CoverResult& cover,
                              const covers::RenderResult& sound) {
  v1::Payload payload;
  v1::Generation& event = *payload.mutable_generation();
  event.set_cover_recording_id(cover_id);
  event.set_permit_index(permit.value);
  event.set_use(flags.use);
  std::set<std::string> share_sets;
  for (size_t i = 0; i < request.sources.size(); ++i) {
    const AllowedSource& used = request.sources[i];
    v1::SourceUse& source = *event.add_sources();
    source.set_recording_id(used.question.recording.text());
    for (const std::string& work : used.work_ids) source.add_work_ids(work);
    const bool counted = i < cover.sources.size();  // a plain cover is its one source's
    source.set_weight_ppm(counted ? static_cast<uint32_t>(cover.sources[i].weight_ppm) : kWholePpm);
    source.set_bars_used(static_cast<uint32_t>(counted ? cover.sources[i].bars_used : cover.bars));
    source.set_notes_used(static_cast<uint32_t>(counted ? cover.sources[i].notes_used : cover.melody_notes));
    for (const v1::ShareSetReference& reference : used.answer.ShareSetReferences()) {
      if (share_sets.insert(reference.SerializeAsString()).second) *event.add_share_sets() = reference;
    }
  }
  for (const v1::ConsentReference& reference : request.ConsentReferences()) *event.add_consents() = reference;
  event.set_model_sha256(cover.model_hash.ToBytes());
  if (!cover.adapter_hash.IsZero()) event.set_adapter_sha256(cover.adapter_hash.ToBytes());
  event.set_engine_id(cover.engine_id);
  event.set_kernel_version(cover.kernel_version);
  event.set_style(flags.style);
  event.set_seed(flags.seed);
  for (const auto& [name, value] : cover.parameters) {  // a std::map: sorted by name
    v1::Parameter& parameter = *event.add_parameters();
    parameter.set_name(name);
    parameter.set_value(value);
  }
  event.set_conditioning_sha256(cover.conditioning_hash.ToBytes());
  v1::Fingerprints& prints = *event.mutable_fingerprints();
  prints.set_midi_sha256(cover.midi_hash.ToBytes());
  prints.set_pcm_sha256(sound.pcm_hash.ToBytes());
  prints.set_melodic_sha256(crypto::Sha256(cover.melodic_fingerprint).ToBytes());
  prints.set_source_midi_sha256(cover.source_hash.ToBytes());
  event.set_renderer(sound.renderer);
  event.set_soundfont_sha256(sound.soundfont_hash.ToBytes());
  event.set_requester(request.requester);
  event.set_territory(flags.territory);
  event.set_tier(flags.tier);
  event.set_generated_at_us(generated_at.us);
  return payload;
}

}  // namespace ledgerline::tool
