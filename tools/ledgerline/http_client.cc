#include "tools/ledgerline/http_client.h"

#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include "schemas/hash.h"

namespace ledgerline::tool {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr size_t kUrlBytesMax = 2000;

// One request from the name's look-up to the answer's last byte; all of it on the caller's thread.
class Exchange {
 public:
  Exchange(const HttpUrl& url, const HttpClientOptions& options, http::request<http::string_body> request)
      : url_(url), request_(std::move(request)), time_(options.time), body_bytes_max_(options.body_bytes_max) {
    parser_.body_limit(options.body_bytes_max);
    parser_.header_limit(16 * 1024);
  }

  Result<HttpAnswer> Run() {
    deadline_.expires_after(time_);
    deadline_.async_wait([this](error_code aborted) {
      if (aborted) return;
      late_ = true;
      resolver_.cancel();
      stream_.cancel();
    });
    resolver_.async_resolve(url_.host, url_.port, [this](error_code error, tcp::resolver::results_type found) {
      if (Failed(error)) return;
      stream_.async_connect(found, [this](error_code failed, const tcp::endpoint&) {
        if (Failed(failed)) return;
        http::async_write(stream_, request_, [this](error_code unwritten, size_t) {
          // A server that refuses the body may answer before it has read all of it.
          unwritten_ = unwritten;
          http::async_read_header(stream_, buffer_, parser_, [this](error_code unread, size_t) {
            if (Failed(unread) || Failed(CheckLength())) return;
            http::async_read(stream_, buffer_, parser_, [this](error_code cut_off, size_t) {
              if (Failed(cut_off)) return;
              done_ = true;
              deadline_.cancel();
            });
          });
        });
      });
    });
    context_.run();
    const std::string where = "http://" + url_.host + ":" + url_.port;
    if (late_) return Unavailable(where + " did not answer within " + std::to_string(time_.count()) + " ms");
    if (error_ == http::error::body_limit) return OutOfRange(where + " answers with more bytes than it may");
    if (!done_) return Unavailable(where + ": " + (unwritten_ ? unwritten_ : error_).message());
    auto& message = parser_.get();
    return HttpAnswer{static_cast<int>(message.result_int()), std::string(message[http::field::content_type]),
                      std::move(message.body())};
  }

 private:
  // The parser bounds bodies that come in chunks or until the end; one whose length is said it bounds here.
  error_code CheckLength() const {
    const auto length = parser_.content_length();
    return length && *length > body_bytes_max_ ? make_error_code(http::error::body_limit) : error_code();
  }

  bool Failed(error_code error) {
    if (!error && !late_) return false;
    error_ = error;
    deadline_.cancel();
    return true;
  }

  const HttpUrl& url_;
  http::request<http::string_body> request_;
  std::chrono::milliseconds time_;
  size_t body_bytes_max_;
  asio::io_context context_{1};
  tcp::resolver resolver_{context_};
  beast::tcp_stream stream_{context_};
  asio::steady_timer deadline_{context_};
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  error_code error_, unwritten_;
  bool late_ = false;
  bool done_ = false;
};

Result<HttpAnswer> Send(http::verb verb, const HttpUrl& url, const std::string& path, std::string body,
                        const HttpClientOptions& options) {
  const std::string target = url.path + path;
  http::request<http::string_body> request{verb, target.empty() ? "/" : target, 11};
  request.set(http::field::host,
              url.host.find(':') == std::string::npos ? url.host + ":" + url.port : "[" + url.host + "]:" + url.port);
  request.set(http::field::user_agent, "ledgerline");
  request.set(http::field::connection, "close");
  if (verb == http::verb::post) {
    request.set(http::field::content_type, "text/plain; charset=utf-8");
    request.body() = std::move(body);
    request.prepare_payload();
  }
  try {
    return Exchange(url, options, std::move(request)).Run();
  } catch (const boost::system::system_error& error) {
    return Unavailable("http://" + url.host + ": " + error.what());
  }
}

}  // namespace

Result<HttpUrl> HttpUrl::Parse(std::string_view text) {
  const auto bad = [&](const std::string& why) {
    return InvalidArgument("URL \"" + std::string(text.substr(0, 120)) + "\" " + why);
  };
  constexpr std::string_view kScheme = "http://";
  if (text.size() > kUrlBytesMax) return bad("has more than " + std::to_string(kUrlBytesMax) + " bytes");
  for (const char c : text) {
    if (static_cast<uint8_t>(c) <= 0x20 || c == 0x7F || c == '?' || c == '#' || c == '@')
      return bad("has a blank, a control character, '?', '#' or '@'");
  }
  if (text.starts_with("https://"))
    return bad("is https: this program speaks plain http, put a TLS proxy on this machine before it");
  if (!text.starts_with(kScheme)) return bad("does not begin with http://");
  std::string_view rest = text.substr(kScheme.size());
  HttpUrl url;
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.path = rest.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("has no ']' after its address");
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority[0] != ':') return bad("has something between address and port");
    if (!authority.empty()) port = authority.substr(1);
    if (!authority.empty() && port.empty()) return bad("has an empty port");
  } else {
    const size_t colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
      port = authority.substr(colon + 1);
      if (port.empty()) return bad("has an empty port");
    }
  }
  if (url.host.empty()) return bad("names no host");
  unsigned number = 0;
  for (const char c : port) {
    if (c < '0' || c > '9' || port.size() > 5) return bad("has a port that is no number up to 65535");
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  if (number > 65535) return bad("has a port that is no number up to 65535");
  if (!port.empty()) url.port = port;
  return url;
}

Result<HttpAnswer> HttpGet(const HttpUrl& url, const std::string& path, const HttpClientOptions& options) {
  return Send(http::verb::get, url, path, "", options);
}

Result<HttpAnswer> HttpPost(const HttpUrl& url, const std::string& path, std::string body,
                            const HttpClientOptions& options) {
  return Send(http::verb::post, url, path, std::move(body), options);
}

std::string PercentEncode(std::string_view segment) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : segment) {
    if (kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      out.append({'%', kDigits[static_cast<uint8_t>(c) >> 4], kDigits[static_cast<uint8_t>(c) & 15]});
  }
  return out;
}

Result<std::string> PercentDecode(std::string_view segment) {
  std::string out;
  for (size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      out += segment[i];
      continue;
    }
    const Result<std::string> byte = HexDecode(segment.substr(std::min(i + 1, segment.size()), 2));
    if (!byte.ok() || byte->size() != 1) return InvalidArgument("a percent sign is not followed by two hex digits");
    out += *byte;
    i += 2;
  }
  return out;
}

}  // namespace ledgerline::tool
