#include "inference/covers/remix_builder.h"

#include <algorithm>
#include <set>

#include "inference/covers/cover_score.h"
#include "inference/covers/kept_accompaniment.h"
#include "inference/covers/melody_variation.h"
#include "inference/covers/perform.h"
#include "inference/covers/plan.h"
#include "inference/covers/remix_material.h"
#include "inference/music/general_midi.h"
#include "inference/music/key.h"
#include "inference/music/melody.h"
#include "inference/music/sections.h"

namespace ledgerline::covers {
namespace {

using tokens::MelodyNote;
using tokens::Piece;
using tokens::PieceBar;

// One source, planned in the style.
struct Material {
  CoverPlan plan;
  Piece piece;  // moved to the first source's key
  Piece kept;   // the same bars with the source's own accompaniment, where that was asked for
  music::Form form;
  int tonic = 0;
  bool minor = false;
};

// Where a bar of the result comes from.
struct Origin {
  size_t item = 0;
  int source = 0;        // of the melody, from 0
  size_t bar = 0;        // of that source's piece
  int chord_source = 0;  // of the chords
  size_t chord_bar = 0;
};

std::string Bars(size_t count) { return std::to_string(count) + (count == 1 ? " bar" : " bars"); }

std::vector<music::ChordSpan> SpansOf(const Piece& piece) {
  std::vector<music::ChordSpan> spans;
  int64_t start = 0;
  for (const PieceBar& bar : piece.bars) {
    for (int slot = 0; slot < bar.Slots(); ++slot) {
      const int chord = bar.chords[static_cast<size_t>(slot)];
      music::ChordSpan span;
      span.start = start + slot * bar.beat;
      span.end = slot + 1 == bar.Slots() ? start + bar.length : start + (slot + 1) * bar.beat;
      span.root = tokens::ChordRoot(chord);
      span.quality =
          tokens::ChordQuality(chord) == tokens::kMinor ? music::ChordQuality::kMinor : music::ChordQuality::kMajor;
      span.pitch_class_mask = static_cast<uint16_t>(tokens::ChordMask(chord));
      spans.push_back(span);
    }
    start += bar.length;
  }
  return spans;
}

music::Form FormOf(const Piece& piece, const StyleTraits& style) {
  const music::Score score = ToScore(piece, 500'000, style, "");
  std::vector<music::Bar> bars;
  int64_t start = 0;
  for (const PieceBar& bar : piece.bars) {
    bars.push_back({start, start + bar.length, {start, bar.numerator, bar.denominator}});
    start += bar.length;
  }
  music::Melody melody;
  melody.part = 0;
  melody.notes = MelodyOf(piece);
  return music::FindForm(score, bars, melody, SpansOf(piece));
}

Result<Material> Prepare(const music::Score& source, const RemixPlan& plan, const StyleTraits& style,
                         const TextureCounts& textures, int64_t melody_tenths, uint64_t seed) {
  Material material;
  StyleTraits traits = style;
  music::Score score = source;
  if (plan.metre == 3) traits.triple = true;
  if (plan.metre == 4) {
    if (style.triple) {
      return FailedPrecondition("metre 4/4: " + std::string(style.name) + " is a dance in three; choose another style");
    }
    ASSIGN_OR_RETURN(score, InFour(source));
  }
  if (plan.harmonise) {
    const music::Melody melody = music::FindMelody(score);
    if (melody.part < 0) return InvalidArgument("the song has no pitched notes, so it has no melody");
    music::Part lead = score.parts[static_cast<size_t>(melody.part)];
    lead.notes = melody.notes;
    score.parts = {lead};
    score.markers.clear();
  }
  ASSIGN_OR_RETURN(material.plan, PlanCover(score, traits, textures, melody_tenths, seed));
  material.piece = material.plan.conditioning.piece;
  material.form = FormOf(material.piece, style);
  const music::KeyEstimate key = music::EstimateKey(score.Quantised());
  material.tonic = key.tonic_pitch_class;
  material.minor = key.minor;
  if (plan.infill_first != 0 || plan.continue_bars != 0) {
    ASSIGN_OR_RETURN(material.kept, KeepAccompaniment(score, material.plan, style));
  }
  return material;
}

// Bars [first, last) of the source's piece; `varied` where a prime was asked for that the song does not have.
struct Stretch {
  size_t first = 0, last = 0;
  bool varied = false;
};

Result<Stretch> Resolve(const FormItem& item, const Material& material) {
  const size_t bars = material.piece.bars.size();
  if (item.section.empty()) {
    const auto offset = static_cast<size_t>(material.plan.first_bar);
    if (static_cast<size_t>(item.last_bar) > bars + offset || static_cast<size_t>(item.first_bar) <= offset) {
      return InvalidArgument("bars " + std::to_string(item.first_bar) + "-" + std::to_string(item.last_bar) +
                             " are outside the song's " + std::to_string(offset + 1) + "-" +
                             std::to_string(bars + offset));
    }
    return Stretch{static_cast<size_t>(item.first_bar) - 1 - offset, static_cast<size_t>(item.last_bar) - offset,
                   false};
  }
  const std::string base = item.section.substr(0, item.section.find('\''));
  const music::Section* nearest = nullptr;
  for (const music::Section& section : material.form.sections) {
    if (section.Name() == item.section) return Stretch{section.first_bar, section.end_bar, false};
    if (section.Name() == base && nearest == nullptr) nearest = &section;
  }
  if (nearest != nullptr) return Stretch{nearest->first_bar, nearest->end_bar, true};
  return InvalidArgument("section \"" + item.section + "\": the song has " + material.form.ToString());
}

std::vector<FormItem> WholeSong(const Material& material, int source) {
  FormItem item;
  item.source = source;
  item.first_bar = material.plan.first_bar + 1;
  item.last_bar = material.plan.first_bar + static_cast<int>(material.piece.bars.size());
  return {item};
}

// Sections of both in turn, the first song's first.
std::vector<FormItem> Alternating(const std::vector<Material>& materials) {
  std::vector<FormItem> form;
  const size_t most = std::max(materials[0].form.sections.size(), materials[1].form.sections.size());
  for (size_t i = 0; i < most && form.size() + 2 <= kMaxPlanSections; ++i) {
    for (int s = 0; s < 2; ++s) {
      const Material& material = materials[static_cast<size_t>(s)];
      if (i >= material.form.sections.size()) continue;
      FormItem item;
      item.source = s + 1;
      item.first_bar = material.plan.first_bar + static_cast<int>(material.form.sections[i].first_bar) + 1;
      item.last_bar = material.plan.first_bar + static_cast<int>(material.form.sections[i].end_bar);
      form.push_back(item);
    }
  }
  return form;
}

// A note that is tied to what no longer stands before it is struck.
void UntieSeams(Piece* piece) {
  for (size_t k = 0; k < piece->bars.size(); ++k) {
    std::vector<MelodyNote>& melody = piece->bars[k].melody;
    if (melody.empty() || !melody[0].tied) continue;
    const std::vector<MelodyNote>* before = k == 0 ? nullptr : &piece->bars[k - 1].melody;
    const bool goes_on = before != nullptr && !before->empty() && before->back().pitch == melody[0].pitch &&
                         before->back().onset + before->back().duration == piece->bars[k - 1].length;
    if (!goes_on) melody[0].tied = false;
  }
}

// A pickup inside the form moves into the end of the bar before it. What is struck there leads to a bar that does not
// follow, and gives way.
bool JoinPickup(const PieceBar& pickup, PieceBar* before) {
  const int from = before->length - pickup.length;
  if (from <= 0) return false;
  std::erase_if(before->melody, [from](const MelodyNote& note) { return note.onset >= from; });
  for (MelodyNote& note : before->melody) note.duration = std::min(note.duration, from - note.onset);
  for (MelodyNote note : pickup.melody) {
    note.onset += from;
    before->melody.push_back(note);
  }
  return true;
}

class Builder {
 public:
  Builder(const RemixPlan& plan, const StyleTraits& style, uint64_t seed, const MelodyVarier& varier)
      : plan_(plan), style_(style), seed_(seed), varier_(varier) {}

  Result<BuiltRemix> Build(std::vector<Material> materials, const Hash256& drum_model) {
    materials_ = std::move(materials);
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
    RETURN_IF_ERROR(ChooseInstruments());
    ChooseTempo();
    ChooseDrums(drum_model);
    CountUsage();
    built_.blob.conditioning = materials_[0].plan.conditioning;
    built_.blob.conditioning.quarter_us = 60'000'000 / first_bpm_;
    built_.blob.conditioning.piece = std::move(piece_);
    built_.blob.directions.plan = FormatRemixPlan(plan_);
    return std::move(built_);
  }

 private:
  Status MatchSources() {
    for (const Material& material : materials_) {
      const std::string number = std::to_string(&material - materials_.data() + 1);
      built_.choices["form.source" + number] = material.form.ToString();
      built_.choices["metre.source" + number] = material.plan.choices.at("metre");
      built_.choices["chords.source" + number] = material.plan.choices.at("chords");
    }
    if (materials_.size() < 2) {
      if (plan_.mash_up != MashUp::kNone) return InvalidArgument("mash-up: it takes two songs, and there is one");
      return Status::Ok();
    }
    const int shift = KeyMatch(materials_[0].piece, materials_[1].piece);
    materials_[1].piece = InKey(materials_[1].piece, shift, style_.lead_lowest, style_.lead_highest);
    built_.choices["mash_up.shift_semitones"] = std::to_string(shift);
    return Status::Ok();
  }

  Status Assemble() {
    items_ = plan_.form;
    if (items_.empty()) {
      items_ = plan_.mash_up == MashUp::kAlternate ? Alternating(materials_) : WholeSong(materials_[0], 1);
    }
    const Piece& first = materials_[0].piece;
    piece_ = first;
    piece_.bars.clear();
    for (size_t i = 0; i < items_.size(); ++i) {
      const FormItem& item = items_[i];
      if (static_cast<size_t>(item.source) > materials_.size()) {
        return InvalidArgument("form: source " + std::to_string(item.source) + " of " +
                               std::to_string(materials_.size()));
      }
      const Material& material = materials_[static_cast<size_t>(item.source - 1)];
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
    const Piece& from = materials_[static_cast<size_t>(origin.source)].piece;
    PieceBar bar = from.bars[origin.bar];
    if (plan_.mash_up == MashUp::kOverlay) {
      const Piece& chords = materials_[1].piece;
      if (!offset_) offset_ = OverlayOffset(materials_[0].piece, chords);
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
    const Material& material = materials_[0];
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
      const Piece& own = materials_[static_cast<size_t>(origins_[k].source)].kept;
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
    const Material& material = materials_[0];
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

  Status ChooseInstruments() {
    Directions& directions = built_.blob.directions;
    for (const auto& [part, program] : plan_.instruments) {
      if (part == "lead") {
        directions.lead_program = program;
        const music::PitchRange range = music::RangeOfProgram(program);
        // The melody as a whole must lie in the instrument's range, an octave or two off if need be.
        std::optional<int> fits;
        for (const int octave : {0, 12, -12, 24, -24}) {
          bool inside = true;
          for (const PieceBar& bar : piece_.bars) {
            for (const MelodyNote& note : bar.melody) {
              inside &= note.pitch + octave >= range.lowest && note.pitch + octave <= range.highest;
            }
          }
          if (inside) {
            fits = octave;
            break;
          }
        }
        if (!fits) {
          return FailedPrecondition("instruments: the melody does not fit " + std::string(music::ProgramName(program)) +
                                    ", MIDI pitches " + std::to_string(range.lowest) + " to " +
                                    std::to_string(range.highest) + ", in any octave");
        }
        for (PieceBar& bar : piece_.bars) {
          for (MelodyNote& note : bar.melody) note.pitch += *fits;
        }
        continue;
      }
      bool found = false;
      for (int role = 0; role < tokens::kRoles; ++role) {
        if (PlanPartName(role) != part || !(style_.roles >> role & 1)) continue;
        directions.programs[static_cast<size_t>(role)] = program;
        found = true;
      }
      if (!found) {
        std::string parts = "lead";
        for (int role = 0; role < tokens::kRoles; ++role) {
          if (style_.roles >> role & 1) parts += ", " + std::string(PlanPartName(role));
        }
        return InvalidArgument("instruments: " + std::string(style_.name) + " has no part " + part + "; it has " +
                               parts);
      }
    }
    return Status::Ok();
  }

  void ChooseTempo() {
    const int64_t own = 60'000'000 / materials_[0].plan.conditioning.quarter_us;
    int64_t bpm = plan_.tempo_bpm ? *plan_.tempo_bpm : own;
    if (!plan_.tempo_bpm) {
      const int per_cent = plan_.mood == Mood::kCalm     ? 85
                           : plan_.mood == Mood::kLively ? 115
                           : plan_.mood == Mood::kDark   ? 90
                           : plan_.mood == Mood::kBright ? 105
                                                         : 100;
      bpm = std::clamp<int64_t>(bpm * per_cent / 100, 20, 300);
    }
    first_bpm_ = bpm;
    const auto bars = static_cast<int64_t>(piece_.bars.size());
    int64_t last = 0;
    std::vector<TempoMark>& marks = built_.blob.directions.tempos;
    for (int64_t k = 0; k < bars; ++k) {
      int64_t now = bpm;
      if (plan_.tempo_end_bpm && bars > 1) now = bpm + (*plan_.tempo_end_bpm - bpm) * k / (bars - 1);
      const FormItem& item = items_[origins_[static_cast<size_t>(k)].item];
      if (item.tempo_bpm) now = *item.tempo_bpm;
      if (k == 0) first_bpm_ = now;
      if (now != last && k > 0) marks.push_back({static_cast<int>(k), 60'000'000 / now});
      last = now;
    }
    built_.choices["tempo_bpm"] = std::to_string(first_bpm_);
  }

  void ChooseDrums(const Hash256& drum_model) {
    bool any = false;
    std::vector<DrumDirection> drums;
    const size_t bars = piece_.bars.size();
    int phrase = 0;
    for (size_t k = 0; k < bars; ++k) {
      const FormItem& item = items_[origins_[k].item];
      const bool begins = k == 0 || origins_[k].item != origins_[k - 1].item ||
                          origins_[k].bar <= origins_[k - 1].bar || SectionBegins(k);
      phrase = begins ? 0 : phrase + 1;
      DrumDirection drum;
      const std::optional<DrumWish>& wish = item.drums ? item.drums : plan_.drums;
      if (wish && wish->style >= 0) {
        drum.style = wish->style;
        drum.level = wish->level;
        any = true;
      }
      drum.phrase = phrase % 256;
      drums.push_back(drum);
      if (begins && k > 0) drums[k - 1].fill = drums[k - 1].style != kNoDrums;
    }
    if (!any) return;
    drums.back().fill = false;
    drums.back().ending = true;
    built_.blob.directions.drums = std::move(drums);
    built_.blob.directions.drum_model = drum_model;
  }

  // Whether a section of the source begins at bar `k`, four bars or more after the one before.
  bool SectionBegins(size_t k) const {
    const music::Form& form = materials_[static_cast<size_t>(origins_[k].source)].form;
    const music::Section* section = form.At(origins_[k].bar);
    return section != nullptr && section->first_bar == origins_[k].bar && section->end_bar - section->first_bar >= 4;
  }

  void CountUsage() {
    const size_t sources = materials_.size();
    built_.usage.resize(sources);
    std::vector<std::set<size_t>> different(sources);
    std::vector<int64_t> halves(sources, 0);
    int64_t notes = 0;
    for (size_t k = 0; k < origins_.size(); ++k) {
      const auto melody = static_cast<size_t>(origins_[k].source),
                 chords = static_cast<size_t>(origins_[k].chord_source);
      different[melody].insert(origins_[k].bar);
      different[chords].insert(origins_[k].chord_bar);
      ++halves[melody];
      ++halves[chords];
      ++built_.usage[melody].result_bars;
      if (chords != melody) ++built_.usage[chords].result_bars;
      for (const MelodyNote& note : piece_.bars[k].melody) {
        built_.usage[melody].notes_used += !note.tied;
        notes += !note.tied;
      }
    }
    int64_t left = 1'000'000;
    for (size_t s = 0; s < sources; ++s) {
      SourceUsage& usage = built_.usage[s];
      usage.song_bars = static_cast<int>(materials_[s].piece.bars.size()) + materials_[s].plan.first_bar;
      usage.bars_used = static_cast<int>(different[s].size());
      usage.bars_ppm = halves[s] * 1'000'000 / static_cast<int64_t>(2 * origins_.size());
      usage.notes_ppm = notes == 0 ? 0 : usage.notes_used * int64_t{1'000'000} / notes;
      // Half by bars, half by notes; what rounding leaves goes to the first source.
      usage.weight_ppm = (halves[s] * 500'000 / static_cast<int64_t>(2 * origins_.size())) +
                         (notes == 0 ? 0 : usage.notes_used * int64_t{500'000} / notes);
      left -= usage.weight_ppm;
    }
    built_.usage[0].weight_ppm += left;
  }

  const RemixPlan& plan_;
  const StyleTraits& style_;
  uint64_t seed_;
  const MelodyVarier& varier_;
  std::vector<Material> materials_;
  std::vector<FormItem> items_;
  std::vector<bool> varied_;  // by item
  Piece piece_;
  std::vector<Origin> origins_;
  std::optional<size_t> offset_;
  size_t kept_bars_ = 0;  // before what is continued
  int64_t first_bpm_ = 120;
  BuiltRemix built_;
};

}  // namespace

Result<BuiltRemix> BuildRemix(const RemixPlan& plan, const std::vector<music::Score>& sources, const StyleTraits& style,
                              const TextureCounts& textures, int64_t melody_tenths, const Hash256& drum_model,
                              uint64_t seed, const MelodyVarier& varier) {
  if (sources.empty() || sources.size() > static_cast<size_t>(kMaxSources)) {
    return InvalidArgument("a remix has one source or two, not " + std::to_string(sources.size()));
  }
  std::vector<Material> materials;
  for (size_t s = 0; s < sources.size(); ++s) {
    Result<Material> material = Prepare(sources[s], plan, style, textures, melody_tenths, seed);
    if (!material.ok()) return material.status().WithContext("source " + std::to_string(s + 1));
    materials.push_back(std::move(material).value());
  }
  return Builder(plan, style, seed, varier).Build(std::move(materials), drum_model);
}

}  // namespace ledgerline::covers
