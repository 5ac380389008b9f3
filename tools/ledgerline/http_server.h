// A small HTTP/1.1 server for handlers that answer at once: the witness, and the files of an exported log.
//
// Every wait and every size has a bound, so that slow, silent or talkative clients cost a connection and no more: the
// header and the body have one deadline together, so has the answer; beyond `connections_max` a client is told 503 with
// Retry-After. Boost.Beast stays in the .cc.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_HTTP_SERVER_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_HTTP_SERVER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::tool {

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // "/add-checkpoint", as it came: percent-encoded, with its query
  std::string body;
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
};

struct HttpServerOptions {
  std::string listen;                            // "127.0.0.1:8080"; port 0: any that is free
  size_t header_bytes_max = 8 * 1024;            // above it: 431
  size_t body_bytes_max = 64 * 1024;             // above it: 413
  size_t connections_max = 256;                  // above it: 503
  std::chrono::milliseconds read_time{10'000};   // for one request, the wait for it included; after it: closed
  std::chrono::milliseconds write_time{30'000};  // for one answer
  bool stop_on_signals = false;                  // SIGTERM and SIGINT end Run
};

// Called on the server's one thread, one request at a time; GET and HEAD come as GET.
using HttpHandler = std::function<HttpReply(const HttpRequest&)>;

class HttpServer {
 public:
  // Listens from here on. Errors: kInvalidArgument (not ADDRESS:PORT), kUnavailable (the address is taken).
  static Result<std::unique_ptr<HttpServer>> Listen(HttpServerOptions options, HttpHandler handler);
  ~HttpServer();

  std::string address() const;  // "127.0.0.1:41234", with the port that was chosen
  // Serves until Stop or a signal; answers under way are finished first, within write_time.
  void Run();
  // From any thread.
  void Stop();

 private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_HTTP_SERVER_H_
