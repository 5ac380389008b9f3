#include "inference/covers/composer.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "inference/covers/held_notes.h"
#include "inference/tokens/positions.h"

namespace ledgerline::covers {
namespace {

using namespace tokens;  // NOLINT: rows and columns

constexpr float kPitchGuidance = 0.375f;  // of how far the other logits are moved by the style
constexpr float kVariedLean = 0.4f;       // of the lean towards the bar that returns, where it returns varied

// Ends notes where the file will (held_notes.h), so that what is measured and ranked is what is heard; the model reads
// on from what it wrote. A gap that no symbol has is covered by the next longer one.
void CutOverlaps(std::vector<Event>* events) {
  for (size_t i = 0; i < events->size(); ++i) {
    Event& event = (*events)[i];
    if (event.role == kMelodyRole) continue;
    for (size_t j = i + 1; j < events->size(); ++j) {
      const Event& next = (*events)[j];
      if (next.role != event.role || next.onset == event.onset) continue;
      if (!EndsWhere(event.role, event.pitch, next.pitch)) continue;
      const auto gap = std::lower_bound(kDurationTicks.begin(), kDurationTicks.end(), next.onset - event.onset) -
                       kDurationTicks.begin();
      event.duration = std::min(event.duration, static_cast<int>(gap));
      break;
    }
  }
}

// Composes one bar after another on one decoder, step by step, so that several candidates can be served together.
class Session {
 public:
  Session(std::unique_ptr<model::Decoder> decoder, const Piece& plan, const GrammarRules& rules,
          const ComposerSettings& settings, uint64_t seed, uint64_t stream, const std::vector<bool>& kept,
          const std::vector<Return>& returns)
      : decoder_(std::move(decoder)),
        rules_(rules),
        settings_(settings),
        random_(seed, stream),
        kept_(kept),
        returns_(returns) {
    composition_.piece = plan;
    if (settings.style_guidance_permille > 0) unstyled_ = decoder_->Another();
    Reset();
    step_.decoder = decoder_.get();
    unstyled_step_.decoder = unstyled_.get();
    StartBar();
  }
  Session(const Session&) = delete;

  bool done() const { return bar_ == composition_.piece.bars.size(); }
  size_t bars_done() const { return bar_; }
  // What the decoder is to do next, unless done; and what the other one, which is not told the style, does beside it;
  // nullptr when there is none.
  model::Decoder::Step* step() { return &step_; }
  model::Decoder::Step* unstyled_step() { return unstyled_ ? &unstyled_step_ : nullptr; }

  // Takes the answer of step() and makes the next one.
  Status Advance() {
    RETURN_IF_ERROR(step_.status);
    if (unstyled_) RETURN_IF_ERROR(unstyled_step_.status);
    switch (awaited_) {
      case Awaited::kRebuild:
        ReadBar();
        break;
      case Awaited::kRows:
        AskOnset();
        break;
      case Awaited::kOnset:
        TakeOnset();
        break;
      case Awaited::kRole:
        TakeRole();
        break;
      case Awaited::kPitch:
        TakePitch();
        break;
      case Awaited::kDuration:
        TakeDuration();
        break;
    }
    return Status::Ok();
  }

  Composition Finish() && {
    composition_.nats_per_note = nats_ / static_cast<double>(std::max<int64_t>(events_, 1));
    for (size_t k = 0; k < composition_.piece.bars.size(); ++k) {
      if (k >= kept_.size() || !kept_[k]) CutOverlaps(&composition_.piece.bars[k].events);
    }
    return std::move(composition_);
  }

 private:
  enum class Awaited { kRebuild, kRows, kOnset, kRole, kPitch, kDuration };
  static constexpr size_t kRoomForEvents = 64;

