// RightsState: who has which rights, who allowed what, and how each generation is judged, as a pure fold of the
// ledger's entries. Two folds of the same entries and blobs answer every question alike, on any machine, at any time.
//
// Questions are asked "as of N": from entries [0, N) only. A fold that has read further answers for every N behind it.
// Data that is wrong never stops a fold: the entry stays, and a fault names it. Source:
// docs/decisions/0003-rights-verdicts.md.
#ifndef LEDGERLINE_LEDGER_RIGHTS_RIGHTS_STATE_H_
#define LEDGERLINE_LEDGER_RIGHTS_RIGHTS_STATE_H_

#include <map>
#include <string>
#include <vector>

#include "ledger/rights/blob_reader.h"
#include "ledger/rights/consent_book.h"
#include "ledger/rights/key_book.h"
#include "ledger/rights/share_book.h"
#include "ledger/rights/verdict.h"
#include "ledger/rights/versions.h"
#include "ledgerline/v1/entry.pb.h"

namespace ledgerline::rights {

// Covers of covers go at most this deep, and come from at most so many originals when every path is counted.
inline constexpr int kSourceDepthMax = 16;
inline constexpr uint64_t kSourcePathsMax = 1024;
// A permit that asks for longer is taken as ending here. "Short-lived" needs a bound that the fold knows.
inline constexpr int64_t kPermitLifetimeUsMax = int64_t{24} * 3600 * 1'000'000;

// What is wrong with an entry. Where `ignored`, nothing of it counts; else it counts and this is a warning.
struct Fault {
  EntryIndex entry;
  bool ignored = true;
  std::string text;
};

// The tombstone of a party whose private records were destroyed.
struct ErasureRecord {
  EntryIndex entry;
  PartyId party;
  std::vector<Hash256> commitments;  // sorted
};

// A recording is an original, from a file, or a cover, from a generation: one of the two is set.
struct RecordingView {
  RecordingId id;
  const Version<exchange::RecordingRow>* original = nullptr;
  const GenerationRecord* cover = nullptr;
};

// Not thread-safe while Apply runs; then any number of readers. Pointers in answers are valid until the next Apply.
class RightsState {
 public:
  // Folds the next entry; `index` must be size(). `payload` is the one inside the entry. Types that say nothing about
  // rights (usage, closes) only move size() on.
  // Errors: kFailedPrecondition (out of order), kDataLoss (a blob is missing or altered), kUnavailable (of the reader).
  // After an error the state is as it was before.
  Status Apply(EntryIndex index, const v1::Entry& entry, const v1::Payload& payload, BlobReader& blobs);

  TreeSize size() const { return size_; }
  const std::string& origin() const { return keys_.origin(); }
  const std::vector<Fault>& faults() const { return faults_; }
  const KeyBook& keys() const { return keys_; }
  const ShareBook& shares() const { return shares_; }
  const ConsentBook& consents() const { return consents_; }

  // By id; null if nothing is said as of N.
  const Version<exchange::PartyRow>* Party(const PartyId& id, TreeSize as_of) const { return parties_.Find(id, as_of); }
  // Every row that was ever imported of it, with its commitment.
  std::vector<const Version<exchange::PartyRow>*> PartyVersions(const PartyId& id) const {
    return parties_.Versions(id);
  }
  const Version<exchange::WorkRow>* Work(const WorkId& id, TreeSize as_of) const { return works_.Find(id, as_of); }
  RecordingView Recording(const RecordingId& id, TreeSize as_of) const;
  const GenerationRecord* Generation(EntryIndex entry) const;  // also those whose cover id was taken
  const PermitRecord* Permit(EntryIndex entry) const;

  // Listings, by id (permits, generations and ratings: by entry).
  std::vector<const Version<exchange::PartyRow>*> Parties(TreeSize as_of) const { return parties_.List(as_of); }
  std::vector<const Version<exchange::WorkRow>*> Works(TreeSize as_of) const { return works_.List(as_of); }
  std::vector<RecordingView> Recordings(TreeSize as_of) const;
  std::vector<const Version<exchange::RateCardRow>*> RateCards(TreeSize as_of) const { return rate_cards_.List(as_of); }
  std::vector<const GenerationRecord*> Generations(TreeSize as_of) const;
  // The tombstone of a party as of N, or null; and all of them, by entry.
  const ErasureRecord* Erasure(const PartyId& party, TreeSize as_of) const;
  const std::vector<ErasureRecord>& erasures() const { return erasures_; }
  const std::vector<RatingRecord>& ratings() const { return ratings_; }
  const std::map<EntryIndex, PermitRecord>& permits() const { return permits_; }

