#include "inference/covers/composer.h"

#include <algorithm>
#include <charconv>

#include "inference/tokens/positions.h"

namespace ledgerline::covers {
namespace {

using namespace tokens;  // NOLINT: rows and columns

// Composes one bar after another on one decoder.
class Session {
 public:
  Session(model::Decoder* decoder, const Piece& plan, const GrammarRules& rules, const ComposerSettings& settings,
          uint64_t seed, uint64_t stream)
      : decoder_(*decoder), rules_(rules), settings_(settings), random_(seed, stream) {
    composition_.piece = plan;
    decoder_.Reset();
  }

  Status ComposeBar(size_t k) {
    Piece& piece = composition_.piece;
    PieceBar& bar = piece.bars[k];
    bar.events.clear();
    const Hiding hiding;
    BarContext context(piece, k, ResemblingBar(piece, k), hiding);
    const BarGrammar grammar(piece, k, rules_);
    std::vector<Row> rows = {context.BarLead()};
    rows[0][kBarIndex] = 0;
    for (const MelodyNote& note : bar.melody) rows.push_back(context.MelodyLead(note));
    RETURN_IF_ERROR(MakeRoom(k, rows.size() + kRoomForEvents));
    RETURN_IF_ERROR(Read(rows, {MakeBarRow(piece, k, hiding)}, {0}));
    Row row = rows.back();
    int after = -1;  // onsets up to here were given up: no pitch was left for them
    for (;;) {
      context.FillOnset(&row);
      ASSIGN_OR_RETURN(const int onset,
                       Draw(decoder_.Onset(row), grammar.OnsetBias(context.events(), after), settings_.onset));
      if (onset == kEndOfBar || onset < 0) break;
      context.FillRole(&row, onset);
      row[kTargetOnset] = static_cast<int16_t>(onset);
      ASSIGN_OR_RETURN(const int role,
                       Draw(decoder_.Role(row), grammar.RoleBias(context.events(), onset), settings_.role));
      if (role < 0) {
        after = onset;
        continue;
      }
      context.FillPitch(&row, onset, role);
      row[kTargetRole] = static_cast<int16_t>(role);
      const int last = LastOfRole(k, context.events(), onset, role);
      ASSIGN_OR_RETURN(const int pitch, Draw(decoder_.Pitch(row),
                                             grammar.PitchBias(context.events(), onset, role, last), settings_.pitch));
      if (pitch < 0) {
        after = onset;
        continue;
      }
      context.FillDuration(&row, onset, role, pitch);
      row[kTargetPitch] = static_cast<int16_t>(pitch);
      ASSIGN_OR_RETURN(
          const int duration,
          Draw(decoder_.Duration(row), grammar.DurationBias(context.events(), onset, role), settings_.duration));
      const Event event{onset, role, pitch, duration};
      context.Append(event);
      ++events_;
      row = context.EventLead(event);
      if (decoder_.length() == decoder_.config().context) {
        // A bar beyond all bounds: what stands is kept, and the next bar starts on a rebuilt cache.
        break;
      }
      RETURN_IF_ERROR(Read({row}, {}, {}));
    }
    bar.events = context.events();
    return Status::Ok();
  }

  Composition Finish() && {
    composition_.nats_per_note = nats_ / static_cast<double>(std::max<int64_t>(events_, 1));
    return std::move(composition_);
  }

 private:
  static constexpr size_t kRoomForEvents = 64;

  Result<int> Draw(const Result<std::span<const float>>& logits, const std::vector<float>& bias,
                   const model::SamplingRule& rule) {
    if (!logits.ok()) return logits.status();
    const model::Sampled sampled = model::Sample(*logits, bias, rule, &random_);
    nats_ += sampled.nats;
    return sampled.symbol;
  }

  Status Read(const std::vector<Row>& rows, const std::vector<BarRow>& bars, const std::vector<int64_t>& places) {
    composition_.rows += static_cast<int64_t>(rows.size());
    return decoder_.Read(rows, bars, places);
  }

