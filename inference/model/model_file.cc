#include "inference/model/model_file.h"

#include <bit>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ledgerline::model {
namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "tensors are stored little-endian");

constexpr size_t kLengthBytes = 8;

Status BadHeader(const std::string& what) { return DataLoss("model file header: " + what); }

// Reads one tensor's entry and appends its values. `cursor` is where the data must go on.
Status ReadTensor(const std::string& name, const Json& entry, std::string_view data, size_t* cursor, ModelFile* file) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets") ||
      !entry["dtype"].is_string() || !entry["shape"].is_array() || !entry["data_offsets"].is_array() ||
      entry["data_offsets"].size() != 2) {
    return BadHeader("tensor \"" + name.substr(0, 80) + "\" lacks dtype, shape or data_offsets");
  }
  const std::string dtype = entry["dtype"].get<std::string>();
  if (dtype != "F32" && dtype != "BF16" && dtype != "I8") {
    return InvalidArgument("tensor \"" + name.substr(0, 80) + "\" has dtype " + dtype.substr(0, 16) +
                           "; only F32, BF16 and I8 are read");
  }
  const size_t size_of_value = dtype == "F32" ? sizeof(float) : dtype == "BF16" ? sizeof(uint16_t) : sizeof(int8_t);
  StoredTensor tensor;
  size_t count = 1;
  for (const Json& size : entry["shape"]) {
    if (!size.is_number_unsigned()) return BadHeader("a shape of \"" + name.substr(0, 80) + "\" is not a number");
    const uint64_t value = size.get<uint64_t>();
    if (value == 0 || value > kMaxModelFileBytes || tensor.shape.size() == 8 || count > kMaxModelFileBytes / value) {
      return OutOfRange("tensor \"" + name.substr(0, 80) + "\" has a shape beyond the file's bound");
    }
    count *= value;
    tensor.shape.push_back(static_cast<int64_t>(value));
  }
  const Json& begin = entry["data_offsets"][0];
  const Json& end = entry["data_offsets"][1];
  if (!begin.is_number_unsigned() || !end.is_number_unsigned() || begin.get<uint64_t>() != *cursor ||
      end.get<uint64_t>() != *cursor + count * size_of_value || end.get<uint64_t>() > data.size()) {
    return DataLoss("tensor \"" + name.substr(0, 80) + "\" does not lie at byte " + std::to_string(*cursor) + " with " +
                    std::to_string(count) + " values");
  }
  if (dtype == "F32") {
    tensor.values.resize(count);
    std::memcpy(tensor.values.data(), data.data() + *cursor, count * sizeof(float));
  } else if (dtype == "BF16") {
    tensor.bfloat16 = true;
    tensor.values.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      uint16_t upper = 0;
      std::memcpy(&upper, data.data() + *cursor + i * sizeof(upper), sizeof(upper));
      tensor.values.push_back(std::bit_cast<float>(uint32_t{upper} << 16));
    }
  } else {
    tensor.codes.resize(count);
    std::memcpy(tensor.codes.data(), data.data() + *cursor, count);
  }
  *cursor += count * size_of_value;
  file->tensors[name] = std::move(tensor);
  return Status::Ok();
}

}  // namespace

float RoundToBfloat16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  return std::bit_cast<float>((bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u);
}

std::string SerialiseModelFile(const ModelFile& file) {
  Json header = Json::object();
  header["__metadata__"] = file.metadata;
  size_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const bool whole = tensor.codes.empty();
    const size_t of_value = tensor.bfloat16 ? sizeof(uint16_t) : sizeof(float);
    const size_t size = whole ? tensor.values.size() * of_value : tensor.codes.size();
    const char* const dtype = !whole ? "I8" : tensor.bfloat16 ? "BF16" : "F32";
    header[name] = {{"dtype", dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + size}}};
    offset += size;
  }
  std::string text = header.dump();
  while (text.size() % kLengthBytes != 0) text.push_back(' ');
  std::string bytes(kLengthBytes, '\0');
  const uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, kLengthBytes);
  bytes.reserve(kLengthBytes + text.size() + offset);
  bytes += text;
  for (const auto& [name, tensor] : file.tensors) {
    if (tensor.bfloat16) {
      for (const float value : tensor.values) {
        const auto upper = static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16);
        bytes.append(reinterpret_cast<const char*>(&upper), sizeof(upper));
      }
    } else {
      bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
    }
    bytes.append(reinterpret_cast<const char*>(tensor.codes.data()), tensor.codes.size());
  }
  return bytes;
}

Result<ModelFile> ParseModelFile(std::string_view bytes) {
  if (bytes.size() > kMaxModelFileBytes) {
    return OutOfRange("model file of " + std::to_string(bytes.size()) + " bytes; the bound is " +
                      std::to_string(kMaxModelFileBytes));
  }
  if (bytes.size() < kLengthBytes) return DataLoss("model file of " + std::to_string(bytes.size()) + " bytes");
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxModelHeaderBytes) {
    return OutOfRange("model file header of " + std::to_string(length) + " bytes; the bound is " +
                      std::to_string(kMaxModelHeaderBytes));
  }
  if (length > bytes.size() - kLengthBytes) return DataLoss("model file ends inside its header");
  const std::string_view text = bytes.substr(kLengthBytes, length);
  const std::string_view data = bytes.substr(kLengthBytes + length);
  // Depth is bounded before the text is trusted to a recursive parser: a header nests three deep.
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
    if (depth > 64) return BadHeader("nested more than 64 deep");
  }
  const Json header = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) return BadHeader("not a JSON object");
  if (header.size() > kMaxModelTensors)
    return OutOfRange("model file with " + std::to_string(header.size()) + " entries");
  ModelFile file;
  size_t cursor = 0;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      if (!entry.is_object()) return BadHeader("__metadata__ is not an object");
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) return BadHeader("metadata \"" + key.substr(0, 80) + "\" is not text");
        file.metadata[key] = value.get<std::string>();
      }
      continue;
    }
    RETURN_IF_ERROR(ReadTensor(name, entry, data, &cursor, &file));
  }
  if (cursor != data.size()) {
    return DataLoss("model file has " + std::to_string(data.size() - cursor) + " bytes that no tensor owns");
  }
  return file;
}

Result<std::string> ReadFileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return NotFound("cannot open " + path);
  const std::streamoff size = in.tellg();
  if (size < 0 || static_cast<uint64_t>(size) > kMaxModelFileBytes) {
    return OutOfRange(path + " has " + std::to_string(size) + " bytes; the bound is " +
                      std::to_string(kMaxModelFileBytes));
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  in.seekg(0);
  in.read(bytes.data(), size);
  if (!in) return Unavailable("cannot read " + path);
  return bytes;
}

Status WriteFileBytes(const std::string& path, std::string_view bytes) {
  const std::string partial = path + ".partial";
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) return Unavailable("cannot write " + partial);
  }
  if (std::rename(partial.c_str(), path.c_str()) != 0) return Unavailable("cannot rename " + partial + " to " + path);
  return Status::Ok();
}

}  // namespace ledgerline::model
