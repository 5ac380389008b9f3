#include "tools/ledgerline/witness_server.h"

#include "tools/ledgerline/http_client.h"

namespace ledgerline::tool {
namespace {

constexpr std::string_view kCheckpointSuffix = "/checkpoint";

HttpReply Text(int status, const std::string& text) { return {status, std::string(witness::kTextType), text, {}}; }

HttpReply WrongMethod(const std::string& allowed) {
  HttpReply reply = Text(405, "only " + allowed + "\n");
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

HttpReply GetLatest(const witness::Witness& witness, std::string_view encoded_origin) {
  const Result<std::string> origin = PercentDecode(encoded_origin);
  if (!origin.ok()) return Text(400, origin.status().message() + "\n");
  Result<std::string> note = witness.Latest(*origin);
  if (!note.ok())
    return Text(note.status().code() == StatusCode::kNotFound ? 404 : 500, note.status().message() + "\n");
  HttpReply reply = Text(200, *note);
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

}  // namespace

HttpHandler WitnessHandler(witness::Witness& witness) {
  return [&witness](const HttpRequest& request) -> HttpReply {
    if (request.target == "/add-checkpoint") {
      if (request.method != "POST") return WrongMethod("POST");
      witness::WitnessReply reply = witness.AddCheckpoint(request.body);
      return {reply.status, std::move(reply.content_type), std::move(reply.body), {}};
    }
    const std::string_view target = request.target;
    if (target.starts_with('/') && target.size() > kCheckpointSuffix.size() + 1 &&
        target.ends_with(kCheckpointSuffix)) {
      if (request.method != "GET") return WrongMethod("GET, HEAD");
      return GetLatest(witness, target.substr(1, target.size() - 1 - kCheckpointSuffix.size()));
    }
    return Text(404, "a witness takes POST /add-checkpoint and GET /<log's origin, percent-encoded>/checkpoint\n");
  };
}

}  // namespace ledgerline::tool
