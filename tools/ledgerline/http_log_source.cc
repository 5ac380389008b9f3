#include "tools/ledgerline/http_log_source.h"

#include <filesystem>

namespace ledgerline::tool {

Result<std::string> HttpLogSource::Get(std::string_view path) {
  const size_t bytes_max = audit::LogFileBytesMax(path);
  if (bytes_max == 0)
    return InvalidArgument("\"" + std::string(path.substr(0, 120)) + "\" is no path of a log's files");
  ASSIGN_OR_RETURN(HttpAnswer answer, HttpGet(prefix_, "/" + std::string(path), {time_, bytes_max}));
  if (answer.status == 200) return std::move(answer.body);
  const std::string what = name() + "/" + std::string(path);
  if (answer.status == 404 || answer.status == 410) return NotFound(what + " is not there");
  return Unavailable(what + ": the server says " + std::to_string(answer.status));
}

std::string HttpLogSource::name() const { return "http://" + prefix_.host + ":" + prefix_.port + prefix_.path; }

Result<std::unique_ptr<audit::LogSource>> OpenLogSource(const std::string& directory_or_url) {
  if (directory_or_url.find("://") != std::string::npos) {
    ASSIGN_OR_RETURN(HttpUrl url, HttpUrl::Parse(directory_or_url));
    return std::unique_ptr<audit::LogSource>(std::make_unique<HttpLogSource>(std::move(url)));
  }
  std::error_code error;
  if (!std::filesystem::is_directory(directory_or_url, error))
    return NotFound("'" + directory_or_url + "' is no directory, and no URL that begins with http://");
  return std::unique_ptr<audit::LogSource>(std::make_unique<audit::DirectoryLogSource>(directory_or_url));
}

}  // namespace ledgerline::tool
