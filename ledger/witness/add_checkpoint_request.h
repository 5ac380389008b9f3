// The body of C2SP tlog-witness's add-checkpoint: "old N", the consistency proof from there, an empty line, and the
// checkpoint. The same text is what `ledgerline log prove` writes, so that a proof between any two sizes has a form.
#ifndef LEDGERLINE_LEDGER_WITNESS_ADD_CHECKPOINT_REQUEST_H_
#define LEDGERLINE_LEDGER_WITNESS_ADD_CHECKPOINT_REQUEST_H_

#include <string>
#include <string_view>

#include "crypto/merkle.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::witness {

// 63 hashes (tlog-witness, "add-checkpoint") and a checkpoint with as many signatures as a note may have.
inline constexpr size_t kAddCheckpointBytesMax = 64 * 1024;
inline constexpr size_t kProofLinesMax = 63;

struct AddCheckpointRequest {
  TreeSize old_size;
  crypto::Proof proof;     // RFC 6962 section 2.1.2, from old_size to the checkpoint's size
  std::string checkpoint;  // a signed note, verbatim

  std::string Serialize() const;
  // Strict; the note's own form is checked, its signatures are not. Errors: kInvalidArgument (names the line),
  // kOutOfRange (above kAddCheckpointBytesMax).
  static Result<AddCheckpointRequest> Parse(std::string_view body);
};

}  // namespace ledgerline::witness

#endif  // LEDGERLINE_LEDGER_WITNESS_ADD_CHECKPOINT_REQUEST_H_
