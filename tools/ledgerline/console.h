// Console: what a command says to people and to machines. Results go to standard output, as text or as one JSON
// document
// (--json); progress and warnings go to standard error, and progress only when that is a terminal.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_CONSOLE_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_CONSOLE_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::tool {

// What the process returns. Documented in README and in --help.
enum ExitCode : int { kExitFine = 0, kExitCheckFailed = 1, kExitUsage = 2, kExitInputError = 3 };

// A consent refused, a permission denied and damaged data are failed checks; everything else is an error of the input.
ExitCode ExitCodeOf(const Status& status);

class Console {
 public:
  explicit Console(bool json);

  bool json() const { return json_; }
  // Text for people: nothing is printed under --json.
  void Say(std::string_view line);
  // The one JSON document of a command: nothing is printed without --json. Text that is not UTF-8 (a file's name may be
  // anything) is replaced. `indent` -1 puts it on one line.
  void PrintJson(const nlohmann::ordered_json& document, int indent = 2);
  void Warn(std::string_view line);
  void Error(const Status& status);
  // A bar for long work on a terminal; `total` 0 shows a counter. EndProgress clears the line.
  void Progress(std::string_view what, uint64_t done, uint64_t total);
  void EndProgress();
  // What was said must have arrived: an error if standard output could not take it (a full disk).
  Status Finish();

 private:
  bool json_;
  bool terminal_;
  bool bar_shown_ = false;
  int64_t last_drawn_ms_ = 0;
};

// "1 row", "2 rows", "1,204 rows".
std::string Counted(uint64_t count, const std::string& one, const std::string& many);

// Rows as aligned columns, two blanks apart; the first row is the heading. Columns of `right` are aligned to the right.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows, const std::vector<size_t>& right = {});

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_CONSOLE_H_
