// Report: what a verification checked, what failed, and what it took on trust. Printed in plain words by `ledgerline
// verify`.
#ifndef LEDGERLINE_LEDGER_AUDIT_REPORT_H_
#define LEDGERLINE_LEDGER_AUDIT_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ledgerline::audit {

struct Finding {
  std::string name;  // what was checked: "inclusion of entry 17"
  bool passed = false;
  std::string detail;  // passed: what it covered; failed: what is wrong, and where
};

class Report {
 public:
  void Pass(std::string name, std::string detail) { findings_.push_back({std::move(name), true, std::move(detail)}); }
  void Fail(std::string name, std::string detail) { findings_.push_back({std::move(name), false, std::move(detail)}); }
  void Trust(std::string what) { trusted_.push_back(std::move(what)); }
  // There was a key, a policy or a checkpoint from outside. Without one nothing is proved against anybody.
  void SetAnchored() { anchored_ = true; }

  const std::vector<Finding>& findings() const { return findings_; }
  const std::vector<std::string>& trusted() const { return trusted_; }
  bool anchored() const { return anchored_; }
  bool AllPassed() const {
    for (const Finding& finding : findings_) {
      if (!finding.passed) return false;
    }
    return true;
  }

 private:
  std::vector<Finding> findings_;
  std::vector<std::string> trusted_;
  bool anchored_ = false;
};

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_REPORT_H_
