// Parties files come from outside. No name reaches the public part, which is itself a good file; records read back as
// written.
#include <cstdint>
#include <cstdlib>

#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/parties_file.h"

namespace {

class FixedRandom : public ledgerline::crypto::RandomSource {
 public:
  ledgerline::Status Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = 7;
    return ledgerline::Status::Ok();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  const std::string text(reinterpret_cast<const char*>(data), size);
  exchange::PartyRecord::Parse(text).status().IgnoreError();
  FixedRandom random;
  const auto split = exchange::SplitPartiesFile("party_id,role,name,ipi,isni,dpid\n" + text, random);
  if (!split.ok()) return 0;
  const auto file = exchange::ParseCatalogueFile(split->public_csv);
  if (!file.ok() || file->row_count() != split->records.size()) std::abort();
  for (const auto& record : split->records) {
    const auto read = exchange::PartyRecord::Parse(record.Serialize());
    if (!read.ok() || read->Commitment() != record.Commitment()) std::abort();
  }
  return 0;
}
