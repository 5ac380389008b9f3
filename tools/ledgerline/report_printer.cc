#include "tools/ledgerline/report_printer.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string Indented(const std::string& text, size_t by) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\n" + std::string(by, ' ') : std::string(1, c);
  return out;
}

}  // namespace

void ReportPrinter::Print(const std::string& target, const Result<audit::Report>& report) {
  ++targets_;
  if (report.ok())
    PrintReport(target, *report);
  else
    PrintUnreadable(target, report.status());
}

Status ReportPrinter::Finish() {
  console_.PrintJson(json_);
  const std::string of = " of " + std::to_string(targets_);
  if (not_verified_ > 0) return FailedPrecondition(std::to_string(not_verified_ + unreadable_) + of + " not verified");
  if (unreadable_ > 0) return InvalidArgument(std::to_string(unreadable_) + of + " could not be read");
  return Status::Ok();
}

void ReportPrinter::PrintReport(const std::string& target, const audit::Report& report) {
  size_t failed = 0;
  Json findings = Json::array();
  if (!brief_) console_.Say(target);
  for (const audit::Finding& finding : report.findings()) {
    failed += finding.passed ? 0 : 1;
    if (!brief_ || !finding.passed)
      console_.Say((finding.passed ? "  ok     " : "  FAILED ") + finding.name + ": " + Indented(finding.detail, 9));
    findings.push_back({{"name", finding.name}, {"passed", finding.passed}, {"detail", finding.detail}});
  }
  if (!brief_ && !report.trusted().empty()) console_.Say("  taken on trust:");
  for (const std::string& trusted : report.trusted()) {
    if (!brief_) console_.Say("    - " + Indented(trusted, 6));
  }
  std::string verdict;
  if (failed > 0)
    verdict = "NOT VERIFIED: " + std::to_string(failed) + " of " +
              Counted(report.findings().size(), "check", "checks") + " failed";
  else if (!report.anchored())
    verdict = "SELF-CONSISTENT, NO TRUST ANCHOR: give --vkey or --policy from a source other than this file";
  else
    verdict = "VERIFIED: " + Counted(report.findings().size(), "check", "checks") + " passed";
  const bool verified = failed == 0 && report.anchored();
  console_.Say(brief_ ? target + ": " + verdict + ", " + Counted(report.trusted().size(), "thing", "things") +
                            " taken on trust"
                      : verdict + "\n");
  json_.push_back({{"target", target},
                   {"verified", verified},
                   {"verdict", verdict},
                   {"checks", findings},
                   {"taken_on_trust", report.trusted()}});
  not_verified_ += verified ? 0 : 1;
}

void ReportPrinter::PrintUnreadable(const std::string& target, const Status& status) {
  ++unreadable_;
  const std::string verdict = "NOT READ: " + status.message();
  console_.Say(brief_ ? target + ": " + verdict : target + "\n" + verdict + "\n");
  json_.push_back({{"target", target},
                   {"verified", false},
                   {"verdict", verdict},
                   {"checks", Json::array()},
                   {"taken_on_trust", Json::array()}});
}

}  // namespace ledgerline::tool