  void StartBar() {
    // Kept bars are read together, as far as they fit, when the next bar is composed.
    bool skipped = false;
    for (; bar_ < kept_.size() && kept_[bar_] && !done(); ++bar_) skipped = true;
    if (done()) return;
    Piece& piece = composition_.piece;
    PieceBar& bar = piece.bars[bar_];
    bar.events.clear();
    context_.emplace(piece, bar_, BarToResemble(), hiding_);
    grammar_.emplace(piece, bar_, rules_);
    bar_rows_ = {context_->BarLead()};
    bar_rows_[0][kBarIndex] = 0;
    for (const MelodyNote& note : bar.melody) bar_rows_.push_back(context_->MelodyLead(note));
    if (ReturnsWhole()) {
      for (const Event& event : piece.bars[static_cast<size_t>(returns_[bar_].of)].events) {
        context_->Append(event);
        bar_rows_.push_back(context_->EventLead(event));
      }
    }
    const size_t needed = bar_rows_.size() + kRoomForEvents;
    const bool full =
        static_cast<size_t>(decoder_->length()) + needed > static_cast<size_t>(decoder_->config().context);
    if ((full || skipped) && Rebuild()) return;
    ReadBar();
  }

  bool Leans() const { return bar_ < returns_.size() && returns_[bar_].of >= 0; }
  bool ReturnsWhole() const { return Leans() && returns_[bar_].whole; }

  // A later bar only where its events are kept, and where the model was taught that (vocabulary 2).
  int BarToResemble() const {
    if (Leans()) return returns_[bar_].of;
    if (decoder_->config().roles > kMelodyRole) {
      const int any = ResemblingBar(composition_.piece, bar_, true);
      if (any > static_cast<int>(bar_) && static_cast<size_t>(any) < kept_.size() && kept_[static_cast<size_t>(any)]) {
        return any;
      }
    }
    return ResemblingBar(composition_.piece, bar_);
  }

  void ReadBar() { AskRead(Awaited::kRows, bar_rows_, {MakeBarRow(composition_.piece, bar_, hiding_)}, {0}); }

  void EndBar() {
    composition_.piece.bars[bar_].events = context_->events();
    ++bar_;
    StartBar();
  }

  void AskOnset() {
    if (ReturnsWhole()) return EndBar();
    if (awaited_ == Awaited::kRows && context_->events().empty()) {
      row_ = bar_rows_.back();
      after_ = -1;
    }
    context_->FillOnset(&row_);
    Ask(Awaited::kOnset, model::Field::kOnset);
  }

  void TakeOnset() {
    std::vector<float> bias = grammar_->OnsetBias(context_->events(), after_);
    Lean(kCopyBOnset, &bias);
    onset_ = Draw(bias, settings_.onset);
    if (onset_ == kEndOfBar || onset_ < 0) return EndBar();
    context_->FillRole(&row_, onset_);
    row_[kTargetOnset] = static_cast<int16_t>(onset_);
    Ask(Awaited::kRole, model::Field::kRole);
  }

  void TakeRole() {
    std::vector<float> bias = grammar_->RoleBias(context_->events(), onset_);
    Lean(kCopyBRole, &bias);
    role_ = Draw(bias, settings_.role);
    if (role_ < 0) return GiveOnsetUp();
    context_->FillPitch(&row_, onset_, role_);
    row_[kTargetRole] = static_cast<int16_t>(role_);
    Ask(Awaited::kPitch, model::Field::kPitch);
  }

  void TakePitch() {
    const int last = LastOfRole(bar_, context_->events(), onset_, role_);
    std::vector<float> bias = grammar_->PitchBias(context_->events(), onset_, role_, last);
    Lean(kCopyBMoved, &bias);
    pitch_ = Draw(bias, settings_.pitch);
    if (pitch_ < 0) return GiveOnsetUp();
    context_->FillDuration(&row_, onset_, role_, pitch_);
    row_[kTargetPitch] = static_cast<int16_t>(pitch_);
    Ask(Awaited::kDuration, model::Field::kDuration);
  }

  void TakeDuration() {
    std::vector<float> bias = grammar_->DurationBias(context_->events(), onset_, role_);
    Lean(kCopyBDuration, &bias);
    const int duration = Draw(bias, settings_.duration);
    const Event event{onset_, role_, pitch_, duration};
    context_->Append(event);
    ++events_;
    row_ = context_->EventLead(event);
    // A bar beyond all bounds: what stands is kept, and the next bar starts on a rebuilt cache.
    if (decoder_->length() == decoder_->config().context) return EndBar();
    AskRead(Awaited::kRows, {row_}, {}, {});
  }

