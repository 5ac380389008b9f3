// The form of a payload: what can be said of its bytes without asking what they mean.
#ifndef LEDGERLINE_LEDGER_JOURNAL_PAYLOAD_CHECK_H_
#define LEDGERLINE_LEDGER_JOURNAL_PAYLOAD_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ledgerline/v1/payload.pb.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Items in one signed batch.
inline constexpr uint32_t kBatchItemsMax = 1000;

// Errors: kInvalidArgument (names the field, its size and the one that it needs).
Status CheckBytes(std::string_view name, std::string_view value, size_t size, bool may_be_empty = false);

// Exactly one kind that this version knows; sizes of hashes and keys; bounds. What the values mean is the folds'
// business: the worst evidence is never thrown away. Errors: kInvalidArgument, kOutOfRange (name the field).
Status CheckPayloadFields(const v1::Payload& payload);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_PAYLOAD_CHECK_H_
