#include "crypto/witness_policy.h"

#include <algorithm>
#include <optional>
#include <set>

namespace ledgerline::crypto {
namespace {

constexpr std::string_view kNone = "none";

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// For messages: at most 60 bytes of it.
std::string Quoted(std::string_view word) { return "'" + std::string(word.substr(0, 60)) + "'"; }

// tlog-policy, "Structure": whitespace is blanks and tabs only.
std::vector<std::string> WordsOf(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

// Reads one text, line by line.
class WitnessPolicy::Parser {
 public:
  Result<WitnessPolicy> Run(std::string_view text) && {
    if (text.size() > kPolicyBytesMax) {
      return OutOfRange("policy of " + std::to_string(text.size()) + " bytes, at most " +
                        std::to_string(kPolicyBytesMax));
    }
    if (!text.empty() && !text.ends_with('\n')) return InvalidArgument("policy does not end in a newline");
    for (std::string_view rest = text; !rest.empty();) {
      const size_t end = rest.find('\n');
      ++number_;
      const size_t at = text.size() - rest.size();
      Status status = CheckCharacters(rest.substr(0, end));
      if (status.ok()) status = ReadLine(WordsOf(rest.substr(0, end)), text.substr(0, at));
      if (!status.ok()) return status.WithContext("policy line " + std::to_string(number_));
      rest.remove_prefix(end + 1);
    }
    if (policy_.quorum_.empty()) return InvalidArgument("policy has no quorum line: 'quorum NAME' or 'quorum none'");
    if (!in_ours_) policy_.standard_text_ = text;
    return std::move(policy_);
  }

 private:
  static Status CheckCharacters(std::string_view line) {
    for (const char c : line) {
      if ((static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7F)
        return InvalidArgument("has a control character, 0x" + HexEncode(std::string(1, c)));
    }
    return Status::Ok();
  }

  Status ReadLine(const std::vector<std::string>& words, std::string_view before) {
    if (words.empty() || words[0][0] == '#') return Status::Ok();
    const std::string& keyword = words[0];
    const bool ours = keyword == "on-missing-quorum" || keyword == "auditor" || keyword == "anchor";
    if (ours && !in_ours_) {
      if (policy_.quorum_.empty()) {
        return InvalidArgument(Quoted(keyword) +
                               " is Ledgerline's own and stands after the quorum line, at the end of the file, so "
                               "that other readers can be given what is before it");
      }
      in_ours_ = true;
      policy_.standard_text_ = before;
    }
    if (ours) return ReadOurs(words);
    if (in_ours_) {
      return InvalidArgument(Quoted(keyword) + " stands after a line of Ledgerline's own; those come last");
    }
    if (keyword == "log") return ReadLog(words);
    if (keyword == "witness") return ReadWitness(words);
    if (keyword == "group") return ReadGroup(words);
    if (keyword == "quorum") return ReadQuorum(words);
    return InvalidArgument(Quoted(keyword) +
                           " is none of log, witness, group, quorum, on-missing-quorum, auditor, anchor");
  }

  static Status CheckCount(const std::vector<std::string>& words, size_t least, size_t most, const char* form) {
    if (words.size() >= least && words.size() <= most) return Status::Ok();
    return InvalidArgument("has " + std::to_string(words.size()) + " words, the form is: " + form);
  }
  static Status CheckRoom(size_t have, const char* what) {
    if (have < kPolicyLinesMax) return Status::Ok();
    return OutOfRange(std::string("more than ") + std::to_string(kPolicyLinesMax) + " " + what);
  }
  // tlog-policy, "Public key representation": two keys are the same if their 32 bytes are, whatever their names.
  Status TakeKey(std::set<PublicKey>& taken, const PublicKey& key) {
    if (taken.insert(key).second) return Status::Ok();
    return InvalidArgument("an earlier line has the same public key");
  }
  Status TakeName(const std::string& name) {
    if (name == kNone) return InvalidArgument("'none' is no name for a witness or a group");
    if (names_.insert(name).second) return Status::Ok();
    return InvalidArgument("the name " + Quoted(name) + " is taken by an earlier line");
  }

  Status ReadLog(const std::vector<std::string>& words) {
    RETURN_IF_ERROR(CheckCount(words, 2, 3, "log VKEY [URL]"));
    RETURN_IF_ERROR(CheckRoom(policy_.logs_.size(), "logs"));
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(words[1]));
    RETURN_IF_ERROR(TakeKey(log_keys_, key.public_key()));
    policy_.logs_.push_back({std::move(key), words.size() > 2 ? words[2] : ""});
    return Status::Ok();
  }

  Status ReadWitness(const std::vector<std::string>& words) {
    RETURN_IF_ERROR(CheckCount(words, 3, 4, "witness NAME VKEY [URL]"));
    RETURN_IF_ERROR(CheckRoom(policy_.witnesses_.size(), "witnesses"));
    RETURN_IF_ERROR(TakeName(words[1]));
    ASSIGN_OR_RETURN(CosignerKey key, CosignerKey::Parse(words[2]));
    RETURN_IF_ERROR(TakeKey(witness_keys_, key.public_key()));
    policy_.witnesses_.push_back({words[1], std::move(key), words.size() > 3 ? words[3] : ""});
    return Status::Ok();
  }

  Status ReadGroup(const std::vector<std::string>& words) {
    if (words.size() < 4) return CheckCount(words, 4, 4, "group NAME all|any|NUMBER MEMBER...");
    RETURN_IF_ERROR(CheckRoom(policy_.groups_.size(), "groups"));
    PolicyGroup group{words[1], 0, {words.begin() + 3, words.end()}};
    for (const std::string& member : group.members) {
      if (names_.count(member) == 0)
        return InvalidArgument("the member " + Quoted(member) + " is defined by no earlier line");
      if (!members_.insert(member).second) {
        return InvalidArgument("the member " + Quoted(member) +
                               " is in a group already: a witness may count in one way only");
      }
    }
    RETURN_IF_ERROR(TakeName(group.name));
    ASSIGN_OR_RETURN(group.needed, Threshold(words[2], group.members.size()));
    policy_.groups_.push_back(std::move(group));
    return Status::Ok();
  }

  static Result<size_t> Threshold(const std::string& word, size_t members) {
    if (word == "any") return size_t{1};
    if (word == "all") return members;
    size_t needed = 0;
    bool number = !word.empty() && word.size() <= 4 && word[0] != '0';
    for (const char c : word) {
      number = number && c >= '0' && c <= '9';
      if (number) needed = needed * 10 + static_cast<size_t>(c - '0');
    }
    if (number && needed >= 1 && needed <= members) return needed;
    return InvalidArgument(Quoted(word) + " is not all, any, or a number from 1 to " + std::to_string(members));
  }

  Status ReadQuorum(const std::vector<std::string>& words) {
    RETURN_IF_ERROR(CheckCount(words, 2, 2, "quorum NAME|none"));
    if (!policy_.quorum_.empty()) return InvalidArgument("a second quorum line");
    if (words[1] != kNone && names_.count(words[1]) == 0)
      return InvalidArgument("the quorum " + Quoted(words[1]) + " is defined by no earlier line");
    policy_.quorum_ = words[1];
    return Status::Ok();
  }

  Status ReadOurs(const std::vector<std::string>& words) {
    if (words[0] == "auditor") {
      RETURN_IF_ERROR(CheckCount(words, 3, 3, "auditor NAME VKEY"));
      RETURN_IF_ERROR(CheckRoom(policy_.auditors_.size(), "auditors"));
      if (!auditor_names_.insert(words[1]).second)
        return InvalidArgument("the auditor " + Quoted(words[1]) + " is on an earlier line");
      ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(words[2]));
      RETURN_IF_ERROR(TakeKey(auditor_keys_, key.public_key()));
      policy_.auditors_.push_back({words[1], std::move(key)});
      return Status::Ok();
    }
    if (words[0] == "anchor") {
      RETURN_IF_ERROR(CheckCount(words, 2, 2, "anchor FILE|URL"));
      RETURN_IF_ERROR(CheckRoom(policy_.anchors_.size(), "anchors"));
      policy_.anchors_.push_back(words[1]);
      return Status::Ok();
    }
    RETURN_IF_ERROR(CheckCount(words, 2, 2, "on-missing-quorum fail-closed|fail-open"));
    if (said_what_if_missing_) return InvalidArgument("a second on-missing-quorum line");
    said_what_if_missing_ = true;
    if (words[1] != "fail-closed" && words[1] != "fail-open")
      return InvalidArgument(Quoted(words[1]) + " is neither fail-closed nor fail-open");
    policy_.on_missing_quorum_ = words[1] == "fail-open" ? OnMissingQuorum::kFailOpen : OnMissingQuorum::kFailClosed;
    return Status::Ok();
  }

  WitnessPolicy policy_;
  int number_ = 0;
  bool in_ours_ = false;
  bool said_what_if_missing_ = false;
  std::set<std::string> names_, members_, auditor_names_;
  std::set<PublicKey> log_keys_, witness_keys_, auditor_keys_;
};

uint64_t PolicyVerdict::EarliestTime() const {
  uint64_t earliest = 0;
  for (const Cosigned& each : cosigned) earliest = earliest == 0 ? each.time_s : std::min(earliest, each.time_s);
  return earliest;
}

Result<WitnessPolicy> WitnessPolicy::Parse(std::string_view text) { return Parser().Run(text); }

// Members are defined before the group that names them, so this ends.
bool WitnessPolicy::IsMet(const std::string& name, const std::vector<std::string>& cosigned,
                          std::vector<std::string>& missing) const {
  const auto group = std::find_if(groups_.begin(), groups_.end(), [&](const auto& each) { return each.name == name; });
  if (group == groups_.end()) {
    if (std::find(cosigned.begin(), cosigned.end(), name) != cosigned.end()) return true;
    missing.push_back("witness " + name);
    return false;
  }
  std::vector<std::string> unmet, below;
  for (const std::string& member : group->members) {
    std::vector<std::string> of_member;
    if (IsMet(member, cosigned, of_member)) continue;
    unmet.push_back(member);
    const bool is_group = std::any_of(groups_.begin(), groups_.end(), [&](const auto& g) { return g.name == member; });
    if (is_group) below.insert(below.end(), of_member.begin(), of_member.end());
  }
  const size_t met = group->members.size() - unmet.size();
  if (met >= group->needed) return true;
  missing.push_back("group " + name + ": " + std::to_string(met) + " of the " + std::to_string(group->needed) +
                    " that it needs; missing: " + Joined(unmet));
  missing.insert(missing.end(), below.begin(), below.end());
  return false;
}

bool WitnessPolicy::QuorumMetBy(const std::vector<std::string>& witnesses) const {
  std::vector<std::string> missing;
  return quorum_ == kNone || IsMet(quorum_, witnesses, missing);
}

Result<PolicyVerdict> WitnessPolicy::EvaluateCheckpoint(std::string_view note) const {
  std::vector<VerifierKey> keys;
  for (const PolicyLog& log : logs_) keys.push_back(log.key);
  return EvaluateCheckpoint(note, keys);
}

Result<PolicyVerdict> WitnessPolicy::EvaluateCheckpoint(std::string_view note_bytes,
                                                        std::span<const VerifierKey> log_keys) const {
  ASSIGN_OR_RETURN(const SignedNote note, SignedNote::Parse(note_bytes));
  ASSIGN_OR_RETURN(const std::vector<size_t> signers, note.Verify(log_keys));
  ASSIGN_OR_RETURN(PolicyVerdict verdict, EvaluateCosignatures(note));
  for (const size_t signer : signers) {
    if (log_keys[signer].name() == verdict.checkpoint.origin) verdict.signed_by.push_back(log_keys[signer]);
  }
  if (verdict.signed_by.empty()) {
    return PermissionDenied("checkpoint of log \"" + verdict.checkpoint.origin + "\", signed by " +
                            log_keys[signers[0]].name() + ", which does not speak for it");
  }
  return verdict;
}

Result<PolicyVerdict> WitnessPolicy::EvaluateCosignatures(const SignedNote& note) const {
  PolicyVerdict verdict;
  ASSIGN_OR_RETURN(verdict.checkpoint, Checkpoint::Parse(note.text));
  std::vector<std::string> cosigned;
  for (const PolicyWitness& witness : witnesses_) {
    ASSIGN_OR_RETURN(const std::optional<uint64_t> at, CosignedAt(note, witness.key));
    if (!at) {
      verdict.absent.push_back(witness.name);
      continue;
    }
    cosigned.push_back(witness.name);
    verdict.cosigned.push_back({witness.name, witness.key.name(), *at});
  }
  verdict.satisfied = quorum_ == kNone || IsMet(quorum_, cosigned, verdict.missing);
  return verdict;
}

}  // namespace ledgerline::crypto
