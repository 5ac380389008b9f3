#include "tools/ledgerline/unrecorded_files.h"

#include <filesystem>

#include "tools/ledgerline/named_files.h"

namespace ledgerline::tool {

namespace fs = std::filesystem;

UnrecordedFiles::~UnrecordedFiles() {
  std::error_code error;
  for (const char* name : {"cover.mid", "cover.wav"}) fs::remove(Unrecorded(name), error);
  if (made_directory_) fs::remove(directory_, error);  // only if it is empty
}

Status UnrecordedFiles::Prepare() {
  std::error_code error;
  for (const char* name : {"cover.mid", "cover.wav", "cover.json"}) {
    if (Exists(Path(name)))
      return AlreadyExists("--out '" + directory_ + "' has a " + name + " already: choose another directory");
    fs::remove(Unrecorded(name), error);  // of a run that was killed
  }
  made_directory_ = fs::create_directories(directory_, error);
  if (error) return InvalidArgument("--out '" + directory_ + "' cannot be made: " + error.message());
  return Status::Ok();
}

Status UnrecordedFiles::Recorded() {
  for (const char* name : {"cover.mid", "cover.wav"}) {
    std::error_code error;
    fs::rename(Unrecorded(name), Path(name), error);
    if (error) return Unavailable("cannot give '" + Unrecorded(name) + "' its name: " + error.message());
  }
  return Status::Ok();
}

}  // namespace ledgerline::tool
