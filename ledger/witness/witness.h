// A witness: for each log that it knows it remembers the largest tree that it has cosigned, and cosigns a larger one
// only after a proof that it extends that. So it never signs two roots for one size, nor two histories.
//
// The rules, their order and the status codes are those of C2SP tlog-witness, "add-checkpoint". No network here: a
// server passes bodies in and replies out. The page is docs/formats/witness.md.
#ifndef LEDGERLINE_LEDGER_WITNESS_WITNESS_H_
#define LEDGERLINE_LEDGER_WITNESS_WITNESS_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/cosignature.h"
#include "crypto/signer.h"
#include "ledger/witness/add_checkpoint_request.h"
#include "ledger/witness/witness_store.h"
#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::witness {

inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
inline constexpr std::string_view kSizeType = "text/x.tlog.size";

// An HTTP answer without HTTP.
struct WitnessReply {
  int status = 0;
  std::string content_type;
  std::string body;
};

// Thread-safe.
class Witness {
 public:
  // Borrows all three, which must outlive the witness. `log_keys`: the logs that it takes checkpoints of, each under
  // its origin; several keys of one origin are one log. What the store holds for them is checked here. Errors:
  // kInvalidArgument (name), kDataLoss (a stored note that this witness did not cosign), those of the store.
  static Result<std::unique_ptr<Witness>> Create(WitnessStore& store, const std::string& name,
                                                 const crypto::Signer& signer, Clock& clock,
                                                 std::vector<crypto::VerifierKey> log_keys);

  // 200 with a cosignature line, which is on the medium before this returns; 400 (form; old size above the
  // checkpoint's), 403 (no signature by the log), 404 (unknown log), 409 with the size (old size is not the last one),
  // 409 with a text (same size, another root), 422 (the proof does not verify), 500 (the store failed; nothing was
  // signed). A signed checkpoint that contradicts the last one is kept as evidence, whatever the status.
  WitnessReply AddCheckpoint(std::string_view body);

  // The last cosigned checkpoint of a log, with the log's signatures and this witness's cosignature.
  // Errors: kNotFound (unknown log, or none yet), those of the store.
  Result<std::string> Latest(const std::string& origin) const;

  const crypto::CosignerKey& key() const { return key_; }

 private:
  Witness(WitnessStore& store, crypto::CosignerKey key, const crypto::Signer& signer, Clock& clock,
          std::vector<crypto::VerifierKey> log_keys)
      : store_(store), key_(std::move(key)), signer_(signer), clock_(clock), log_keys_(std::move(log_keys)) {}

  struct Seen {
    std::string note;
    crypto::Checkpoint checkpoint;
  };
  std::vector<crypto::VerifierKey> KeysOf(const std::string& origin) const;
  Result<std::optional<Seen>> LastSeen(const std::string& origin) const;
  WitnessReply Decide(const AddCheckpointRequest& request, const crypto::SignedNote& note,
                      const crypto::Checkpoint& checkpoint);
  WitnessReply CosignAndKeep(const crypto::SignedNote& note, const std::string& origin);
  // What to add to a refusal's text.
  std::string KeepEvidence(const ForkEvidence& evidence);

  WitnessStore& store_;
  const crypto::CosignerKey key_;
  const crypto::Signer& signer_;
  Clock& clock_;
  const std::vector<crypto::VerifierKey> log_keys_;
  mutable std::mutex mutex_;  // from reading the last checkpoint to keeping the next one
};

}  // namespace ledgerline::witness

#endif  // LEDGERLINE_LEDGER_WITNESS_WITNESS_H_
