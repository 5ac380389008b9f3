#include "inference/covers/remix_builder.h"

#include <algorithm>
#include <optional>

#include "inference/covers/remix_directions.h"
#include "inference/covers/remix_joins.h"
#include "inference/covers/remix_material.h"
#include "inference/covers/remix_source.h"
#include "inference/music/key.h"

namespace ledgerline::covers {
namespace {

using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

std::string Bars(size_t count) { return std::to_string(count) + (count == 1 ? " bar" : " bars"); }

class Builder {
 public:
  Builder(const RemixPlan& plan, const StyleTraits& style, uint64_t seed, const MelodyVarier& varier)
      : plan_(plan), style_(style), seed_(seed), varier_(varier) {}

  Result<BuiltRemix> Build(std::vector<RemixSource> sources, const Hash256& drum_model) {
    sources_ = std::move(sources);
    RETURN_IF_ERROR(MatchSources());
    RETURN_IF_ERROR(Assemble());
    RETURN_IF_ERROR(Lengthen());
    UntieSeams(&piece_);
    const Piece locked = piece_;
    RETURN_IF_ERROR(Vary());
    built_.melody_accuracy_permille = MelodyAccuracyPermille(piece_, locked);
    RETURN_IF_ERROR(Continue());
    ChooseTextures();
    RETURN_IF_ERROR(KeepBars());
    ChooseKey();
    RETURN_IF_ERROR(ChooseInstruments(plan_, style_, &piece_, &built_.blob.directions));
    const int64_t own_bpm = 60'000'000 / sources_[0].plan.conditioning.quarter_us;
    const int64_t first_bpm = ChooseTempo(plan_, items_, origins_, own_bpm, &built_.blob.directions.tempos);
    built_.choices["tempo_bpm"] = std::to_string(first_bpm);
    ChooseDrums(plan_, items_, origins_, sources_, drum_model, &built_.blob.directions);
    built_.usage = CountUsage(piece_, origins_, sources_);
    built_.blob.conditioning = sources_[0].plan.conditioning;
    built_.blob.conditioning.quarter_us = 60'000'000 / first_bpm;
    built_.blob.conditioning.piece = std::move(piece_);
    built_.blob.directions.plan = FormatRemixPlan(plan_);
    return std::move(built_);
  }

 private:
  Status MatchSources() {
    for (const RemixSource& material : sources_) {
      const std::string number = std::to_string(&material - sources_.data() + 1);
      built_.choices["form.source" + number] = material.form.ToString();
      built_.choices["metre.source" + number] = material.plan.choices.at("metre");
      built_.choices["chords.source" + number] = material.plan.choices.at("chords");
    }
    if (sources_.size() < 2) {
      if (plan_.mash_up != MashUp::kNone) return InvalidArgument("mash-up: it takes two songs, and there is one");
      return Status::Ok();
    }
    const int shift = KeyMatch(sources_[0].piece, sources_[1].piece);
    sources_[1].piece = InKey(sources_[1].piece, shift, style_.lead_lowest, style_.lead_highest);
    built_.choices["mash_up.shift_semitones"] = std::to_string(shift);
    return Status::Ok();
  }

  Status Assemble() {
    items_ = plan_.form;
    if (items_.empty()) {
      items_ = plan_.mash_up == MashUp::kAlternate ? Alternating(sources_) : WholeSong(sources_[0], 1);
    }
    const Piece& first = sources_[0].piece;
    piece_ = first;
    piece_.bars.clear();
    for (size_t i = 0; i < items_.size(); ++i) {
      const FormItem& item = items_[i];
      if (static_cast<size_t>(item.source) > sources_.size()) {
        return InvalidArgument("form: source " + std::to_string(item.source) + " of " +
                               std::to_string(sources_.size()));
      }
      const RemixSource& material = sources_[static_cast<size_t>(item.source - 1)];
      const Result<Stretch> stretch = Resolve(item, material);
      if (!stretch.ok()) return stretch.status().WithContext("form");
      varied_.push_back(stretch->varied);
      for (size_t k = stretch->first; k < stretch->last; ++k) {
        RETURN_IF_ERROR(AppendBar({i, item.source - 1, k, item.source - 1, k}));
      }
    }
    return Status::Ok();
  }

