// What the simulation throws when the journal broke a promise.
#ifndef LEDGERLINE_TESTS_SIM_VIOLATION_H_
#define LEDGERLINE_TESTS_SIM_VIOLATION_H_

#include <stdexcept>
#include <string>

namespace ledgerline::sim {

// The message says which promise.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
inline void Demand(bool holds, const std::string& promise) {
  if (!holds) throw Violation(promise);
}

}  // namespace ledgerline::sim

#endif  // LEDGERLINE_TESTS_SIM_VIOLATION_H_
