// What each party was allocated, as Merkle sum trees: one of the amounts of zero and above, one of the magnitudes of
// those below, for each currency. The difference of the two sums is the close's `allocated`. Format:
// docs/formats/close_commitments.md, "Sums".
#ifndef LEDGERLINE_LEDGER_ROYALTY_SUM_COMMITMENT_H_
#define LEDGERLINE_LEDGER_ROYALTY_SUM_COMMITMENT_H_

#include <string>
#include <string_view>
#include <vector>

#include "crypto/sum_tree.h"
#include "ledger/royalty/close_keys.h"
#include "ledger/royalty/statement.h"
#include "ledgerline/v1/period.pb.h"

namespace ledgerline::royalty {

// One party's leaf in one currency, opened.
struct SumOpening {
  Currency currency;
  bool in_debits = false;
  uint64_t position = 0;
  std::string salt;  // 16 bytes
  crypto::SumProof<1> proof;
};

// One for each currency that has a balance, by currency. A balance is a leaf, its `allocated` the amount.
// Errors: kOutOfRange (a sum leaves its range).
Result<std::vector<v1::SumCommitment>> CommitSums(const Statements& statements, const CloseKeys& keys);
// RFC 6962 root over the commitments, each as its fixed layout.
Result<Hash256> SumsRoot(const google::protobuf::RepeatedPtrField<v1::SumCommitment>& sums);

// Errors: kNotFound (the party has no balance in that currency), kOutOfRange.
Result<SumOpening> OpenSum(const Statements& statements, const CloseKeys& keys, std::string_view party,
                           Currency currency);
// That `party` was allocated exactly `allocated`, under `commitment`. Errors: kInvalidArgument (form), kOutOfRange,
// kDataLoss (it leads to another root or another sum).
Status CheckSum(const v1::SumCommitment& commitment, std::string_view party, const Money& allocated,
                const SumOpening& opening);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_SUM_COMMITMENT_H_
