// The end of a table file. Any bytes are looked at as they are, and then as the blocks of a table whose footer and
// checksums are right, or nothing would get past those. What is read lies inside the file. A table that is whole
// passes; with one bit of its properties flipped it does not.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ledger/store/table_tail.h"

using namespace ledgerline;

namespace {

Status Check(std::string_view table) {
  return store::CheckTableTail(table.size(), [&](uint64_t offset, uint64_t size) -> Result<std::string> {
    if (offset > table.size() || size > table.size() - offset) std::abort();
    return std::string(table.substr(offset, size));
  });
}

std::string Number(uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

// Always three bytes, which a varint may have.
std::string Varint(uint64_t value) {
  return {static_cast<char>(value | 0x80), static_cast<char>(value >> 7 | 0x80), static_cast<char>(value >> 14 & 0x7F)};
}

std::string WithTrailer(std::string block) {
  block += '\0';
  return block + Number(store::TableChecksum(block), 4);
}

std::string Table(const std::string& properties, const std::string& metaindex) {
  const std::string blocks = WithTrailer(properties) + WithTrailer(metaindex);
  std::string handles = Varint(properties.size() + 5) + Varint(metaindex.size());
  handles.resize(40);
  return blocks + static_cast<char>(store::kTableChecksumType) + handles + Number(store::kTableFormatVersion, 4) +
         Number(0x88e241b785f4cff7, 8);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Check(bytes).IgnoreError();
  if (size < 8 || size > 3'000) return 0;
  Check(Table("properties", std::string(bytes))).IgnoreError();

  const std::string properties(bytes.substr(4));
  const std::string name = "rocksdb.properties";
  const std::string entry = Number(0, 1) + Number(name.size(), 1) + Number(6, 1) + name + Varint(0) + Varint(size - 4);
  std::string table = Table(properties, entry + Number(0, 4) + Number(1, 4));
  if (!Check(table).ok()) std::abort();
  table[(data[0] | data[1] << 8) % properties.size()] ^= static_cast<char>(1 << data[2] % 8);
  // A block of zeros is a page that was never written.
  if (Check(table).ok() &&
      std::string_view(table).substr(0, size + 1).find_first_not_of('\0') != std::string_view::npos)
    std::abort();
  return 0;
}
