// FieldReader: the fields of a protobuf message that is written plainly (fields in order, each at most once, none that
// is unknown), read from its bytes without copies. Whoever meets another form asks the full parser.
#ifndef LEDGERLINE_LEDGER_JOURNAL_FIELD_READER_H_
#define LEDGERLINE_LEDGER_JOURNAL_FIELD_READER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "schemas/hash.h"

namespace ledgerline::journal {

// Reads fields with numbers below 16 in the order in which they are asked for (protobuf encoding, "Message Structure").
// A field that is not there reads as zero or nothing. False: the bytes end too early, or are written in another way.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  size_t left() const { return bytes_.size(); }
  bool Number(uint32_t field, uint64_t& value) {
    value = 0;
    if (!TakeTag(field << 3)) return true;
    return TakeVarint(value);
  }
  bool Bytes(uint32_t field, std::string_view& value) {
    value = {};
    uint64_t size = 0;
    if (!TakeTag(field << 3 | 2)) return true;
    if (!TakeVarint(size) || size > bytes_.size()) return false;
    value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }
  bool Hash(uint32_t field, Hash256& hash) {
    std::string_view raw;
    if (!Bytes(field, raw) || raw.size() != Hash256::kSize) return false;
    std::copy(raw.begin(), raw.end(), hash.bytes.begin());
    return true;
  }

 private:
  bool TakeTag(uint32_t tag) {
    if (bytes_.empty() || static_cast<uint8_t>(bytes_[0]) != tag) return false;
    bytes_.remove_prefix(1);
    return true;
  }
  // At most nine bytes: a longer one is for the full parser.
  bool TakeVarint(uint64_t& value) {
    for (size_t i = 0; i < bytes_.size() && i < 9; ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[i]) & 0x7F) << (7 * i);
      if ((static_cast<uint8_t>(bytes_[i]) & 0x80) != 0) continue;
      bytes_.remove_prefix(i + 1);
      return true;
    }
    return false;
  }
  std::string_view bytes_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_FIELD_READER_H_
