// ledgerline cover: a song becomes a cover.
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/make_cover.h"
#include "tools/ledgerline/plan_flags.h"

namespace ledgerline::tool {

void AddCover(CLI::App& app, Action& action) {
  auto flags = std::make_shared<MakeFlags>();
  auto wishes = std::make_shared<PlanFlags>();
  CLI::App* command = app.add_subcommand(
      "cover", "Make a cover of a song, with leave, and record it: cover.mid, cover.wav and the receipt cover.json");
  AddMakeFlags(*command, *flags);
  AddCoverPlanFlags(*command, *wishes);
  command->callback([flags, wishes, &action] {
    action = [flags, wishes](Context& context) -> Status {
      ASSIGN_OR_RETURN(flags->plan, PlanText(*wishes, false));
      return MakeAndRecord(context, *flags);
    };
  });
}

}  // namespace ledgerline::tool
