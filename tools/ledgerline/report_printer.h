// What a verification says to people and to machines: each check, what was taken on trust, and a verdict.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_REPORT_PRINTER_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_REPORT_PRINTER_H_

#include <nlohmann/json.hpp>
#include <string>

#include "ledger/audit/report.h"
#include "schemas/status.h"
#include "tools/ledgerline/console.h"

namespace ledgerline::tool {

// Takes the reports of several targets, prints each as it comes, and says at the end whether all is well.
class ReportPrinter {
 public:
  // `brief`: only what failed, and a line for each target.
  ReportPrinter(Console& console, bool brief) : console_(console), brief_(brief) {}

  // An error means that the target could not even be read: the others are checked all the same.
  void Print(const std::string& target, const Result<audit::Report>& report);
  // Prints the JSON document. Errors: kFailedPrecondition (some are not verified), kInvalidArgument (some could not be
  // read).
  Status Finish();

 private:
  void PrintReport(const std::string& target, const audit::Report& report);
  void PrintUnreadable(const std::string& target, const Status& status);

  Console& console_;
  bool brief_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
  size_t targets_ = 0, not_verified_ = 0, unreadable_ = 0;
};

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_REPORT_PRINTER_H_
