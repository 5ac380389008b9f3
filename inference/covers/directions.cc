#include "inference/covers/directions.h"

#include <algorithm>

#include "inference/covers/remix_plan.h"
#include "inference/drums/kit.h"

namespace ledgerline::covers {
namespace {

constexpr std::string_view kMagic = "LLREMX";
constexpr int kVersion = 1;

Status Bound(const char* field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return OutOfRange(std::string("remix blob: ") + field + " " + std::to_string(value) + " is outside " +
                    std::to_string(low) + " to " + std::to_string(high));
}

// Writes (out) or reads (in) one layout; the first error stays.
class Codec {
 public:
  explicit Codec(std::string* out) : out_(out) {}
  explicit Codec(std::string_view in) : in_(in) {}
  bool reading() const { return out_ == nullptr; }
  Status& status() { return status_; }
  size_t left() const { return in_.size() - at_; }
  std::string_view rest() const { return in_.substr(at_); }

  template <typename T>
  void Number(const char* field, T* value, int64_t low, int64_t high, int bytes) {
    int64_t number = reading() ? low : static_cast<int64_t>(*value);
    if (reading()) {
      if (!Need(field, static_cast<size_t>(bytes))) return;
      number = 0;
      for (int i = 0; i < bytes; ++i) number = number << 8 | static_cast<uint8_t>(in_[at_++]);
    }
    if (status_.ok()) status_ = Bound(field, number, low, high);
    if (!status_.ok()) return;
    if (reading()) {
      *value = static_cast<T>(number);
    } else {
      for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out_->push_back(static_cast<char>(number >> shift));
    }
  }

  void Bytes(const char* field, std::string* value, size_t size) {
    if (!reading()) {
      if (status_.ok()) *out_ += *value;
    } else if (Need(field, size)) {
      *value = std::string(in_.substr(at_, size));
      at_ += size;
    }
  }

