// A log's files from a server of them: `ledgerline log serve`, or any server of C2SP tlog-tiles files.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_HTTP_LOG_SOURCE_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_HTTP_LOG_SOURCE_H_

#include <chrono>
#include <memory>
#include <string>

#include "ledger/audit/log_source.h"
#include "tools/ledgerline/http_client.h"

namespace ledgerline::tool {

class HttpLogSource : public audit::LogSource {
 public:
  explicit HttpLogSource(HttpUrl prefix, std::chrono::milliseconds time = std::chrono::seconds(30))
      : prefix_(std::move(prefix)), time_(time) {}
  Result<std::string> Get(std::string_view path) override;
  std::string name() const override;

 private:
  HttpUrl prefix_;
  std::chrono::milliseconds time_;
};

// A directory, or a URL that begins with http://. Errors: kInvalidArgument (URL), kNotFound (no such directory).
Result<std::unique_ptr<audit::LogSource>> OpenLogSource(const std::string& directory_or_url);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_HTTP_LOG_SOURCE_H_
