#include "tools/ledgerline/adapter_leave.h"

#include "inference/model/adapter_file.h"
#include "ledger/exchange/catalogue_row.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"

namespace ledgerline::tool {
namespace {

// The latest grant of the party in force for a use of everything that it controls, or null.
const rights::ConsentRecord* GrantFor(const rights::RightsState& rights, const PartyId& party, v1::Use use,
                                      const std::string& territory, const std::string& tier, Instant at) {
  const rights::ConsentRecord* latest = nullptr;
  for (const rights::ConsentRecord* consent : rights.consents().List(rights.size())) {
    if (consent->party == party && !consent->asset && consent->uses.contains(use) &&
        consent->territories.Contains(territory) && (consent->tiers.empty() || consent->tiers.contains(tier)) &&
        StatusOf(*consent, at, rights.size()) == rights::ConsentStatus::kActive) {
      latest = consent;
    }
  }
  return latest;
}

}  // namespace

Result<NamedAdapter> AskForAdapter(const std::string& path, const rights::RightsState& rights,
                                   const std::string& territory, const std::string& tier, Instant at) {
  NamedAdapter named;
  ASSIGN_OR_RETURN(named.bytes, Named("--adapter", ReadFile(path, model::kMaxAdapterFileBytes)));
  Result<model::AdapterFile> file = model::ParseAdapterFile(named.bytes);
  if (!file.ok()) return file.status().WithContext("--adapter " + path);
  const std::string artist = file->card.artist;
  if (artist.empty()) return named;
  ASSIGN_OR_RETURN(const PartyId party, Named("--adapter " + path + ": artist", PartyId::Parse(artist)));
  std::string missing;
  for (const v1::Use use : {v1::USE_TRAIN, v1::USE_STYLE}) {
    const rights::ConsentRecord* const grant = GrantFor(rights, party, use, territory, tier, at);
    if (grant == nullptr) {
      missing += (missing.empty() ? "" : " and ") + std::string(exchange::UseName(use));
      continue;
    }
    v1::ConsentReference reference;
    reference.set_entry_index(grant->entry.value);
    reference.set_party_id(artist);
    named.consents.push_back(reference);
  }
  if (missing.empty()) return named;
  return PermissionDenied("no leave to use the adapter of party " + artist + " in " + territory + ", tier " + tier +
                          "; nothing was made. Missing: " + artist + "'s consent for " + missing +
                          " of everything that it controls (`ledgerline consent grant DIR --party " + artist +
                          " --key FILE --use TRAIN --use STYLE`)");
}

}  // namespace ledgerline::tool
