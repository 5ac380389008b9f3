// One HTTP/1.1 request over a new connection, with one deadline for all of it and a bound on the answer. Plain http:
// what needs TLS goes through a proxy on this machine. Boost.Beast stays in the .cc.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_HTTP_CLIENT_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_HTTP_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline::tool {

// "http://host[:port][/path]", without query and fragment.
struct HttpUrl {
  std::string host;  // without brackets
  std::string port = "80";
  std::string path;  // empty, or "/..." without a slash at its end
  // Errors: kInvalidArgument (not http, no host, a port that is none, blanks or control characters, above 2,000 bytes).
  static Result<HttpUrl> Parse(std::string_view text);
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

struct HttpClientOptions {
  std::chrono::milliseconds time{10'000};  // from looking up the name to the last byte
  size_t body_bytes_max = 1'000'000;
};

// `path` is put after the URL's own: "/add-checkpoint". Errors: kUnavailable (no connection, time run out, not HTTP),
// kOutOfRange (the answer is longer than it may be).
Result<HttpAnswer> HttpGet(const HttpUrl& url, const std::string& path, const HttpClientOptions& options = {});
Result<HttpAnswer> HttpPost(const HttpUrl& url, const std::string& path, std::string body,
                            const HttpClientOptions& options = {});

// A path segment as RFC 3986 section 2.1 writes it: all but letters, digits and "-._~" percent-encoded.
std::string PercentEncode(std::string_view segment);
// Errors: kInvalidArgument (a percent sign without two hex digits after it).
Result<std::string> PercentDecode(std::string_view segment);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_HTTP_CLIENT_H_
