// Submissions: what a submitter signs and sends. The layout of every signed text is in docs/formats/entry.md.
#ifndef LEDGERLINE_LEDGER_JOURNAL_SUBMISSION_H_
#define LEDGERLINE_LEDGER_JOURNAL_SUBMISSION_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ed25519.h"
#include "crypto/signer.h"
#include "ledgerline/v1/entry.pb.h"
#include "ledgerline/v1/key.pb.h"
#include "ledgerline/v1/payload.pb.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::journal {

inline constexpr size_t kOriginBytesMax = 255;
inline constexpr size_t kIdempotencyKeyBytesMax = 64;
// An entry adds at most 128 bytes to its submission, so every submission up to this size fits into 65,535 bytes.
inline constexpr size_t kSubmissionBytesMax = 65'535 - 128;

// SHA-256("ledgerline/key/v1\n" || public key): how entries name a key.
Hash256 KeyId(const crypto::PublicKey& key);

// "ledgerline/submission/v1\n" u32be(len) origin u32be(len) idempotency_key SHA-256(payload).
std::string SubmissionText(std::string_view origin, std::string_view idempotency_key, std::string_view payload);
// "ledgerline/enrolment/v1\n" u32be(len) origin u32be(len) party_id u32be(role) public_key: signed by the key that is
// being enrolled, so that nobody enrols a key that they do not hold.
// A service's, a witness's and an auditor's key sign their name too: u32be(len) name at the end.
std::string EnrolmentText(std::string_view origin, std::string_view party_id, v1::KeyRole role,
                          const crypto::PublicKey& key, std::string_view name = "");
// "ledgerline/rotation/v1\n" u32be(len) origin old_key_id new_public_key: signed by the new key, so that nobody names a
// key as their next that they do not hold.
std::string RotationText(std::string_view origin, const Hash256& old_key_id, const crypto::PublicKey& new_key);

// Roles whose keys have a name, as notes use it, instead of a party: services, witnesses, auditors.
bool RoleHasName(v1::KeyRole role);

// A serialised Submission. `payload` is a serialised v1::Payload.
// Errors: kInvalidArgument (origin or idempotency key out of bounds), those of the signer.
Result<std::string> SignSubmission(std::string_view origin, std::string_view idempotency_key, std::string_view payload,
                                   const crypto::Signer& signer);

// A submission and what it says, parsed from the bytes that were received.
struct ParsedSubmission {
  v1::Submission submission;
  v1::Payload payload;
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  Hash256 key_id;
};

// 1 to 64 bytes. Errors: kInvalidArgument (names the field and its size).
Status CheckIdempotencyKey(std::string_view name, std::string_view key);
// A serialised Payload, its form checked; `name` is the field that it came in. Errors: as ParseSubmission.
Status ParsePayload(std::string_view name, std::string_view bytes, v1::Payload& payload);

// Checks form only: sizes, exactly one payload kind, no field that this version does not know (at any depth), field
// sizes of hashes and keys. Errors: kInvalidArgument, kOutOfRange (above kSubmissionBytesMax).
Result<ParsedSubmission> ParseSubmission(std::string_view bytes);

// The blobs that a payload stands on, each a SHA-256 of content that must be in the ledger: the rows of catalogue and
// usage files, a close's statements, a generation's melodic fingerprint and conditioning tokens. Empty fields name
// none.
std::vector<Hash256> ReferencedBlobs(const v1::Payload& payload);

// "catalogue file" for PAYLOAD_TYPE_CATALOGUE_FILE, for messages.
std::string PayloadTypeName(v1::PayloadType type);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SUBMISSION_H_
