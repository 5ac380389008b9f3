#include "tools/ledgerline/allowed_request.h"

#include <map>

#include "inference/preference/taste.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/requester.h"
#include "tools/ledgerline/tune_check.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kSongBytesMax = size_t{16} << 20;

std::string UseWord(v1::Use use) { return v1::Use_Name(use).substr(4); }  // "COVER" of USE_COVER

Result<AllowedSource> AskForLeave(Context& context, const MakeFlags& flags, const SourceFlags& wanted,
                                  LedgerSession& session) {
  AllowedSource source;
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session.Rights());
  ASSIGN_OR_RETURN(source.question.recording, Named(wanted.recording_flag, RecordingId::Parse(wanted.recording)));
  RETURN_IF_ERROR(CheckTerritoryCode("--territory", flags.territory));
  RETURN_IF_ERROR(exchange::CheckTier(flags.tier).WithContext("--tier"));
  source.question.use = flags.use;
  source.question.territory = flags.territory;
  source.question.tier = flags.tier;
  source.question.at = context.clock.Now();
  source.question.as_of = rights->size();
  const rights::RecordingView view = rights->Recording(source.question.recording, rights->size());
  if (view.original == nullptr && view.cover == nullptr) return NoSuchRecording(flags.directory, wanted.recording);
  if (view.original != nullptr) {
    for (const exchange::WorkPart& part : view.original->row.works) source.work_ids.push_back(part.work.text());
  }
  ASSIGN_OR_RETURN(source.song, Named(wanted.song_flag, ReadFile(wanted.song, kSongBytesMax)));
  source.answer = rights->CheckConsent(source.question);
  if (!source.answer.allowed) {
    std::string missing = "no leave for a " + UseWord(flags.use) + " of " + wanted.recording + " in " +
                          flags.territory + ", tier " + flags.tier + "; nothing was made. Missing:";
    for (const rights::ConsentProblem& problem : source.answer.missing) missing += "\n  - " + problem.ToString();
    missing += "\nA party gives it with `ledgerline consent grant " + flags.directory +
               " --party PARTY --key FILE --use " + UseWord(flags.use) + "`; `ledgerline consent list " +
               flags.directory + "` shows what was given";
    return PermissionDenied(missing);
  }
  const Status tune = CheckTune(session, *rights, source.question.recording, source.song);
  if (!tune.ok()) return tune.code() == StatusCode::kPermissionDenied ? tune : tune.WithContext(wanted.song);
  return source;
}

}  // namespace

std::vector<v1::ConsentReference> AllowedRequest::ConsentReferences() const {
  std::map<std::pair<uint64_t, std::string>, v1::ConsentReference> all;
  for (const AllowedSource& source : sources) {
    for (const v1::ConsentReference& one : source.answer.ConsentReferences()) {
      all[{one.entry_index(), one.party_id()}] = one;
    }
  }
  for (const v1::ConsentReference& one : adapter.consents) all[{one.entry_index(), one.party_id()}] = one;
  std::vector<v1::ConsentReference> list;
  for (const auto& [key, one] : all) list.push_back(one);
  return list;
}

Result<AllowedRequest> AskForLeave(Context& context, const MakeFlags& flags, LedgerSession& session) {
  AllowedRequest request;
  for (const SourceFlags& wanted : flags.sources) {
    ASSIGN_OR_RETURN(AllowedSource source, AskForLeave(context, flags, wanted, session));
    for (const AllowedSource& other : request.sources) {
      if (other.question.recording == source.question.recording) {
        return InvalidArgument(wanted.recording_flag + " '" + wanted.recording + "' is the first source already");
      }
    }
    request.sources.push_back(std::move(source));
  }
  if (!flags.adapter.empty()) {
    ASSIGN_OR_RETURN(const rights::RightsState* rights, session.Rights());
    ASSIGN_OR_RETURN(request.adapter,
                     AskForAdapter(flags.adapter, *rights, flags.territory, flags.tier, context.clock.Now()));
  }
  if (!flags.taste.empty()) {
    ASSIGN_OR_RETURN(request.taste, Named("--taste", ReadFile(flags.taste, preference::kMaxTasteBytes)));
    const auto taste = preference::ParseTaste(request.taste);
    if (!taste.ok()) return taste.status().WithContext("--taste " + flags.taste);
  }
  ASSIGN_OR_RETURN(request.requester, ParseRequester(flags.requester, session.random()));
  return request;
}

}  // namespace ledgerline::tool