  Status AppendBar(Origin origin) {
    const Piece& from = sources_[static_cast<size_t>(origin.source)].piece;
    PieceBar bar = from.bars[origin.bar];
    if (plan_.mash_up == MashUp::kOverlay) {
      const Piece& chords = sources_[1].piece;
      if (!offset_) offset_ = OverlayOffset(sources_[0].piece, chords);
      if (origin.source == 0) {
        origin.chord_source = 1;
        origin.chord_bar = (origin.bar + *offset_) % chords.bars.size();
        const PieceBar& other = chords.bars[origin.chord_bar];
        if (other.length == bar.length) {
          bar.chords = other.chords;
        } else if (other.length > bar.length || bar.length > 192) {
          origin.chord_source = 0;  // a pickup keeps its own chords
          origin.chord_bar = origin.bar;
        } else {
          return FailedPrecondition("mash-up overlay: bars of " + std::to_string(bar.length) + " and " +
                                    std::to_string(other.length) + " ticks do not meet; give --metre 3/4 or 4/4");
        }
      }
    }
    const bool pickup = origin.bar == 0 && from.bars.size() > 1 && bar.length < from.bars[1].length;
    if (pickup && !piece_.bars.empty() && JoinPickup(bar, &piece_.bars.back())) return Status::Ok();
    if (piece_.bars.size() == static_cast<size_t>(kMaxCoverBars)) {
      return OutOfRange("the remix has more than " + std::to_string(kMaxCoverBars) + " bars");
    }
    piece_.bars.push_back(std::move(bar));
    origins_.push_back(origin);
    return Status::Ok();
  }

  // To the length that was asked for: the form again from its beginning, or cut.
  Status Lengthen() {
    if (piece_.bars.empty()) return InvalidArgument("the form has no bars");
    if (plan_.bars == 0) return Status::Ok();
    const size_t whole = origins_.size();
    for (size_t k = 0; piece_.bars.size() < static_cast<size_t>(plan_.bars); ++k) {
      RETURN_IF_ERROR(AppendBar(origins_[k % whole]));
    }
    piece_.bars.resize(static_cast<size_t>(plan_.bars));
    origins_.resize(static_cast<size_t>(plan_.bars));
    return Status::Ok();
  }

  Status Vary() {
    std::vector<FreeStretch> stretches;
    for (size_t k = 0; k < origins_.size();) {
      size_t end = k + 1;
      while (end < origins_.size() && origins_[end].item == origins_[k].item &&
             origins_[end].bar > origins_[end - 1].bar) {
        ++end;
      }
      const int freedom = std::max(plan_.freedom, varied_[origins_[k].item] ? 80 : 0);
      if (freedom > 0) stretches.push_back({k, end, freedom});
      k = end;
    }
    if (stretches.empty()) return Status::Ok();
    if (varier_) return varier_(stretches, &piece_);
    for (const FreeStretch& stretch : stretches) {
      VaryMelody(&piece_, stretch.first, stretch.last, stretch.freedom, seed_);
    }
    return Status::Ok();
  }

  // The song's first bars again, varied, over their chords, with a close on the tonic.
  Status Continue() {
    if (plan_.continue_bars == 0) return Status::Ok();
    kept_bars_ = piece_.bars.size();
    built_.continued_from = static_cast<int>(kept_bars_);
    const size_t whole = origins_.size();
    const size_t skip = whole > 1 && piece_.bars[0].length < piece_.bars[1].length ? 1 : 0;
    for (int k = 0; k < plan_.continue_bars; ++k) {
      RETURN_IF_ERROR(AppendBar(origins_[skip + static_cast<size_t>(k) % (whole - skip)]));
    }
    UntieSeams(&piece_);
    VaryMelody(&piece_, kept_bars_, piece_.bars.size(), 100, seed_);
    const RemixSource& material = sources_[0];
    PieceBar& last = piece_.bars.back();
    const int before = last.melody.empty() ? 67 : last.melody[0].pitch;
    int pitch = before - (before - material.tonic + 120) % 12;
    if (before - pitch > 6) pitch += 12;
    last.melody = {{0, pitch, last.length, false}};
    last.chords.fill(tokens::ChordSymbolOf(material.tonic, material.minor ? tokens::kMinor : tokens::kMajor));
    return Status::Ok();
  }

  void ChooseTextures() {
    const int lean = plan_.mood == Mood::kCalm ? -1 : plan_.mood == Mood::kLively ? 1 : 0;
    for (size_t k = 0; k < piece_.bars.size(); ++k) {
      PieceBar& bar = piece_.bars[k];
      const FormItem& item = items_[origins_[k].item];
      if (bar.density == 0 || bar.density == tokens::kDensityUnknown) continue;
      if (item.density || plan_.density) bar.density = item.density ? *item.density : *plan_.density;
      bar.density = std::clamp(bar.density + (item.density ? 0 : lean), 1, 7);
    }
    PieceBar& last = piece_.bars.back();
    if (piece_.bars.size() > 1 && last.density != tokens::kDensityUnknown) {
      const double notes = static_cast<double>(last.melody.size()) * 24.0 / last.length;
      last.density = std::clamp(tokens::DensityClass(notes), 1, std::max(1, last.density));
      last.polyphony = std::max(last.polyphony, 3);
    }
  }

