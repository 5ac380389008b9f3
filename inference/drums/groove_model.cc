#include "inference/drums/groove_model.h"

#include <algorithm>

#include "inference/drums/integer_curves.h"

namespace ledgerline::drums {
namespace {

constexpr std::string_view kMagic = "LLGROOV1";
constexpr size_t kTableCells = static_cast<size_t>(kGrooveStyles) * kDrums * kStepPlaces;

class Writer {
 public:
  void Put(uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out_ += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  void PutText(std::string_view text) { out_ += text; }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reads big-endian numbers; after the end everything is zero and `ok` is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  uint64_t Take(int count) {
    if (bytes_.size() - at_ < static_cast<size_t>(count)) {
      short_ = true;
      return 0;
    }
    uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | static_cast<uint8_t>(bytes_[at_++]);
    return value;
  }
  size_t left() const { return bytes_.size() - at_; }
  bool ok() const { return !short_; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  bool short_ = false;
};

Status Within(std::string_view field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return OutOfRange("groove model: " + std::string(field) + " " + std::to_string(value) + " is outside " +
                    std::to_string(low) + " to " + std::to_string(high));
}

void PutQuantiles(const Quantiles& table, Writer* writer) {
  for (const int8_t value : table) writer->Put(static_cast<uint8_t>(value), 1);
}

void PutTables(const std::vector<Quantiles>& tables, Writer* writer) {
  writer->Put(tables.size(), 2);
  for (const Quantiles& table : tables) PutQuantiles(table, writer);
}

Status TakeQuantiles(std::string_view field, int low, int high, Reader* reader, Quantiles* table) {
  int before = low;
  for (int8_t& value : *table) {
    value = static_cast<int8_t>(reader->Take(1));
    if (!reader->ok()) return DataLoss("groove model: truncated");
    RETURN_IF_ERROR(Within(std::string(field) + " quantile", value, before, high));
    before = value;
  }
  return Status::Ok();
}

Status TakeTables(std::string_view field, int low, int high, Reader* reader, std::vector<Quantiles>* tables) {
  const auto count = static_cast<int64_t>(reader->Take(2));
  RETURN_IF_ERROR(Within(std::string(field) + " tables", count, 1, static_cast<int64_t>(kMaxGrooveTables)));
  for (int64_t t = 0; t < count && reader->ok(); ++t) {
    Quantiles table;
    RETURN_IF_ERROR(TakeQuantiles(field, low, high, reader, &table));
    tables->push_back(table);
  }
  return Status::Ok();
}

void PutWalk(const Walk& walk, Writer* writer) {
  for (const int32_t value : {walk.after, walk.above, walk.noise, walk.alone_after, walk.alone_noise}) {
    writer->Put(static_cast<uint32_t>(value) & 0xFFFF, 2);
  }
}

Status TakeWalk(Reader* reader, Walk* walk) {
  for (int32_t* value : {&walk->after, &walk->above, &walk->noise, &walk->alone_after, &walk->alone_noise}) {
    *value = static_cast<int16_t>(reader->Take(2));
    RETURN_IF_ERROR(Within("walk", *value, -4096, 4096));
  }
  return Status::Ok();
}

}  // namespace

int TrustClass(uint32_t count) {
  constexpr std::array<uint32_t, kTrustClasses - 1> kAbove = {0, 7, 15, 31, 63, 127, 511};
  int trust = 0;
  while (trust < kTrustClasses - 1 && count > kAbove[static_cast<size_t>(trust)]) ++trust;
  return trust;
}

int64_t GrooveModel::Logit(int decision, const ContextKeys& contexts) const {
  const auto& mix = weights[static_cast<size_t>(decision)];
  int64_t sum = int64_t{bias[static_cast<size_t>(decision)]} * 4096;
  for (size_t i = 0; i < contexts.size(); ++i) {
    const auto found = std::lower_bound(keys.begin(), keys.end(), contexts[i]);
    if (found == keys.end() || *found != contexts[i]) continue;
    const auto entry = static_cast<size_t>(found - keys.begin());
    sum += int64_t{mix[i][trust[entry]]} * logits[entry];
  }
  return std::clamp<int64_t>(sum / 4096, -kLogitMax, kLogitMax);
}

std::string SerialiseGrooveModel(const GrooveModel& model) {
  Writer writer;
  writer.PutText(kMagic);
  for (const uint32_t bars : model.trained_bars) writer.Put(bars, 4);
  writer.Put(model.keys.size(), 4);
  for (size_t i = 0; i < model.keys.size(); ++i) {
    writer.Put(model.keys[i], 4);
    // A logit in 13 bits, two's complement, and its trust class in three.
    writer.Put((static_cast<uint32_t>(model.logits[i]) & 0x1FFF) << 3 | model.trust[i], 2);
  }
  for (const auto& decision : model.weights) {
    for (const auto& context : decision) {
      for (const int16_t weight : context) writer.Put(static_cast<uint16_t>(weight), 2);
    }
  }
  for (const int16_t bias : model.bias) writer.Put(static_cast<uint16_t>(bias), 2);
  PutTables(model.velocities, &writer);
  PutTables(model.deviations, &writer);
  for (const uint16_t index : model.velocity_table) writer.Put(index, 2);
  for (const uint16_t index : model.deviation_table) writer.Put(index, 2);
  for (const uint8_t share : model.other_share) writer.Put(share, 1);
  for (const uint8_t share : model.other_stays) writer.Put(share, 1);
  PutWalk(model.velocity_walk, &writer);
  PutWalk(model.deviation_walk, &writer);
  writer.Put(model.families.size(), 2);
  for (const Family& family : model.families) {
    writer.Put(family.style, 1);
    writer.Put(family.windows, 2);
    writer.Put(family.hits, 1);
  }
  for (const uint8_t hits : model.fill_hits) writer.Put(hits, 1);
  return writer.Take();
}

Result<GrooveModel> ParseGrooveModel(std::string_view bytes) {
  if (bytes.size() > kMaxGrooveFileBytes) {
    return OutOfRange("groove model: " + std::to_string(bytes.size()) + " bytes, above " +
                      std::to_string(kMaxGrooveFileBytes));
  }
  if (!bytes.starts_with(kMagic)) return DataLoss("groove model: the file does not begin with LLGROOV1");
  Reader reader(bytes.substr(kMagic.size()));
  GrooveModel model;
  for (uint32_t& bars : model.trained_bars) bars = static_cast<uint32_t>(reader.Take(4));
  const auto entries = static_cast<size_t>(reader.Take(4));
  RETURN_IF_ERROR(Within("entries", static_cast<int64_t>(entries), 0, static_cast<int64_t>(kMaxGrooveEntries)));
  if (reader.left() < 6 * entries) return DataLoss("groove model: truncated inside its contexts");
  for (size_t i = 0; i < entries; ++i) {
    const auto key = static_cast<uint32_t>(reader.Take(4));
    if (i > 0 && key <= model.keys.back()) return DataLoss("groove model: context keys do not rise");
    const auto packed = static_cast<uint32_t>(reader.Take(2));
    const int logit = static_cast<int>(packed >> 3 ^ 0x1000) - 0x1000;
    RETURN_IF_ERROR(Within("logit", logit, -kInputLogitMax, kInputLogitMax));
    model.keys.push_back(key);
    model.logits.push_back(static_cast<int16_t>(logit));
    model.trust.push_back(static_cast<uint8_t>(packed & 7));
  }
  for (auto& decision : model.weights) {
    for (auto& context : decision) {
      for (int16_t& weight : context) weight = static_cast<int16_t>(reader.Take(2));
    }
  }
  for (int16_t& bias : model.bias) bias = static_cast<int16_t>(reader.Take(2));
  RETURN_IF_ERROR(TakeTables("velocity", 1, 127, &reader, &model.velocities));
  RETURN_IF_ERROR(TakeTables("deviation", -kMaxDeviation, kMaxDeviation, &reader, &model.deviations));
  if (reader.left() < 5 * kTableCells) return DataLoss("groove model: truncated inside its tables' index");
  model.velocity_table.resize(kTableCells);
  model.deviation_table.resize(kTableCells);
  model.other_share.resize(kTableCells);
  for (uint16_t& index : model.velocity_table) {
    index = static_cast<uint16_t>(reader.Take(2));
    RETURN_IF_ERROR(Within("velocity table", index, 0, static_cast<int64_t>(model.velocities.size()) - 1));
  }
  for (uint16_t& index : model.deviation_table) {
    index = static_cast<uint16_t>(reader.Take(2));
    RETURN_IF_ERROR(Within("deviation table", index, 0, static_cast<int64_t>(model.deviations.size()) - 1));
  }
  for (uint8_t& share : model.other_share) share = static_cast<uint8_t>(reader.Take(1));
  for (uint8_t& share : model.other_stays) share = static_cast<uint8_t>(reader.Take(1));
  RETURN_IF_ERROR(TakeWalk(&reader, &model.velocity_walk));
  RETURN_IF_ERROR(TakeWalk(&reader, &model.deviation_walk));
  const auto families = static_cast<int64_t>(reader.Take(2));
  RETURN_IF_ERROR(Within("families", families, 0, static_cast<int64_t>(kMaxGrooveFamilies)));
  for (int64_t f = 0; f < families; ++f) {
    Family family;
    family.style = static_cast<uint8_t>(reader.Take(1));
    family.windows = static_cast<uint16_t>(reader.Take(2));
    family.hits = static_cast<uint8_t>(reader.Take(1));
    const int least = f == 0 ? 0 : model.families.back().style;
    RETURN_IF_ERROR(Within("family style", family.style, least, kGrooveStyles - 1));
    model.families.push_back(family);
  }
  for (uint8_t& hits : model.fill_hits) hits = static_cast<uint8_t>(reader.Take(1));
  if (!reader.ok()) return DataLoss("groove model: truncated");
  if (reader.left() != 0) return DataLoss("groove model: " + std::to_string(reader.left()) + " bytes after its end");
  return model;
}

}  // namespace ledgerline::drums
