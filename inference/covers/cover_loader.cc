// Finds and opens libledgerline_generator.so.
#include <dlfcn.h>
#include <unistd.h>

#include <filesystem>

#include "inference/covers/cover_engine.h"

namespace ledgerline::covers {
namespace {

namespace fs = std::filesystem;

constexpr char kPluginName[] = "libledgerline_generator.so";
constexpr char kWeightsName[] = "ledgerline.model";

fs::path ExecutableDirectory() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path(".") : self.parent_path();
}

// Where a file may lie: where the environment says, else beside the executable, then in the build and source trees.
std::vector<fs::path> Candidates(const std::string& given, const char* environment, const char* name,
                                 const std::vector<fs::path>& places) {
  if (!given.empty()) return {given};
  // Whoever names a file means that one: another in its place would make other music without a word.
  if (const char* value = std::getenv(environment); value != nullptr && *value != '\0') return {value};
  std::vector<fs::path> found;
  for (const fs::path& place : places) found.push_back(place / name);
  return found;
}

Result<fs::path> FirstExisting(const std::vector<fs::path>& candidates, const std::string& what,
                               const std::string& advice) {
  std::string looked;
  for (const fs::path& path : candidates) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) return path;
    looked += (looked.empty() ? "" : ", ") + path.string();
  }
  return NotFound(what + " not found; looked at " + looked + ". " + advice);
}

}  // namespace

Result<std::unique_ptr<CoverEngine>> LoadCoverEngine(const std::string& plugin_path, const std::string& weights_path) {
  const fs::path here = ExecutableDirectory();
  ASSIGN_OR_RETURN(const fs::path plugin,
                   FirstExisting(Candidates(plugin_path, "LEDGERLINE_GENERATOR", kPluginName,
                                            {here, here / "../lib", here / "../lib/ledgerline",
                                             here / "../../inference/plugin", here / "../../../inference/plugin",
                                             here / "inference/plugin", LEDGERLINE_BUILD_PLUGIN_DIR}),
                                 "the generator plugin",
                                 "Build the target ledgerline_generator, or set "
                                 "LEDGERLINE_GENERATOR to its path."));
  ASSIGN_OR_RETURN(const fs::path weights,
                   FirstExisting(Candidates(weights_path, "LEDGERLINE_WEIGHTS", kWeightsName,
                                            {here / "../share/ledgerline", LEDGERLINE_SOURCE_WEIGHTS_DIR}),
                                 "the model file", "Set LEDGERLINE_WEIGHTS to its path."));
  // The handle stays open for the life of the process: engines may live as long, and hold its code.
  void* handle = dlopen(fs::absolute(plugin).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return FailedPrecondition("the generator plugin " + plugin.string() + " cannot be loaded: " + dlerror());
  }
  auto version = reinterpret_cast<LedgerlineCoverVersionFn>(dlsym(handle, "LedgerlineCoverVersion"));
  auto create = reinterpret_cast<LedgerlineCoverCreateFn>(dlsym(handle, "LedgerlineCoverCreate"));
  if (version == nullptr || create == nullptr) {
    return FailedPrecondition(plugin.string() + " is not a Ledgerline generator: it exports no LedgerlineCoverCreate");
  }
  if (version() != kCoverEngineVersion) {
    return FailedPrecondition("the generator plugin " + plugin.string() + " has interface version " +
                              std::to_string(version()) + ", this program needs " +
                              std::to_string(kCoverEngineVersion) + ": build both from one tree");
  }
  Status error;
  std::unique_ptr<CoverEngine> engine(create(weights.c_str(), &error));
  if (engine == nullptr) {
    return error.ok() ? Internal("the generator gave neither an engine nor an error") : error.WithContext("generator");
  }
  return engine;
}

}  // namespace ledgerline::covers
