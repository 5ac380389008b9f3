#include "inference/covers/remix_source.h"

#include <algorithm>

#include "inference/covers/cover_score.h"
#include "inference/covers/kept_accompaniment.h"
#include "inference/covers/remix_material.h"
#include "inference/music/key.h"
#include "inference/music/melody.h"

namespace ledgerline::covers {
namespace {

using tokens::Piece;
using tokens::PieceBar;

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

}  // namespace

Result<RemixSource> PrepareSource(const music::Score& source, const RemixPlan& plan, const StyleTraits& style,
                                  const TextureCounts& textures, int64_t melody_tenths, uint64_t seed) {
  RemixSource material;
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

Result<Stretch> Resolve(const FormItem& item, const RemixSource& source) {
  const size_t bars = source.piece.bars.size();
  if (item.section.empty()) {
    const auto offset = static_cast<size_t>(source.plan.first_bar);
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
  for (const music::Section& section : source.form.sections) {
    if (section.Name() == item.section) return Stretch{section.first_bar, section.end_bar, false};
    if (section.Name() == base && nearest == nullptr) nearest = &section;
  }
  if (nearest != nullptr) return Stretch{nearest->first_bar, nearest->end_bar, true};
  return InvalidArgument("section \"" + item.section + "\": the song has " + source.form.ToString());
}

std::vector<FormItem> WholeSong(const RemixSource& source, int number) {
  FormItem item;
  item.source = number;
  item.first_bar = source.plan.first_bar + 1;
  item.last_bar = source.plan.first_bar + static_cast<int>(source.piece.bars.size());
  return {item};
}

std::vector<FormItem> Alternating(const std::vector<RemixSource>& sources) {
  std::vector<FormItem> form;
  const size_t most = std::max(sources[0].form.sections.size(), sources[1].form.sections.size());
  for (size_t i = 0; i < most && form.size() + 2 <= kMaxPlanSections; ++i) {
    for (int s = 0; s < 2; ++s) {
      const RemixSource& source = sources[static_cast<size_t>(s)];
      if (i >= source.form.sections.size()) continue;
      FormItem item;
      item.source = s + 1;
      item.first_bar = source.plan.first_bar + static_cast<int>(source.form.sections[i].first_bar) + 1;
      item.last_bar = source.plan.first_bar + static_cast<int>(source.form.sections[i].end_bar);
      form.push_back(item);
    }
  }
  return form;
}

}  // namespace ledgerline::covers
