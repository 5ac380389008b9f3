#include "tools/bench/generate/onnx_peer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "inference/model/model_file.h"

namespace ledgerline::bench {
namespace {

using Json = nlohmann::json;

void Append(const std::vector<float>& values, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

}  // namespace

Result<std::unique_ptr<OnnxPeer>> OnnxPeer::Start(const std::string& modules, const FlatWeights& weights, int bits) {
  std::unique_ptr<OnnxPeer> peer(new OnnxPeer());
  std::string bytes;
  for (const FlatWeights::Layer& layer : weights.layers) {
    for (const auto* part : {&layer.query_key_value, &layer.attention_out, &layer.gate_up, &layer.down}) {
      Append(*part, &bytes);
    }
  }
  Append(weights.embedding, &bytes);
  const char* temporary = std::getenv("TMPDIR");
  std::string path = std::string(temporary == nullptr ? "/tmp" : temporary) + "/ledgerline-onnx-XXXXXX";
  const int file = mkstemp(path.data());
  if (file < 0) return Unavailable("cannot make a temporary file " + path);
  close(file);
  peer->weights_path_ = path;
  RETURN_IF_ERROR(model::WriteFileBytes(path, bytes));
  const kernel::StackShape& shape = weights.shape;
  const Json description = {{"width", shape.width},   {"layers", shape.layers},   {"heads", shape.heads},
                            {"hidden", shape.hidden}, {"context", shape.context}, {"vocabulary", kFlatVocabulary}};
  std::array<int, 2> to, from;
  if (pipe(to.data()) != 0 || pipe(from.data()) != 0) return Unavailable("no pipes for node");
  const std::string script = LEDGERLINE_ONNX_PEER_SCRIPT, shape_text = description.dump(),
                    bit_text = std::to_string(bits);
  peer->process_ = fork();
  if (peer->process_ == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    for (const int end : {to[0], to[1], from[0], from[1]}) close(end);
    execlp("node", "node", script.c_str(), modules.c_str(), path.c_str(), shape_text.c_str(), bit_text.c_str(),
           static_cast<char*>(nullptr));
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  peer->in_ = fdopen(to[1], "w");
  peer->out_ = fdopen(from[0], "r");
  ASSIGN_OR_RETURN(const std::string ready, peer->Ask(""));
  const Json answer = Json::parse(ready, nullptr, false);
  if (!answer.is_object() || !answer.contains("version")) return Unavailable("onnxruntime-node did not start");
  peer->version_ = answer["version"].get<std::string>();
  return peer;
}

OnnxPeer::~OnnxPeer() {
  if (in_ != nullptr) std::fclose(in_);  // the end of its input ends it
  if (out_ != nullptr) std::fclose(out_);
  if (process_ > 0) waitpid(process_, nullptr, 0);
  if (!weights_path_.empty()) unlink(weights_path_.c_str());
}

Result<std::string> OnnxPeer::Ask(const std::string& command) {
  if (!command.empty()) {
    std::fputs((command + "\n").c_str(), in_);
    std::fflush(in_);
  }
  std::string line;
  for (int c = std::fgetc(out_); c != EOF && c != '\n'; c = std::fgetc(out_)) line.push_back(static_cast<char>(c));
  if (line.empty()) return Unavailable("onnxruntime-node gave no answer to \"" + command.substr(0, 40) + "\"");
  return line;
}

Result<std::vector<float>> OnnxPeer::Logits(const std::vector<int>& tokens) {
  std::string command = "logits ";
  for (size_t i = 0; i < tokens.size(); ++i) command += (i == 0 ? "" : ",") + std::to_string(tokens[i]);
  ASSIGN_OR_RETURN(const std::string line, Ask(command));
  const Json answer = Json::parse(line, nullptr, false);
  if (!answer.is_object() || !answer.contains("logits")) return Unavailable("onnxruntime-node: " + line.substr(0, 80));
  return answer["logits"].get<std::vector<float>>();
}

Result<double> OnnxPeer::Decode(size_t from, size_t count) {
  ASSIGN_OR_RETURN(const std::string line, Ask("decode " + std::to_string(from) + " " + std::to_string(count)));
  const Json answer = Json::parse(line, nullptr, false);
  if (!answer.is_object() || !answer.contains("cpu")) return Unavailable("onnxruntime-node: " + line.substr(0, 80));
  return answer["cpu"].get<double>();
}

}  // namespace ledgerline::bench
