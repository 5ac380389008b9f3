// The server against clients that are slow, silent, too long or too many; the client against servers of that kind.
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <thread>

#include "tools/ledgerline/http_client.h"
#include "tools/ledgerline/http_log_source.h"
#include "tools/ledgerline/http_server.h"

namespace ledgerline::tool {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

HttpReply Echo(const HttpRequest& request) {
  return {200, "text/plain; charset=utf-8", request.method + " " + request.target + " " + request.body, {}};
}

// A server on a thread of its own, stopped at the end of its life.
class Served {
 public:
  explicit Served(HttpServerOptions options = {}, HttpHandler handler = Echo) {
    options.listen = "127.0.0.1:0";
    server_ = HttpServer::Listen(std::move(options), std::move(handler)).value();
    thread_ = std::thread([this] { server_->Run(); });
  }
  ~Served() { Stop(); }
  void Stop() {
    server_->Stop();
    if (thread_.joinable()) thread_.join();
  }
  HttpUrl url() const { return HttpUrl::Parse("http://" + server_->address()).value(); }

 private:
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

// A client that says exactly what it is told, byte by byte.
class RawClient {
 public:
  explicit RawClient(const HttpUrl& url) {
    socket_.connect({asio::ip::make_address(url.host), static_cast<uint16_t>(std::stoi(url.port))});
  }
  void Say(const std::string& bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  // All that comes until the server closes.
  std::string ReadToEnd() {
    std::string got;
    boost::system::error_code error;
    asio::read(socket_, asio::dynamic_buffer(got), error);
    return got;
  }

 private:
  asio::io_context context_;
  tcp::socket socket_{context_};
};

TEST(HttpTest, RequestsAndAnswers) {
  Served served;
  const HttpAnswer got = HttpGet(served.url(), "/a/b%20c").value();
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "GET /a/b%20c ");
  EXPECT_EQ(got.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(HttpPost(served.url(), "/x", "old 0\n").value().body, "POST /x old 0\n");
  // Two requests over one connection, the second asking for its end.
  RawClient raw(served.url());
  raw.Say("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string both = raw.ReadToEnd();
  EXPECT_NE(both.find("GET /1 "), std::string::npos);
  EXPECT_EQ(both.find("GET /2 "), std::string::npos) << "HEAD has no body";
  EXPECT_NE(both.find("Content-Length: 7"), std::string::npos) << both;
}

TEST(HttpTest, SlowAndSilentClientsAreLetGoAndHoldNobodyUp) {
  HttpServerOptions options;
  options.read_time = 300ms;
  Served served(options);
  RawClient silent(served.url()), slow(served.url());
  slow.Say("POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of");
  EXPECT_EQ(HttpGet(served.url(), "/meanwhile").value().status, 200);
  EXPECT_EQ(silent.ReadToEnd(), "");
  EXPECT_EQ(slow.ReadToEnd(), "");
}

TEST(HttpTest, TooLongTooManyAndNotHttp) {
  HttpServerOptions options;
  options.body_bytes_max = 1000;
  options.header_bytes_max = 500;
  options.connections_max = 2;
  Served served(options);
  EXPECT_EQ(HttpPost(served.url(), "/", std::string(1000, 'x')).value().status, 200);
  EXPECT_EQ(HttpPost(served.url(), "/", std::string(1001, 'x')).value().status, 413);
  {
    RawClient chunked(served.url());
    chunked.Say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
                "\r\n");
    EXPECT_EQ(chunked.ReadToEnd().substr(0, 12), "HTTP/1.1 413");
  }
  {
    RawClient header(served.url());
    header.Say("GET / HTTP/1.1\r\nX: " + std::string(600, 'x') + "\r\n\r\n");
    EXPECT_EQ(header.ReadToEnd().substr(0, 12), "HTTP/1.1 431");
  }
  {
    RawClient garbage(served.url());
    garbage.Say("\x16\x03\x01 this is not http\r\n\r\n");
    EXPECT_EQ(garbage.ReadToEnd().substr(0, 12), "HTTP/1.1 400");
  }
  RawClient one(served.url()), two(served.url());
  // The third is refused whatever it says; connections are accepted in order.
  RawClient three(served.url());
  three.Say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string refused = three.ReadToEnd();
  EXPECT_EQ(refused.substr(0, 12), "HTTP/1.1 503") << refused;
  EXPECT_NE(refused.find("Retry-After: 1"), std::string::npos);
}

TEST(HttpTest, AHandlerThatThrowsCostsOneAnswer) {
  Served served({}, [](const HttpRequest& request) -> HttpReply {
    if (request.target == "/bad") throw std::runtime_error("defect");
    return Echo(request);
  });
  EXPECT_EQ(HttpGet(served.url(), "/bad").value().status, 500);
  EXPECT_EQ(HttpGet(served.url(), "/good").value().status, 200);
}

TEST(HttpTest, StoppingLetsGoOfWhoWaits) {
  HttpServerOptions options;
  options.read_time = std::chrono::hours(1);
  Served served(options);
  RawClient silent(served.url());
  EXPECT_EQ(HttpGet(served.url(), "/").value().status, 200);  // the silent one was accepted before
  served.Stop();
  EXPECT_EQ(silent.ReadToEnd(), "");
  EXPECT_EQ(HttpGet(served.url(), "/").status().code(), StatusCode::kUnavailable);
}

TEST(HttpTest, TheClientBoundsTimeAndLength) {
  // A server that accepts and never answers: the listening socket alone does that.
  asio::io_context context;
  tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  const HttpUrl url = HttpUrl::Parse("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())).value();
  HttpClientOptions options;
  options.time = 200ms;
  const Status late = HttpGet(url, "/", options).status();
  EXPECT_EQ(late.code(), StatusCode::kUnavailable);
  EXPECT_NE(late.message().find("within 200 ms"), std::string::npos) << late.message();
  Served served({}, [](const HttpRequest&) -> HttpReply { return {200, "text/plain", std::string(1001, 'x'), {}}; });
  options = {};
  options.body_bytes_max = 1000;
  EXPECT_EQ(HttpGet(served.url(), "/", options).status().code(), StatusCode::kOutOfRange);
  options.body_bytes_max = 1001;
  EXPECT_TRUE(HttpGet(served.url(), "/", options).ok());
}

TEST(HttpTest, Urls) {
  const HttpUrl url = HttpUrl::Parse("http://witness.example:8080/a/b/").value();
  EXPECT_EQ(url.host + " " + url.port + " " + url.path, "witness.example 8080 /a/b");
  EXPECT_EQ(HttpUrl::Parse("http://[::1]:80").value().host, "::1");
  EXPECT_EQ(HttpUrl::Parse("http://x").value().port, "80");
  for (const char* bad :
       {"", "x", "ftp://x", "https://x", "http://", "http://:80", "http://x:", "http://x:65536", "http://x:1e3",
        "http://x/a b", "http://x/\r\nHost:y", "http://u@x", "http://[::1", "http://x?q"}) {
    EXPECT_EQ(HttpUrl::Parse(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(PercentEncode("ledger.example/covers a"), "ledger.example%2Fcovers%20a");
  EXPECT_EQ(PercentDecode(PercentEncode("\xC3\xA9/%+")).value(), "\xC3\xA9/%+");
  for (const char* bad : {"%", "%2", "%2x", "a%"}) EXPECT_FALSE(PercentDecode(bad).ok()) << bad;
}

TEST(HttpTest, ALogSourceOverHttp) {
  Served served({}, [](const HttpRequest& request) -> HttpReply {
    if (request.target == "/log/checkpoint") return {200, "text/plain; charset=utf-8", "a checkpoint\n", {}};
    if (request.target == "/log/tile/0/000") return {200, "application/octet-stream", std::string(8193, 'x'), {}};
    return {request.target == "/log/tile/0/001" ? 404 : 500, "text/plain", "", {}};
  });
  const HttpUrl url = served.url();
  const auto source = OpenLogSource("http://" + url.host + ":" + url.port + "/log/").value();
  EXPECT_EQ(source->Get("checkpoint").value(), "a checkpoint\n");
  EXPECT_EQ(source->Get("tile/0/000").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(source->Get("tile/0/001").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(source->Get("tile/0/002").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(source->Get("../secret").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenLogSource("/no/such/directory").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace ledgerline::tool