  Status KeepBars() {
    if (plan_.infill_first == 0 && plan_.continue_bars == 0) return Status::Ok();
    const size_t bars = piece_.bars.size();
    if (plan_.infill_last > static_cast<int>(bars)) {
      return InvalidArgument("infill " + std::to_string(plan_.infill_first) + "-" + std::to_string(plan_.infill_last) +
                             " is beyond the " + Bars(bars) + " of the result");
    }
    std::vector<bool> kept(bars, true);
    if (plan_.continue_bars != 0) {
      std::fill(kept.begin() + static_cast<std::ptrdiff_t>(std::min(kept_bars_, bars)), kept.end(), false);
    }
    for (int k = plan_.infill_first; k != 0 && k <= plan_.infill_last; ++k) kept[static_cast<size_t>(k - 1)] = false;
    for (size_t k = 0; k < bars; ++k) {
      if (!kept[k]) continue;
      const Piece& own = sources_[static_cast<size_t>(origins_[k].source)].kept;
      PieceBar& bar = piece_.bars[k];
      if (own.bars.size() <= origins_[k].bar || own.bars[origins_[k].bar].length != bar.length) {
        return FailedPrecondition("bar " + std::to_string(k + 1) + " of the source cannot be kept as it is");
      }
      bar.events = own.bars[origins_[k].bar].events;
      bar.density = bar.MeasuredDensity();
      bar.polyphony = bar.MeasuredPolyphony();
    }
    // What is composed has the texture of what stands before it, else after it.
    for (size_t k = 0; k < bars; ++k) {
      if (kept[k]) continue;
      size_t like = bars;
      for (size_t j = k; j-- > 0 && like == bars;) like = kept[j] && piece_.bars[j].density > 0 ? j : bars;
      for (size_t j = k + 1; j < bars && like == bars; ++j) like = kept[j] && piece_.bars[j].density > 0 ? j : bars;
      if (like == bars) continue;
      piece_.bars[k].density = piece_.bars[like].density;
      piece_.bars[k].polyphony = std::max(1, piece_.bars[like].polyphony);
    }
    built_.blob.directions.kept = std::move(kept);
    return Status::Ok();
  }

  void ChooseKey() {
    const RemixSource& material = sources_[0];
    int tonic = material.tonic;
    bool minor = material.minor;
    if (plan_.key) minor = plan_.key->minor;
    if (!plan_.key && plan_.mood == Mood::kDark) minor = true;
    if (!plan_.key && plan_.mood == Mood::kBright) minor = false;
    if (minor != material.minor && built_.blob.directions.kept.empty()) piece_ = InMode(piece_, tonic, minor);
    if (plan_.key) {
      const int shift = (plan_.key->tonic - tonic + 18) % 12 - 6;
      piece_ = InKey(piece_, shift, style_.lead_lowest, style_.lead_highest);
      built_.choices["key_shift_semitones"] = std::to_string(shift);
      tonic = plan_.key->tonic;
    }
    music::KeyEstimate key;
    key.tonic_pitch_class = tonic;
    key.minor = minor;
    built_.choices["key"] = music::KeyName(key);
  }

  const RemixPlan& plan_;
  const StyleTraits& style_;
  uint64_t seed_;
  const MelodyVarier& varier_;
  std::vector<RemixSource> sources_;
  std::vector<FormItem> items_;
  std::vector<bool> varied_;  // by item
  Piece piece_;
  std::vector<Origin> origins_;
  std::optional<size_t> offset_;
  size_t kept_bars_ = 0;  // before what is continued
  BuiltRemix built_;
};

}  // namespace

Result<BuiltRemix> BuildRemix(const RemixPlan& plan, const std::vector<music::Score>& sources, const StyleTraits& style,
                              const TextureCounts& textures, int64_t melody_tenths, const Hash256& drum_model,
                              uint64_t seed, const MelodyVarier& varier) {
  if (sources.empty() || sources.size() > static_cast<size_t>(kMaxSources)) {
    return InvalidArgument("a remix has one source or two, not " + std::to_string(sources.size()));
  }
  std::vector<RemixSource> prepared;
  for (size_t s = 0; s < sources.size(); ++s) {
    Result<RemixSource> material = PrepareSource(sources[s], plan, style, textures, melody_tenths, seed);
    if (!material.ok()) return material.status().WithContext("source " + std::to_string(s + 1));
    prepared.push_back(std::move(material).value());
  }
  return Builder(plan, style, seed, varier).Build(std::move(prepared), drum_model);
}

}  // namespace ledgerline::covers
