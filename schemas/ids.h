// Typed names and numbers, so that a party cannot stand where a work should, nor an index where a size should.
#ifndef LEDGERLINE_SCHEMAS_IDS_H_
#define LEDGERLINE_SCHEMAS_IDS_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline {

// The zero-based position of an entry in the log: the recorded axis.
struct EntryIndex {
  uint64_t value = 0;
  constexpr EntryIndex() = default;
  constexpr explicit EntryIndex(uint64_t v) : value(v) {}
  constexpr EntryIndex Next() const { return EntryIndex(value + 1); }
  friend constexpr auto operator<=>(const EntryIndex&, const EntryIndex&) = default;
};

// How many entries a tree has: entries [0, value).
struct TreeSize {
  uint64_t value = 0;
  constexpr TreeSize() = default;
  constexpr explicit TreeSize(uint64_t v) : value(v) {}
  // The smallest tree that holds the entry at `index`.
  static constexpr TreeSize Including(EntryIndex index) { return TreeSize(index.value + 1); }
  constexpr bool Contains(EntryIndex index) const { return index.value < value; }
  // The index that the next entry gets.
  constexpr EntryIndex NextIndex() const { return EntryIndex(value); }
  friend constexpr auto operator<=>(const TreeSize&, const TreeSize&) = default;
};

// A valid id is 2 to 64 characters of a-z, 0-9, '-', '_' and '.', beginning with a letter or digit. `what` names the
// field.
Status CheckId(std::string_view what, std::string_view text);

template <typename Tag>
class Id {
 public:
  Id() = default;  // empty: no id
  static Result<Id> Parse(std::string_view text) {
    RETURN_IF_ERROR(CheckId(Tag::kName, text));
    Id id;
    id.text_ = std::string(text);
    return id;
  }
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

struct PartyTag {
  static constexpr std::string_view kName = "party_id";
};
struct WorkTag {
  static constexpr std::string_view kName = "work_id";
};
struct RecordingTag {
  static constexpr std::string_view kName = "recording_id";
};
struct ShareSetTag {
  static constexpr std::string_view kName = "share_set_id";
};
struct RateCardTag {
  static constexpr std::string_view kName = "rate_id";
};

using PartyId = Id<PartyTag>;
using WorkId = Id<WorkTag>;
using RecordingId = Id<RecordingTag>;
using ShareSetId = Id<ShareSetTag>;
using RateCardId = Id<RateCardTag>;

}  // namespace ledgerline

template <typename Tag>
struct std::hash<ledgerline::Id<Tag>> {
  size_t operator()(const ledgerline::Id<Tag>& id) const { return std::hash<std::string>()(id.text()); }
};

#endif  // LEDGERLINE_SCHEMAS_IDS_H_
