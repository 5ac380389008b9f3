#include "inference/influence/validation_file.h"

#include <charconv>

namespace ledgerline::influence {
namespace {

constexpr std::string_view kFirst = "ledgerline-influence-validation/1\n";
constexpr int64_t kWhole = 1'000'000;
constexpr size_t kMethodMax = 200;

// Takes "name = value\n" off the front.
Result<std::string_view> TakeLine(std::string_view name, std::string_view* text) {
  const std::string begin = std::string(name) + " = ";
  const size_t end = text->find('\n');
  if (end == std::string_view::npos || text->substr(0, begin.size()) != begin) {
    return InvalidArgument("validation file: no line \"" + begin + "...\" where it is due");
  }
  const std::string_view value = text->substr(begin.size(), end - begin.size());
  text->remove_prefix(end + 1);
  return value;
}

template <typename Number>
Status TakeNumber(std::string_view name, Number lowest, Number highest, std::string_view* text, Number* number) {
  ASSIGN_OR_RETURN(const std::string_view value, TakeLine(name, text));
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), *number);
  if (error != std::errc() || end != value.data() + value.size() || std::to_string(*number) != value) {
    return InvalidArgument("validation file: " + std::string(name) + " \"" + std::string(value.substr(0, 40)) +
                           "\" is not a whole number");
  }
  if (*number < lowest || *number > highest) {
    return OutOfRange("validation file: " + std::string(name) + " " + std::string(value) + " is outside " +
                      std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return Status::Ok();
}

}  // namespace

std::string ValidationFile::Serialise() const {
  std::string text(kFirst);
  text += "method = " + method + "\nmodel = " + model.ToHex() + "\n";
  for (const auto& [name, value] :
       {std::pair("parameters", parameters), std::pair("pieces", pieces), std::pair("queries", queries),
        std::pair("subsets", subsets), std::pair("steps", steps), std::pair("seed", seed)}) {
    text += std::string(name) + " = " + std::to_string(value) + "\n";
  }
  for (const auto& [name, value] :
       {std::pair("lds_ppm", lds_ppm), std::pair("low_ppm", low_ppm), std::pair("high_ppm", high_ppm)}) {
    text += std::string(name) + " = " + std::to_string(value) + "\n";
  }
  return text;
}

Result<ValidationFile> ValidationFile::Parse(std::string_view text) {
  if (text.size() > kValidationBytesMax) {
    return OutOfRange("validation file: bytes " + std::to_string(text.size()) + " are above " +
                      std::to_string(kValidationBytesMax));
  }
  if (text.substr(0, kFirst.size()) != kFirst) return InvalidArgument("this is no validation file of influence");
  text.remove_prefix(kFirst.size());
  ValidationFile file;
  ASSIGN_OR_RETURN(const std::string_view method, TakeLine("method", &text));
  if (method.size() > kMethodMax) return OutOfRange("validation file: method has more than 200 bytes");
  file.method = std::string(method);
  ASSIGN_OR_RETURN(const std::string_view model, TakeLine("model", &text));
  ASSIGN_OR_RETURN(file.model, Hash256::FromHex(model));
  if (file.model.ToHex() != model) return InvalidArgument("validation file: model is not in lower-case hex");
  constexpr uint64_t kCountMax = 1'000'000'000'000;
  for (const auto& [name, to] :
       {std::pair("parameters", &file.parameters), std::pair("pieces", &file.pieces),
        std::pair("queries", &file.queries), std::pair("subsets", &file.subsets), std::pair("steps", &file.steps)}) {
    RETURN_IF_ERROR(TakeNumber<uint64_t>(name, 1, kCountMax, &text, to));
  }
  RETURN_IF_ERROR(TakeNumber<uint64_t>("seed", 0, ~uint64_t{0}, &text, &file.seed));
  for (const auto& [name, to] : {std::pair("lds_ppm", &file.lds_ppm), std::pair("low_ppm", &file.low_ppm),
                                 std::pair("high_ppm", &file.high_ppm)}) {
    RETURN_IF_ERROR(TakeNumber<int64_t>(name, -kWhole, kWhole, &text, to));
  }
  if (!text.empty()) return InvalidArgument("validation file: something follows high_ppm");
  return file;
}

}  // namespace ledgerline::influence
