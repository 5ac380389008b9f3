// Catalogue files come from outside. The first byte picks a header, so that rows are reached; what is accepted keeps
// its promises.
#include <cstdint>
#include <cstdlib>

#include "ledger/exchange/catalogue_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  static const std::string kHeaders[] = {
      "",
      "party_id,role,commitment\n",
      "work_id,title,iswc,creators,version_of\n",
      "recording_id,title,artist,isrc,work_id,work_weight_ppm\n",
      "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n",
      "rate_id,model,use,tier,territories,currency,rightsholders_ppm,publishing_ppm,revenue_rate_ppm,fee,floor,valid_"
      "from,valid_to\n"};
  if (size == 0) return 0;
  const std::string bytes =
      kHeaders[data[0] % std::size(kHeaders)] + std::string(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto file = exchange::ParseCatalogueFile(bytes);
  if (!file.ok()) {
    if (file.status().message().empty()) std::abort();
    return 0;
  }
  if (file->digest.byte_size() != bytes.size() || file->row_count() > file->digest.row_count()) std::abort();
  if (const auto* sets = std::get_if<std::vector<exchange::ShareSetRow>>(&file->rows)) {
    for (const auto& set : *sets) {
      uint64_t sum = 0;
      for (const auto& line : set.lines) sum += line.share_ppm;
      if (sum == 0 || sum > kWholePpm || set.valid.to <= set.valid.from) std::abort();
    }
  }
  if (const auto* recordings = std::get_if<std::vector<exchange::RecordingRow>>(&file->rows)) {
    for (const auto& recording : *recordings) {
      uint64_t sum = 0;
      for (const auto& part : recording.works) sum += part.weight_ppm;
      if (sum != kWholePpm) std::abort();
    }
  }
  return 0;
}
