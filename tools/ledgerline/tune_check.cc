#include "tools/ledgerline/tune_check.h"

#include <map>
#include <set>

#include "inference/fingerprint/nearest.h"
#include "inference/music/score_file.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kMatchesMax = 64;

// The works that a recording performs, through every cover between it and the originals.
std::set<WorkId> WorksOf(const rights::RightsState& rights, const RecordingId& recording, int depth = 0) {
  std::set<WorkId> works;
  const rights::RecordingView view = rights.Recording(recording, rights.size());
  if (view.original != nullptr) {
    for (const exchange::WorkPart& part : view.original->row.works) works.insert(part.work);
  } else if (view.cover != nullptr && depth < rights::kSourceDepthMax) {
    for (const v1::SourceUse& source : view.cover->event.sources()) {
      auto id = RecordingId::Parse(source.recording_id());
      if (id.ok()) works.merge(WorksOf(rights, *id, depth + 1));
    }
  }
  return works;
}

bool HaveOneInCommon(const std::set<WorkId>& a, const std::set<WorkId>& b) {
  for (const WorkId& work : a) {
    if (b.contains(work)) return true;
  }
  return false;
}

}  // namespace

Status CheckTune(LedgerSession& session, const rights::RightsState& rights, const RecordingId& recording,
                 const std::string& song_midi) {
  ASSIGN_OR_RETURN(const music::Score song, music::ReadScore(song_midi));
  fingerprint::MemoryPostings tunes;
  std::map<fingerprint::TuneId, const rights::GenerationRecord*> covers;
  for (const rights::GenerationRecord* cover : rights.Generations(rights.size())) {
    if (!cover->is_recording) continue;
    ASSIGN_OR_RETURN(const Hash256 hash, Hash256::FromBytes(cover->event.fingerprints().melodic_sha256()));
    ASSIGN_OR_RETURN(const std::string bytes, session.journal().ReadBlob(hash));
    auto print = fingerprint::MelodicFingerprint::FromBytes(bytes);
    if (!print.ok()) continue;  // another submitter's bytes: no tune that could be compared
    RETURN_IF_ERROR(tunes.Add({cover->cover.text()}, *print));
    covers[{cover->cover.text()}] = cover;
  }
  ASSIGN_OR_RETURN(const auto matches,
                   fingerprint::NearestTunes(fingerprint::FingerprintOfAllLines(song), tunes, kMatchesMax));
  const std::set<WorkId> works = WorksOf(rights, recording);
  const rights::GenerationRecord* foreign = nullptr;
  for (const fingerprint::TuneMatch& match : matches) {
    if (!match.IsMatch()) continue;
    const rights::GenerationRecord* cover = covers.at(match.tune);
    if (HaveOneInCommon(works, WorksOf(rights, cover->cover))) return Status::Ok();
    if (foreign == nullptr) foreign = cover;
  }
  if (foreign == nullptr) return Status::Ok();
  return PermissionDenied("--song has the tune of " + foreign->event.sources(0).recording_id() + ", which entry " +
                          std::to_string(foreign->entry.value) + " covers, and not one known as that of --recording " +
                          recording.text() + "; nothing was made. Name the recording that the song is");
}

}  // namespace ledgerline::tool