  void GiveOnsetUp() {
    after_ = onset_;
    AskOnset();
  }

  void Ask(Awaited awaited, model::Field field) {
    awaited_ = awaited;
    step_.reads = false;
    step_.field = field;
    step_.rows.assign(1, row_);
    HideStyle();
  }

  void Reset() {
    decoder_->Reset();
    if (unstyled_) unstyled_->Reset();
  }

  // The other decoder's step: the same, but for the style.
  void HideStyle() {
    if (!unstyled_) return;
    unstyled_step_.reads = step_.reads;
    unstyled_step_.field = step_.field;
    unstyled_step_.rows = step_.rows;
    unstyled_step_.bars = step_.bars;
    unstyled_step_.places = step_.places;
    for (Row& row : unstyled_step_.rows) row[kStepStyle] = 0;
    for (BarRow& bar : unstyled_step_.bars) bar[kBarStyle] = 0;
  }

  void AskRead(Awaited awaited, std::vector<Row> rows, std::vector<BarRow> bars, std::vector<int64_t> places) {
    awaited_ = awaited;
    composition_.rows += static_cast<int64_t>(rows.size());
    step_.reads = true;
    step_.rows = std::move(rows);
    step_.bars = std::move(bars);
    step_.places = std::move(places);
    HideStyle();
  }

  // Leans towards what the bar that is taken up did at this place: pitches moved with the chord's root.
  void Lean(Column column, std::vector<float>* bias) const {
    if (!Leans()) return;
    const auto choice = static_cast<size_t>(row_[static_cast<size_t>(column)]);
    const float share = returns_[bar_].varied ? kVariedLean : 1.0f;
    if (choice < bias->size()) (*bias)[choice] += share * static_cast<float>(settings_.return_lean_permille) / 1000.0f;
  }

  int Draw(const std::vector<float>& bias, const model::SamplingRule& rule) {
    std::span<const float> logits = step_.logits;
    if (unstyled_) {
      // A style is in its rhythm and texture more than in its pitches, which the chords are to rule.
      const float share = awaited_ == Awaited::kPitch ? kPitchGuidance : 1.0f;
      const float further = static_cast<float>(settings_.style_guidance_permille) / 1000.0f * share;
      guided_.assign(logits.begin(), logits.end());
      for (size_t i = 0; i < guided_.size(); ++i) guided_[i] += further * (guided_[i] - unstyled_step_.logits[i]);
      logits = guided_;
    }
    const model::Sampled sampled = model::Sample(logits, bias, rule, &random_);
    nats_ += sampled.nats;
    return sampled.symbol;
  }

