// A field that this version does not know would be signed and hashed, and then ignored by everyone here: it is refused,
// at any depth. Read from the bytes, by a table of the schema: protobuf's lite runtime has no reflection, which costs
// more than the rest of parsing besides. A test compares the table with the schema's descriptors.
#ifndef LEDGERLINE_LEDGER_JOURNAL_UNKNOWN_FIELD_H_
#define LEDGERLINE_LEDGER_JOURNAL_UNKNOWN_FIELD_H_

#include <string_view>

#include "schemas/status.h"

namespace ledgerline::journal {

enum class MessageKind { kSubmission, kBatchItem, kSignedBatch, kEntry, kPayload };

// `bytes` are those of a message that protobuf has parsed. Errors: kInvalidArgument (names message and field number).
Status CheckNoUnknownField(MessageKind kind, std::string_view bytes);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_UNKNOWN_FIELD_H_
