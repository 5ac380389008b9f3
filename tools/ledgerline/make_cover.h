// Making what is recorded: leave for every source first, then the generator, then the record and the receipt. Behind
// `ledgerline cover` and `ledgerline remix`.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_MAKE_COVER_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_MAKE_COVER_H_

#include <string>
#include <vector>

#include "inference/covers/cover_engine.h"
#include "ledgerline/v1/consent.pb.h"
#include "tools/ledgerline/command.h"

namespace ledgerline::tool {

// A song and the recording that it is, with the flags that named them.
struct SourceFlags {
  std::string song, recording;
  std::string song_flag = "--song", recording_flag = "--recording";
};

struct MakeFlags {
  std::string directory;
  std::vector<SourceFlags> sources;  // at least one, no recording twice
  std::string style;
  uint64_t seed = 0;
  std::string territory;
  std::string tier = "standard";
  std::string requester;
  std::string output;
  std::string musicxml;  // a new file; empty: none
  int candidates = covers::CoverRequest().candidates;
  v1::Use use = v1::USE_COVER;
  std::string adapter;  // a file; empty: the style's own, if it has one
  std::string taste;    // a file; empty: the generator's own ranking
  std::string plan;     // docs/formats/remix_plan.md; empty: a plain cover of the first source
};

// Adds the options that every making has; the first source is --song and --recording.
void AddMakeFlags(CLI::App& command, MakeFlags& flags);

// Errors: kPermissionDenied (leave is missing: nothing was made), and those of the engine and the journal.
Status MakeAndRecord(Context& context, const MakeFlags& flags);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_MAKE_COVER_H_
