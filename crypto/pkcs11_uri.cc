#include "crypto/pkcs11_uri.h"

#include <algorithm>
#include <set>

namespace ledgerline::crypto {
namespace {

constexpr std::string_view kScheme = "pkcs11:";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 3986 section 2.1.
Result<std::string> PercentDecode(std::string_view name, std::string_view value) {
  std::string decoded;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '%') {
      decoded.push_back(value[i]);
      continue;
    }
    const int high = i + 2 < value.size() ? HexValue(value[i + 1]) : -1;
    const int low = i + 2 < value.size() ? HexValue(value[i + 2]) : -1;
    if (high < 0 || low < 0)
      return InvalidArgument("pkcs11 URI: " + std::string(name) + " has a '%' without two hex digits");
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (decoded.find('\0') != std::string::npos && name != "id")
    return InvalidArgument("pkcs11 URI: " + std::string(name) + " has a zero byte");
  return decoded;
}

Status TakeAttribute(std::string_view name, std::string value, bool in_query, Pkcs11Uri& uri) {
  const std::string shown(name.substr(0, 40));
  if (in_query && name == "module-path") {
    uri.module_path = std::move(value);
  } else if (in_query && name == "pin-source") {
    constexpr std::string_view kFile = "file:";
    if (value.starts_with("|")) return InvalidArgument("pkcs11 URI: pin-source runs a program; name a file");
    if (value.starts_with(kFile)) value.erase(0, kFile.size());
    if (value.starts_with("//")) value.erase(0, 2);
    uri.pin_path = std::move(value);
  } else if (in_query && name == "pin-value") {
    return InvalidArgument(
        "pkcs11 URI: pin-value would put the PIN into the URI; name a file of mode 0600 with pin-source, or set "
        "LEDGERLINE_PKCS11_PIN");
  } else if (!in_query && name == "token") {
    uri.token = std::move(value);
  } else if (!in_query && name == "serial") {
    uri.serial = std::move(value);
  } else if (!in_query && name == "object") {
    uri.object = std::move(value);
  } else if (!in_query && name == "id") {
    uri.id = std::move(value);
  } else if (!in_query && name == "type") {
    if (value != "private") return InvalidArgument("pkcs11 URI: type is not private");
  } else {
    return InvalidArgument("pkcs11 URI: '" + shown + "' is not an attribute that this version knows here; it knows " +
                           (in_query ? "module-path and pin-source after the '?'"
                                     : "token, serial, object, id and type=private before the '?'"));
  }
  return Status::Ok();
}

}  // namespace

Result<Pkcs11Uri> Pkcs11Uri::Parse(std::string_view text) {
  if (text.size() > kPkcs11UriBytesMax)
    return OutOfRange("pkcs11 URI of " + std::to_string(text.size()) + " bytes, at most 1024");
  if (!text.starts_with(kScheme)) return InvalidArgument("pkcs11 URI does not start with \"pkcs11:\"");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= 0x20 || c >= 0x7F || c == '#'; }))
    return InvalidArgument("pkcs11 URI has a character that must be written as %XX (a blank, '#', no ASCII)");
  Pkcs11Uri uri;
  uri.text = text;
  const size_t question = std::min(text.find('?'), text.size());
  std::string_view parts[] = {text.substr(kScheme.size(), question - kScheme.size()),
                              text.substr(std::min(question + 1, text.size()))};
  for (const bool in_query : {false, true}) {
    std::string_view rest = parts[in_query];
    std::set<std::string> seen;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(in_query ? '&' : ';'), rest.size());
      const std::string_view attribute = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const size_t equals = attribute.find('=');
      if (equals == std::string_view::npos || equals + 1 == attribute.size())
        return InvalidArgument("pkcs11 URI: '" + std::string(attribute.substr(0, 40)) + "' is not name=value");
      const std::string name(attribute.substr(0, equals));
      if (!seen.insert(name).second) return InvalidArgument("pkcs11 URI: " + name.substr(0, 40) + " stands twice");
      ASSIGN_OR_RETURN(std::string value, PercentDecode(name, attribute.substr(equals + 1)));
      RETURN_IF_ERROR(TakeAttribute(name, std::move(value), in_query, uri));
    }
  }
  if (uri.token.empty() && uri.serial.empty())
    return InvalidArgument("pkcs11 URI names no token: token=LABEL or serial=NUMBER");
  if (uri.object.empty() && uri.id.empty()) return InvalidArgument("pkcs11 URI names no key: object=LABEL or id=%XX");
  return uri;
}

}  // namespace ledgerline::crypto
