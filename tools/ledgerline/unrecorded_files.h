// UnrecordedFiles: the files of one cover. Until the cover is recorded they have another name, and are removed again:
// no cover without its record, not even where the program is killed.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_UNRECORDED_FILES_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_UNRECORDED_FILES_H_

#include <string>

#include "schemas/status.h"

namespace ledgerline::tool {

class UnrecordedFiles {
 public:
  explicit UnrecordedFiles(std::string directory) : directory_(std::move(directory)) {}
  // Removes what was not recorded, and the directory if Prepare made it and it is empty.
  ~UnrecordedFiles();
  UnrecordedFiles(const UnrecordedFiles&) = delete;
  UnrecordedFiles& operator=(const UnrecordedFiles&) = delete;

  // Errors: kAlreadyExists (the directory has a cover), kInvalidArgument (it cannot be made).
  Status Prepare();
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  std::string Unrecorded(const std::string& name) const { return Path(name) + ".unrecorded"; }
  // Gives cover.mid and cover.wav their names. Errors: kUnavailable.
  Status Recorded();

 private:
  std::string directory_;
  bool made_directory_ = false;
};

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_UNRECORDED_FILES_H_