 private:
  bool Need(const char* field, size_t size) {
    if (!status_.ok()) return false;
    if (left() >= size) return true;
    status_ = InvalidArgument(std::string("remix blob ends at byte ") + std::to_string(at_) + " before " + field);
    return false;
  }
  std::string* out_ = nullptr;
  std::string_view in_;
  size_t at_ = 0;
  Status status_;
};

void VisitHead(Codec& codec, Directions* directions) {
  std::string magic(kMagic);
  codec.Bytes("its first bytes", &magic, kMagic.size());
  if (codec.status().ok() && magic != kMagic)
    codec.status() = InvalidArgument("remix blob: does not begin with LLREMX");
  int version = kVersion;
  codec.Number("version", &version, kVersion, kVersion, 1);
  size_t plan = directions->plan.size();
  codec.Number("plan length", &plan, 0, static_cast<int64_t>(kMaxPlanBytes), 2);
  codec.Bytes("plan", &directions->plan, plan);
  codec.Number("lead program", &directions->lead_program, 0, 255, 1);
  for (int& program : directions->programs) codec.Number("program", &program, 0, 255, 1);
  size_t tempos = directions->tempos.size();
  codec.Number("tempo marks", &tempos, 0, 4096, 2);
  if (codec.reading() && codec.status().ok()) directions->tempos.resize(tempos);
  int64_t next = 0;
  for (TempoMark& mark : directions->tempos) {
    codec.Number("tempo bar", &mark.bar, next, 4095, 2);
    codec.Number("tempo", &mark.quarter_us, 1'000, 0xFFFFFF, 3);
    next = mark.bar + 1;
    if (!codec.status().ok()) return;
  }
  size_t drums = directions->drums.size();
  codec.Number("drum bars", &drums, 0, 4096, 2);
  if (codec.reading() && codec.status().ok()) directions->drums.resize(drums);
  for (DrumDirection& drum : directions->drums) {
    codec.Number("drum style", &drum.style, 0, 255, 1);
    if (codec.status().ok() && drum.style != kNoDrums) {
      codec.status() = Bound("drum style", drum.style, 0, drums::kGrooveStyles - 1);
    }
    codec.Number("drum level", &drum.level, 0, 100, 1);
    codec.Number("drum phrase", &drum.phrase, 0, 255, 1);
    int flags = (drum.fill ? 1 : 0) | (drum.ending ? 2 : 0);
    codec.Number("drum flags", &flags, 0, 3, 1);
    drum.fill = flags & 1;
    drum.ending = flags & 2;
    if (!codec.status().ok()) return;
  }
  if (drums != 0) {
    std::string hash = directions->drum_model.ToBytes();
    codec.Bytes("drum model", &hash, 32);
    if (codec.reading() && codec.status().ok()) directions->drum_model = Hash256::FromBytes(hash).value();
  }
}

void VisitKept(Codec& codec, Directions* directions, std::vector<std::vector<tokens::Event>>* events) {
  size_t bars = directions->kept.size();
  codec.Number("kept bars", &bars, 0, 4096, 2);
  if (!codec.status().ok()) return;
  if (codec.reading()) {
    directions->kept.resize(bars);
    events->resize(bars);
  }
  for (size_t k = 0; k < bars; ++k) {
    int kept = directions->kept[k] ? 1 : 0;
    codec.Number("kept", &kept, 0, 1, 1);
    if (codec.reading()) directions->kept[k] = kept == 1;
    if (kept == 0) continue;
    size_t count = (*events)[k].size();
    codec.Number("kept events", &count, 0, 1024, 2);
    if (!codec.status().ok()) return;
    if (codec.reading()) (*events)[k].resize(count);
    for (tokens::Event& event : (*events)[k]) {
      codec.Number("event onset", &event.onset, 0, tokens::kMaxBarTicks - 1, 1);
      codec.Number("event role", &event.role, 0, tokens::kRoles - 1, 1);
      codec.Number("event pitch", &event.pitch, 0, 127, 1);
      codec.Number("event duration", &event.duration, 0, tokens::kDurationCount - 1, 1);
      if (!codec.status().ok()) return;
    }
  }
}

}  // namespace

bool IsRemixBlob(std::string_view bytes) { return bytes.starts_with(kMagic); }

Result<std::string> SerialiseRemixBlob(const RemixBlob& blob) {
  std::string out;
  Codec codec(&out);
  Directions directions = blob.directions;
  VisitHead(codec, &directions);
  std::vector<std::vector<tokens::Event>> events;
  for (const tokens::PieceBar& bar : blob.conditioning.piece.bars) events.push_back(bar.events);
  if (!directions.kept.empty() && directions.kept.size() != events.size()) {
    return OutOfRange("remix blob: kept bars " + std::to_string(directions.kept.size()) + " of " +
                      std::to_string(events.size()));
  }
  VisitKept(codec, &directions, &events);
  if (!codec.status().ok()) return codec.status();
  ASSIGN_OR_RETURN(const std::string conditioning, tokens::SerialiseConditioning(blob.conditioning));
  return out + conditioning;
}

Result<RemixBlob> ParseRemixBlob(std::string_view bytes) {
  RemixBlob blob;
  Codec codec(bytes);
  VisitHead(codec, &blob.directions);
  std::vector<std::vector<tokens::Event>> events;
  if (codec.status().ok()) VisitKept(codec, &blob.directions, &events);
  if (!codec.status().ok()) return codec.status();
  ASSIGN_OR_RETURN(blob.conditioning, tokens::ParseConditioning(codec.rest()));
  std::vector<tokens::PieceBar>& bars = blob.conditioning.piece.bars;
  const auto count = static_cast<int64_t>(bars.size());
  if (!blob.directions.kept.empty()) {
    RETURN_IF_ERROR(Bound("kept bars", static_cast<int64_t>(events.size()), count, count));
  }
  if (!blob.directions.drums.empty()) {
    RETURN_IF_ERROR(Bound("drum bars", static_cast<int64_t>(blob.directions.drums.size()), count, count));
  }
  for (const TempoMark& mark : blob.directions.tempos) RETURN_IF_ERROR(Bound("tempo bar", mark.bar, 0, count - 1));
  for (size_t k = 0; k < events.size(); ++k) {
    const std::vector<tokens::Event>& own = events[k];
    for (size_t i = 0; i < own.size(); ++i) {
      RETURN_IF_ERROR(Bound("event onset", own[i].onset, 0, bars[k].length - 1));
      if (i > 0 && std::tie(own[i].onset, own[i].role, own[i].pitch) <=
                       std::tie(own[i - 1].onset, own[i - 1].role, own[i - 1].pitch)) {
        return InvalidArgument("remix blob: events of bar " + std::to_string(k + 1) + " are not in order");
      }
    }
    bars[k].events = own;
  }
  return blob;
}

}  // namespace ledgerline::covers
