// ledgerline-train where there is no LibTorch: the drum commands alone.
#include "tools/train/drums_commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Trains and measures the groove model (built without LibTorch: nothing else)."};
  app.require_subcommand(1);
  std::function<int()> action;
  ledgerline::train::AddDrumsCommands(app, &action);
  CLI11_PARSE(app, argc, argv);
  return action();
}
