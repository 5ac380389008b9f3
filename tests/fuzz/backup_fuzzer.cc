// The description of a backup, and the end of a write-ahead log. A description that parses is written back as the same
// bytes; the digest of its lines is put right first, or nothing would get past it. Of a log, only a part that is there
// is ever cut away, and cutting leaves one that needs no cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crypto/sha256.h"
#include "ledger/store/backup.h"
#include "ledger/store/log_tail.h"

using namespace ledgerline;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  store::BackupDescription::Parse(bytes).status().IgnoreError();
  const std::string text = std::string(bytes) + "sha256 " + crypto::Sha256(bytes).ToHex() + "\n";
  if (const auto description = store::BackupDescription::Parse(text); description.ok() && description->Text() != text) {
    // Equal but for the order of the named files, which is free.
    const auto again = store::BackupDescription::Parse(description->Text());
    if (!again.ok() || again->Text() != description->Text()) std::abort();
  }
  store::CheckLogEnd(bytes).IgnoreError();
  if (const auto begin = store::FindUnfinishedWrite(bytes); begin) {
    if (*begin >= bytes.size() || store::FindUnfinishedWrite(bytes.substr(0, *begin))) std::abort();
  }
  return 0;
}
