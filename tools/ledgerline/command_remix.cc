// ledgerline remix: a song's sections in another order, with drums, in another metre, key or tempo; two songs in one;
// bars filled in or added.
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/make_cover.h"
#include "tools/ledgerline/plan_flags.h"

namespace ledgerline::tool {
namespace {

struct RemixFlags {
  MakeFlags make;
  PlanFlags wishes;
  std::string other_song, other_recording;
};

Status RunRemix(Context& context, RemixFlags flags) {
  const bool mash_up = !flags.other_song.empty() || !flags.other_recording.empty();
  if (mash_up && (flags.other_song.empty() || flags.other_recording.empty())) {
    return InvalidArgument("--mash-up names the other song, and --mash-up-recording which recording it is: give both");
  }
  if (!mash_up && !flags.wishes.mash_up_as.empty()) {
    return InvalidArgument("--mash-up-as needs the other song: --mash-up FILE --mash-up-recording ID");
  }
  if (mash_up) {
    flags.make.sources.push_back({flags.other_song, flags.other_recording, "--mash-up", "--mash-up-recording"});
    flags.make.use = v1::USE_MASHUP;
    if (flags.wishes.mash_up_as.empty() && flags.wishes.section.empty() && flags.wishes.file.empty()) {
      flags.wishes.mash_up_as = "alternate";
    }
  }
  ASSIGN_OR_RETURN(flags.make.plan, PlanText(flags.wishes, true));
  return MakeAndRecord(context, flags.make);
}

}  // namespace

void AddRemix(CLI::App& app, Action& action) {
  auto flags = std::make_shared<RemixFlags>();
  flags->make.use = v1::USE_REMIX;
  CLI::App* command = app.add_subcommand(
      "remix", "Make a remix or a mash-up, with leave, and record it: cover.mid, cover.wav and the receipt cover.json");
  AddMakeFlags(*command, flags->make);
  AddRemixPlanFlags(*command, flags->wishes);
  command->add_option("--mash-up", flags->other_song, "The other song of a mash-up, a file as --song");
  command->add_option("--mash-up-recording", flags->other_recording, "Which recording of the catalogue that is");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunRemix(context, *flags); }; });
}

}  // namespace ledgerline::tool