  // Every version that was stated before N, not only the one that counts.
  template <typename Visit>
  void ForEachPartyVersion(TreeSize as_of, Visit visit) const {
    parties_.ForEach(as_of, visit);
  }
  template <typename Visit>
  void ForEachWorkVersion(TreeSize as_of, Visit visit) const {
    works_.ForEach(as_of, visit);
  }
  template <typename Visit>
  void ForEachRecordingVersion(TreeSize as_of, Visit visit) const {
    originals_.ForEach(as_of, visit);
  }
  // The header row of the catalogue file of `entry`; null if it brought none that counts.
  const std::string* CatalogueHeader(EntryIndex entry) const {
    const auto found = catalogue_headers_.find(entry);
    return found == catalogue_headers_.end() ? nullptr : &found->second;
  }

  // Whom to ask. COVER, REMIX, MASHUP: the controllers of every line of the accepted share sets of MASTER of the
  // recording and of MECHANICAL and PERFORMANCE of its works; STYLE: of LIKENESS of the recording; TRAIN: of TRAINING
  // of the recording and of its works. A cover is asked about through the originals that it comes from.
  ConsentRequirement RequiredControllers(const ConsentQuestion& question) const;
  // Default deny: allowed only if there is somebody to ask for every asset and all of them have consented.
  ConsentAnswer CheckConsent(const ConsentQuestion& question) const;

 private:
  struct Speaker {
    bool is_operator = false;
    bool is_service = false;
    PartyId party;  // of a party's key
    Hash256 key_id;
    bool speaks() const { return is_operator || is_service; }  // for permits and generations
  };
  // The key that signed the entry, if it may speak then; else null.
  const EnrolledKey* KeyOf(const v1::Entry& entry) const;
  Speaker SpeakerOf(const v1::Entry& entry) const;
  void ApplyKeyRevocation(EntryIndex index, const v1::Entry& entry, const v1::KeyRevocation& revocation);
  void AddFault(EntryIndex index, bool ignored, std::string text);
  void ApplyErasure(EntryIndex index, const v1::Erasure& erasure);
  Status ApplyCatalogue(EntryIndex index, const v1::CatalogueFile& file, BlobReader& blobs);
  void AddRow(EntryIndex index, const exchange::PartyRow& row);
  void AddRow(EntryIndex index, const exchange::WorkRow& row);
  void AddRow(EntryIndex index, const exchange::RecordingRow& row);
  void AddRow(EntryIndex index, const exchange::ShareSetRow& row);
  void AddRow(EntryIndex index, const exchange::RateCardRow& row);
  void ApplyGrant(EntryIndex index, const v1::Entry& entry, const v1::ConsentGrant& grant);
  void ApplyRevocation(EntryIndex index, const v1::Entry& entry, const v1::ConsentRevocation& revocation);
  void ApplyPermit(EntryIndex index, const v1::Entry& entry, const v1::Permit& permit);
  void ApplyGeneration(EntryIndex index, const v1::Entry& entry, const v1::Generation& generation);
  void ApplyRating(EntryIndex index, const v1::Rating& rating);
  Status ApplyTrainingShares(EntryIndex index, Instant at, const v1::TrainingShares& shares, BlobReader& blobs);
  void JudgePermit(const GenerationRecord& record, const PermitRecord& permit, Verdict& verdict) const;
  void JudgeSources(const GenerationRecord& record, const PermitRecord* permit, Verdict& verdict) const;
  void MeasureSources(GenerationRecord& record) const;
  // The originals that `recording` comes from, each once. Errors: kNotFound, kOutOfRange (too deep, too many paths).
  Status CollectOriginals(const RecordingId& recording, TreeSize as_of,
                          std::map<RecordingId, const exchange::RecordingRow*>& originals) const;

  TreeSize size_;
  KeyBook keys_;
  ShareBook shares_;
  ConsentBook consents_;
  VersionedRows<PartyId, exchange::PartyRow> parties_;
  VersionedRows<WorkId, exchange::WorkRow> works_;
  VersionedRows<RecordingId, exchange::RecordingRow> originals_;
  VersionedRows<RateCardId, exchange::RateCardRow> rate_cards_;
  std::map<EntryIndex, PermitRecord> permits_;
  std::map<EntryIndex, GenerationRecord> generations_;
  std::map<RecordingId, EntryIndex> covers_;
  std::vector<RatingRecord> ratings_;
  std::vector<ErasureRecord> erasures_;
  std::map<EntryIndex, std::string> catalogue_headers_;
  std::vector<Fault> faults_;
};

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_RIGHTS_STATE_H_
