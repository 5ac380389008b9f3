#include "tools/ledgerline/http_server.h"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <optional>
#include <set>

namespace ledgerline::tool {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

struct Address {
  asio::ip::address ip;
  uint16_t port = 0;
};

Result<Address> ParseAddress(const std::string& text) {
  const auto bad = [&] {
    return InvalidArgument("\"" + text.substr(0, 80) + "\" is not ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:0");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() || text.size() - colon > 6) return bad();
  std::string ip = text.substr(0, colon);
  if (ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  Address address;
  error_code error;
  address.ip = asio::ip::make_address(ip, error);
  unsigned port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') return bad();
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (error || port > 65535) return bad();
  address.port = static_cast<uint16_t>(port);
  return address;
}

class Session;

// What the listener and the sessions share. Used on the server's thread only.
struct Shared {
  HttpServerOptions options;
  HttpHandler handler;
  std::set<Session*> sessions;
  bool stopping = false;
};

// One connection: reads a request, answers it, and again while the client keeps it open.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {
    shared_.sessions.insert(this);
  }
  ~Session() { shared_.sessions.erase(this); }

  void Start() {
    if (shared_.sessions.size() > shared_.options.connections_max) {
      keep_alive_ = false;
      return Answer({503, "text/plain; charset=utf-8", "too many connections: try again\n", {{"Retry-After", "1"}}});
    }
    Read();
  }
  // The server stops: who is being answered gets the answer, who is waited for is let go.
  void Stop() {
    keep_alive_ = false;
    if (!answering_) Close();
  }

 private:
  void Read() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(shared_.options.header_bytes_max));
    parser_->body_limit(shared_.options.body_bytes_max);
    stream_.expires_after(shared_.options.read_time);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, size_t) { self->OnRead(error); });
  }

  void OnRead(error_code error) {
    if (error == http::error::body_limit || error == http::error::header_limit) {
      keep_alive_ = false;
      const bool body = error == http::error::body_limit;
      return Answer({body ? 413 : 431,
                     "text/plain; charset=utf-8",
                     body ? "the body is longer than " + std::to_string(shared_.options.body_bytes_max) + " bytes\n"
                          : std::string("the header is too long\n"),
                     {}});
    }
    if (error && error != http::error::end_of_stream && IsOfHttp(error)) {
      keep_alive_ = false;
      return Answer({400, "text/plain; charset=utf-8", "not an HTTP request\n", {}});
    }
    if (error) return Close();
    const auto& message = parser_->get();
    keep_alive_ = message.keep_alive() && !shared_.stopping;
    head_ = message.method() == http::verb::head;
    HttpRequest request{head_ ? "GET" : std::string(message.method_string()), std::string(message.target()),
                        std::move(parser_->get().body())};
    HttpReply reply;
    try {
      reply = shared_.handler(request);
    } catch (const std::exception&) {
      reply = {500, "text/plain; charset=utf-8", "a defect of this program\n", {}};
    }
    Answer(std::move(reply));
  }

  static bool IsOfHttp(error_code error) {
    return error.category() == make_error_code(http::error::bad_method).category();
  }

  void Answer(HttpReply reply) {
    answering_ = true;
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(reply.status));
    response_.set(http::field::content_type, reply.content_type);
    for (const auto& [name, value] : reply.headers) response_.set(name, value);
    response_.keep_alive(keep_alive_);
    const size_t size = reply.body.size();
    if (!head_) response_.body() = std::move(reply.body);
    response_.content_length(size);
    stream_.expires_after(shared_.options.write_time);
    serializer_.emplace(response_);
    http::async_write(stream_, *serializer_, [self = shared_from_this()](error_code error, size_t) {
      self->answering_ = false;
      if (error || !self->keep_alive_) return self->Finish();
      self->Read();
    });
  }

  // What a refused client still sends is read away for a moment, or its answer might be lost to a reset.
  void Finish() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (ignored || shared_.stopping) return Close();
    drained_ += 1;
    if (drained_ > kDrainedReadsMax) return Close();
    stream_.expires_after(std::chrono::seconds(1));
    stream_.async_read_some(asio::buffer(drain_), [self = shared_from_this()](error_code error, size_t) {
      error ? self->Close() : self->Finish();
    });
  }

  void Close() { stream_.close(); }

  static constexpr int kDrainedReadsMax = 64;
  beast::tcp_stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::array<char, 4096> drain_;
  int drained_ = 0;
  bool head_ = false;
  bool keep_alive_ = false;
  bool answering_ = false;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, HttpHandler handler) : shared_{std::move(options), std::move(handler), {}, false} {}

  Status Listen() {
    ASSIGN_OR_RETURN(const Address address, ParseAddress(shared_.options.listen));
    const tcp::endpoint endpoint(address.ip, address.port);
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return Unavailable("cannot listen on " + shared_.options.listen + ": " + error.message());
    const tcp::endpoint local = acceptor_.local_endpoint(error);
    address_ = local.address().is_v6() ? "[" + local.address().to_string() + "]" : local.address().to_string();
    address_ += ":" + std::to_string(local.port());
    if (shared_.options.stop_on_signals) {
      signals_.add(SIGTERM, error);
      if (!error) signals_.add(SIGINT, error);
      if (error) return Unavailable("cannot wait for signals: " + error.message());
      signals_.async_wait([this](error_code aborted, int) {
        if (!aborted) StopHere();
      });
    }
    Accept();
    return Status::Ok();
  }

  void Run() { context_.run(); }
  void Stop() {
    asio::post(context_, [this] { StopHere(); });
  }
  const std::string& address() const { return address_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (shared_.stopping) return;
      if (!error) {
        std::make_shared<Session>(std::move(socket), shared_)->Start();
        return Accept();
      }
      // Out of file descriptors, most likely: breathe, instead of spinning.
      pause_.expires_after(std::chrono::milliseconds(50));
      pause_.async_wait([this](error_code aborted) {
        if (!aborted && !shared_.stopping) Accept();
      });
    });
  }

  void StopHere() {
    if (shared_.stopping) return;
    shared_.stopping = true;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    signals_.cancel(ignored);
    for (Session* session : std::set<Session*>(shared_.sessions)) session->Stop();
  }

  Shared shared_;  // before the context: sessions that go with it still take themselves off the list
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::signal_set signals_{context_};
  asio::steady_timer pause_{context_};
  std::string address_;
};

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(HttpServerOptions options, HttpHandler handler) {
  auto impl = std::make_shared<Impl>(std::move(options), std::move(handler));
  RETURN_IF_ERROR(impl->Listen());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::string HttpServer::address() const { return impl_->address(); }
void HttpServer::Run() { impl_->Run(); }
void HttpServer::Stop() { impl_->Stop(); }

}  // namespace ledgerline::tool
