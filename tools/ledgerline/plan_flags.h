// The wishes beside a style, as flags: they become the text of a remix plan.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_PLAN_FLAGS_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_PLAN_FLAGS_H_

#include <CLI/CLI.hpp>
#include <string>

#include "schemas/status.h"

namespace ledgerline::tool {

struct PlanFlags {
  std::string file;  // a plan's text; the flags beside it replace its fields
  std::string section, tempo, metre, key, drums, density, mood, instruments, bars, infill, continued, mash_up_as;
  int freedom = 0;
  bool free = false, harmonise = false;
};

// Those that a cover has: key, tempo, bars, density, mood, instruments, free.
void AddCoverPlanFlags(CLI::App& command, PlanFlags& flags);
// And those of a remix.
void AddRemixPlanFlags(CLI::App& command, PlanFlags& flags);

// The plan's canonical text, read once with the parser that will read it again; empty where no flag was given and
// `always` is false. Errors name the flag, the value and the bound.
Result<std::string> PlanText(const PlanFlags& flags, bool always);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_PLAN_FLAGS_H_