  // Asks to read whole recent bars into an empty cache. False when not one of them fits.
  bool Rebuild() {
    Reset();
    Sequence recent;
    Piece past = composition_.piece;  // only the bars before this one hold events
    past.bars.resize(bar_);
    for (size_t first = bar_; first-- > 0;) {
      Sequence longer = EncodeBars(past, first, 100'000, {});
      if (longer.rows.size() > static_cast<size_t>(settings_.rebuild_rows)) break;
      // The bar table speaks of the piece's end: it must be the whole piece's.
      for (size_t i = 0; i < longer.bars.size(); ++i) longer.bars[i] = MakeBarRow(composition_.piece, first + i, {});
      recent = std::move(longer);
    }
    if (recent.rows.empty()) return false;
    std::vector<int64_t> places;
    for (size_t i = 0; i < recent.rows.size(); ++i) {
      if (recent.rows[i][kBarIndex] >= 0) places.push_back(static_cast<int64_t>(i));
    }
    AskRead(Awaited::kRebuild, std::move(recent.rows), std::move(recent.bars), std::move(places));
    return true;
  }

  // The lowest pitch of the role's last attack before `onset`, looking back four bars.
  int LastOfRole(size_t bar, const std::vector<Event>& events, int onset, int role) const {
    int pitch = LowestOfLast(events, onset, role);
    for (size_t back = 1; pitch == kNoPitch && back <= 4 && back <= bar; ++back) {
      pitch = LowestOfLast(composition_.piece.bars[bar - back].events, kMaxBarTicks, role);
    }
    return pitch;
  }
  static int LowestOfLast(const std::vector<Event>& events, int before, int role) {
    int pitch = kNoPitch, onset = -1;
    for (size_t i = events.size(); i-- > 0;) {
      if (events[i].role != role || events[i].onset >= before) continue;
      if (onset >= 0 && events[i].onset != onset) break;
      onset = events[i].onset;
      pitch = events[i].pitch;  // the lowest of an attack stands first
    }
    return pitch;
  }

  std::unique_ptr<model::Decoder> decoder_;
  std::unique_ptr<model::Decoder> unstyled_;  // reads the same without the style; nullptr without guidance
  GrammarRules rules_;
  ComposerSettings settings_;
  model::CounterRandom random_;
  std::vector<bool> kept_;
  std::vector<Return> returns_;
  const Hiding hiding_{};
  Composition composition_;
  double nats_ = 0;
  int64_t events_ = 0;
  model::Decoder::Step step_, unstyled_step_;
  std::vector<float> guided_;
  Awaited awaited_ = Awaited::kRows;
  size_t bar_ = 0;  // the one being composed
  std::optional<BarContext> context_;
  std::optional<BarGrammar> grammar_;
  std::vector<Row> bar_rows_;
  Row row_{};       // the last row read, with its context columns as far as they are filled
  int after_ = -1;  // onsets up to here were given up: no pitch was left for them
  int onset_ = -1, role_ = -1, pitch_ = -1;
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
  parameters["style_guidance_permille"] = std::to_string(style_guidance_permille);
  parameters["returns"] = std::to_string(static_cast<int>(returns));
  parameters["return_lean_permille"] = std::to_string(return_lean_permille);
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
  settings.style_guidance_permille = 0;
  if (parameters.count("style_guidance_permille") != 0) {
    ASSIGN_OR_RETURN(settings.style_guidance_permille, number("style_guidance_permille", 0, 10'000));
  }
  settings.returns = false;
  if (parameters.count("returns") != 0) {
    ASSIGN_OR_RETURN(const int returns, number("returns", 0, 1));
    settings.returns = returns == 1;
    ASSIGN_OR_RETURN(settings.return_lean_permille, number("return_lean_permille", 0, 20'000));
  }
  ASSIGN_OR_RETURN(settings.rebuild_rows, number("rebuild_rows", 1, 8192));
  return settings;
}

Result<std::vector<Composition>> ComposeAll(model::Decoder* decoder, const Piece& plan, const GrammarRules& rules,
                                            const ComposerSettings& settings, uint64_t seed, int candidates,
                                            const std::function<void(int)>& progress, const std::vector<bool>& kept,
                                            const std::vector<Return>& returns) {
  std::vector<std::unique_ptr<Session>> sessions;
  for (int c = 0; c < candidates; ++c) {
    sessions.push_back(std::make_unique<Session>(decoder->Another(), plan, rules, settings, seed,
                                                 static_cast<uint64_t>(c), kept, returns));
  }
  int bars_done = 0;
  for (;;) {
    // Fields first: so that all candidates meet where rows are read, which is what costs, and are read together.
    std::vector<Session*> served;
    for (const bool reads : {false, true}) {
      for (const std::unique_ptr<Session>& session : sessions) {
        if (!session->done() && session->step()->reads == reads) served.push_back(session.get());
      }
      if (!served.empty()) break;
    }
    if (served.empty()) break;
    std::vector<model::Decoder::Step*> steps;
    for (Session* session : served) {
      steps.push_back(session->step());
      if (session->unstyled_step() != nullptr) steps.push_back(session->unstyled_step());
    }
    decoder->Serve(steps);
    for (Session* session : served) {
      const size_t before = session->bars_done();
      RETURN_IF_ERROR(session->Advance());
      if (progress && session->bars_done() > before) progress(++bars_done);
    }
  }
  std::vector<Composition> compositions;
  for (const std::unique_ptr<Session>& session : sessions) compositions.push_back(std::move(*session).Finish());
  return compositions;
}

}  // namespace ledgerline::covers
