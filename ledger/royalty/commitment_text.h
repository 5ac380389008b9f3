// The bytes that a close's commitments hash: a tag, then fields of fixed size or with their length before them, so that
// no two different lists of fields give the same bytes. Layouts: docs/formats/close_commitments.md.
#ifndef LEDGERLINE_LEDGER_ROYALTY_COMMITMENT_TEXT_H_
#define LEDGERLINE_LEDGER_ROYALTY_COMMITMENT_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/sum_tree.h"
#include "schemas/hash.h"
#include "schemas/money.h"

namespace ledgerline::royalty {

class CommitmentText {
 public:
  // "ledgerline/NAME\n".
  explicit CommitmentText(std::string_view name) : bytes_("ledgerline/" + std::string(name) + "\n") {}

  CommitmentText& Number(uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift & 0xff);
    return *this;
  }
  // Of a size that the layout fixes: a salt, a currency, a hash.
  CommitmentText& Fixed(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  CommitmentText& Sum(Int128 value) { return Fixed(crypto::SumBytes(value)); }
  // Its length as 8 bytes, then itself.
  CommitmentText& Text(std::string_view text) { return Number(text.size()).Fixed(text); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_COMMITMENT_TEXT_H_
