// The end of RocksDB's table files, which RocksDB trusts before it has checked it: the properties block is taken apart
// before its checksum is compared, and Debian's build of RocksDB 7.8, which has assertions, ends the process when the
// top bit of that block's count of restarts has flipped. So we compare the checksums of the two blocks that come first,
// the metaindex and the properties, before RocksDB opens anything. The others it checks before it uses them.
//
// Format: RocksDB's wiki, "Rocksdb BlockBasedTable Format". A table ends in a footer of 53 bytes: u8 checksum type;
// the metaindex block's handle and the index block's; zeros up to byte 41; u32le format version; u64le magic number. A
// handle is two varints: where the block begins, and how many bytes it has. Behind each block stand u8 compression
// type and u32le checksum of block and type. What DatabaseOptions asks for is format version 5 with XXH3 (type 4): the
// lower half of XXH3_64bits of all bytes but the last, xor the last byte times 0x6b9083d9.
#ifndef LEDGERLINE_LEDGER_STORE_TABLE_TAIL_H_
#define LEDGERLINE_LEDGER_STORE_TABLE_TAIL_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace rocksdb {
class Env;
}

namespace ledgerline::store {

constexpr uint32_t kTableFormatVersion = 5;
constexpr uint8_t kTableChecksumType = 4;  // rocksdb::kXXH3
constexpr uint64_t kTableFooterBytes = 53;
constexpr uint64_t kTableTailBlockBytesMax = 1 << 20;  // of metaindex and properties; ours have about 100 and 1,000

// `block`: with its compression type, which is its last byte.
uint32_t TableChecksum(std::string_view block);

// Exactly `size` bytes of the file from `offset` on; the caller stays inside the file. An error is passed on.
using ReadTable = std::function<Result<std::string>(uint64_t offset, uint64_t size)>;

// Three short reads, whatever the table's size. A file without a whole footer at its end is one whose writing was cut
// short, and so is one whose footer or blocks miss a page (a part of 4,096 bytes that is all zeros): no table that the
// database knows is like that, or RocksDB finds it so; both pass here.
// Errors: kDataLoss (names the block, the value and the bound); what `read` gives.
Status CheckTableTail(uint64_t file_size, const ReadTable& read);

// CheckTableTail for every table of the database in `path`. Errors: kDataLoss (names file and block), kUnavailable.
Status CheckTableTails(rocksdb::Env* env, const std::string& path);

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_TABLE_TAIL_H_
