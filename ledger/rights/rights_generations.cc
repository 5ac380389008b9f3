// Permits, generations, and the verdict on each. A generation is judged by what the ledger said at its permit's index,
// so a revocation stops new permits and leaves what was permitted before as it was.
#include <algorithm>
#include <set>

#include "ledger/rights/rights_state.h"

namespace ledgerline::rights {
namespace {

void AddFinding(Verdict& verdict, VerdictReason reason, std::string text) {
  verdict.findings.push_back({reason, std::move(text)});
}

Instant PermitEnd(const PermitRecord& permit) {
  int64_t latest = 0;
  if (__builtin_add_overflow(permit.recorded_at.us, kPermitLifetimeUsMax, &latest)) latest = TimeSpan::kOpen.us;
  return Instant{std::min(permit.permit.valid_until_us(), latest)};
}

}  // namespace

void RightsState::ApplyPermit(EntryIndex index, const v1::Entry& entry, const v1::Permit& permit) {
  PermitRecord record{index, Instant{entry.recorded_at_us()}, permit, {}, std::nullopt};
  const auto id = RecordingId::Parse(permit.recording_id());
  if (!id.ok()) return AddFault(index, true, "permit: " + id.status().message());
  record.answer =
      CheckConsent({*id, permit.use(), permit.territory(), permit.tier(), record.recorded_at, TreeSize{index.value}});
  if (!record.answer.allowed) {
    AddFault(index, false, "permit without the leave that it needs: " + record.answer.missing.front().ToString());
  }
  permits_.emplace(index, std::move(record));
}

void RightsState::ApplyGeneration(EntryIndex index, const v1::Entry& entry, const v1::Generation& generation) {
  GenerationRecord record;
  record.entry = index;
  record.recorded_at = Instant{entry.recorded_at_us()};
  record.event = generation;
  if (!SpeakerOf(entry).speaks()) {
    AddFinding(record.verdict, VerdictReason::kNotByOperator,
               "the submitter's key is neither an operator's nor a service's");
  }
  const auto cover = RecordingId::Parse(generation.cover_recording_id());
  if (!cover.ok()) {
    AddFinding(record.verdict, VerdictReason::kBadSources, "cover_recording_id: " + cover.status().message());
  } else {
    record.cover = *cover;
    const RecordingView taken = Recording(*cover, size_);
    record.is_recording = taken.original == nullptr && taken.cover == nullptr;
    if (!record.is_recording)
      AddFinding(record.verdict, VerdictReason::kCoverIdTaken, cover->text() + " already names a recording");
  }
  MeasureSources(record);
  const auto permit = permits_.find(EntryIndex{generation.permit_index()});
  if (permit == permits_.end()) {
    AddFinding(record.verdict, VerdictReason::kNoPermit,
               "entry " + std::to_string(generation.permit_index()) + " is no permit");
    JudgeSources(record, nullptr, record.verdict);
  } else {
    JudgePermit(record, permit->second, record.verdict);
    JudgeSources(record, &permit->second, record.verdict);
    if (!permit->second.used_by) permit->second.used_by = index;
  }
  if (record.is_recording) covers_.emplace(record.cover, index);
  if (!record.verdict.authorised())
    AddFault(index, false, "generation of " + generation.cover_recording_id() + " is " + record.verdict.ToString());
  generations_.emplace(index, std::move(record));
}

void RightsState::MeasureSources(GenerationRecord& record) const {
  for (const v1::SourceUse& source : record.event.sources()) {
    const auto id = RecordingId::Parse(source.recording_id());
    const RecordingView view = id.ok() ? Recording(*id, TreeSize{record.entry.value}) : RecordingView{};
    record.depth = std::max(record.depth, 1 + (view.cover != nullptr ? view.cover->depth : 0));
    record.paths = std::min(record.paths + (view.cover != nullptr ? view.cover->paths : 1), kSourcePathsMax + 1);
  }
}

void RightsState::JudgePermit(const GenerationRecord& record, const PermitRecord& permit, Verdict& verdict) const {
  const v1::Generation& made = record.event;
  const v1::Permit& given = permit.permit;
  const std::string name = "permit of entry " + std::to_string(permit.entry.value);
  const auto mismatch = [&](const std::string& text) {
    AddFinding(verdict, VerdictReason::kPermitMismatch, name + " " + text);
  };
  if (permit.used_by) {
    AddFinding(verdict, VerdictReason::kPermitReused,
               name + " was used by entry " + std::to_string(permit.used_by->value));
  }
  if (made.use() != given.use()) {
    mismatch("is for use " + std::string(exchange::UseName(given.use())) + ", not " +
             std::string(exchange::UseName(made.use())));
  }
  if (made.territory() != given.territory())
    mismatch("is for territory " + given.territory() + ", not " + made.territory());
  if (made.tier() != given.tier()) mismatch("is for tier " + given.tier() + ", not " + made.tier());
  if (made.style() != given.style()) mismatch("is for style " + given.style() + ", not " + made.style());
  if (made.requester() != given.requester()) mismatch("was given to another requester");
  const auto& sources = made.sources();
  if (std::none_of(sources.begin(), sources.end(),
                   [&](const auto& source) { return source.recording_id() == given.recording_id(); })) {
    mismatch("is for recording " + given.recording_id() + ", which is not among the sources");
  }
  const Instant made_at{made.generated_at_us()};
  if (made_at < permit.recorded_at)
    mismatch("was given at " + permit.recorded_at.ToString() + ", after the generation at " + made_at.ToString());
  if (const Instant end = PermitEnd(permit); made_at >= end) {
    AddFinding(verdict, VerdictReason::kPermitExpired,
               name + " ended at " + end.ToString() + ", the generation is of " + made_at.ToString());
  }
}

void RightsState::JudgeSources(const GenerationRecord& record, const PermitRecord* permit, Verdict& verdict) const {
  const v1::Generation& made = record.event;
  // Judged at the permit's index; without a permit, at the generation's own, to say more than that the permit is
  // missing.
  const TreeSize as_of{permit != nullptr ? permit->entry.value : record.entry.value};
  const Instant at = permit != nullptr ? permit->recorded_at : record.recorded_at;
  std::set<std::string> seen;
  uint64_t weights = 0;
  for (const v1::SourceUse& source : made.sources()) {
    weights += source.weight_ppm();
    if (!seen.insert(source.recording_id()).second) {
      AddFinding(verdict, VerdictReason::kBadSources, "source " + source.recording_id() + " stands twice");
      continue;
    }
    const auto id = RecordingId::Parse(source.recording_id());
    const RecordingView view = id.ok() ? Recording(*id, as_of) : RecordingView{};
    if (view.original == nullptr && view.cover == nullptr) {
      AddFinding(
          verdict, VerdictReason::kUnknownSource,
          "recording " + source.recording_id() + " was not in the catalogue at entry " + std::to_string(as_of.value));
      continue;
    }
    if (view.cover != nullptr && !view.cover->verdict.authorised()) {
      AddFinding(verdict, VerdictReason::kUnauthorisedSource,
                 "source " + id->text() + " is a cover that was itself not authorised (entry " +
                     std::to_string(view.cover->entry.value) + ")");
    }
    const ConsentAnswer answer = CheckConsent({*id, made.use(), made.territory(), made.tier(), at, as_of});
    verdict.relied.insert(verdict.relied.end(), answer.relied.begin(), answer.relied.end());
    for (const ConsentProblem& problem : answer.missing)
      AddFinding(verdict, VerdictReason::kMissingConsent, problem.ToString());
  }
  if (record.depth > kSourceDepthMax || record.paths > kSourcePathsMax) {
    AddFinding(verdict, VerdictReason::kBadSources,
               "covers of covers may go " + std::to_string(kSourceDepthMax) + " deep and come from " +
                   std::to_string(kSourcePathsMax) + " originals by all paths; this goes further");
  }
  if (weights != kWholePpm) {
    AddFinding(verdict, VerdictReason::kBadSources,
               "the sources' weight_ppm sum to " + std::to_string(weights) + ", not 1000000");
  }
}

}  // namespace ledgerline::rights