  // Rebuilds the cache from whole recent bars when `needed` rows do not fit.
  Status MakeRoom(size_t bar, size_t needed) {
    if (static_cast<size_t>(decoder_.length()) + needed <= static_cast<size_t>(decoder_.config().context)) {
      return Status::Ok();
    }
    decoder_.Reset();
    Sequence recent;
    Piece past = composition_.piece;  // only the bars before this one hold events
    past.bars.resize(bar);
    for (size_t first = bar; first-- > 0;) {
      Sequence longer = EncodeBars(past, first, 100'000, {});
      if (longer.rows.size() > static_cast<size_t>(settings_.rebuild_rows)) break;
      // The bar table speaks of the piece's end: it must be the whole piece's.
      for (size_t i = 0; i < longer.bars.size(); ++i) longer.bars[i] = MakeBarRow(composition_.piece, first + i, {});
      recent = std::move(longer);
    }
    std::vector<int64_t> places;
    for (size_t i = 0; i < recent.rows.size(); ++i) {
      if (recent.rows[i][kBarIndex] >= 0) places.push_back(static_cast<int64_t>(i));
    }
    return Read(recent.rows, recent.bars, places);
  }

  // The lowest pitch of the role's last attack before `onset`, looking back four bars.
  int LastOfRole(size_t bar, const std::vector<Event>& events, int onset, int role) const {
    for (size_t i = events.size(); i-- > 0;) {
      if (events[i].role == role && events[i].onset < onset) return events[i].pitch;
    }
    for (size_t back = 1; back <= 4 && back <= bar; ++back) {
      const std::vector<Event>& earlier = composition_.piece.bars[bar - back].events;
      for (size_t i = earlier.size(); i-- > 0;) {
        if (earlier[i].role == role) return earlier[i].pitch;
      }
    }
    return kNoPitch;
  }

  model::Decoder& decoder_;
  GrammarRules rules_;
  ComposerSettings settings_;
  model::CounterRandom random_;
  Composition composition_;
  double nats_ = 0;
  int64_t events_ = 0;
};

}  // namespace

std::map<std::string, std::string> ComposerSettings::ToParameters() const {
  std::map<std::string, std::string> parameters;
  auto put = [&](const std::string& name, const model::SamplingRule& rule) {
    parameters[name + "_temperature_permille"] = std::to_string(static_cast<int>(rule.temperature * 1000 + 0.5));
    parameters[name + "_top_p_ppm"] = std::to_string(rule.top_p_ppm);
  };
  put("onset", onset);
  put("role", role);
  put("pitch", pitch);
  put("duration", duration);
  parameters["rebuild_rows"] = std::to_string(rebuild_rows);
  return parameters;
}

Result<ComposerSettings> ComposerSettings::FromParameters(const std::map<std::string, std::string>& parameters) {
  auto number = [&](const std::string& name, int lowest, int highest) -> Result<int> {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return InvalidArgument("the record states no " + name);
    const std::string& text = found->second;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      return InvalidArgument(name + " is not a whole number: \"" + text.substr(0, 40) + "\"");
    }
    if (value < lowest || value > highest) {
      return OutOfRange(name + " " + std::to_string(value) + " is outside " + std::to_string(lowest) + " to " +
                        std::to_string(highest));
    }
    return value;
  };
  ComposerSettings settings;
  for (const auto& [name, rule] : {std::pair("onset", &settings.onset), std::pair("role", &settings.role),
                                   std::pair("pitch", &settings.pitch), std::pair("duration", &settings.duration)}) {
    ASSIGN_OR_RETURN(const int permille, number(std::string(name) + "_temperature_permille", 1, 10'000));
    rule->temperature = permille / 1000.0;
    ASSIGN_OR_RETURN(rule->top_p_ppm, number(std::string(name) + "_top_p_ppm", 1, 1'000'000));
  }
  ASSIGN_OR_RETURN(settings.rebuild_rows, number("rebuild_rows", 1, 8192));
  return settings;
}

Result<Composition> Compose(model::Decoder* decoder, const Piece& plan, const GrammarRules& rules,
                            const ComposerSettings& settings, uint64_t seed, uint64_t stream,
                            const std::function<void(int)>& progress) {
  Session session(decoder, plan, rules, settings, seed, stream);
  for (size_t k = 0; k < plan.bars.size(); ++k) {
    RETURN_IF_ERROR(session.ComposeBar(k));
    if (progress) progress(static_cast<int>(k) + 1);
  }
  return std::move(session).Finish();
}

}  // namespace ledgerline::covers
