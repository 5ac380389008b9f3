// libledgerline_generator.so: the two functions that the loader looks for. See inference/covers/cover_engine.h.
#include "inference/covers/cover_maker.h"
#include "inference/model/model_file.h"

#define LEDGERLINE_EXPORT extern "C" __attribute__((visibility("default")))

LEDGERLINE_EXPORT int LedgerlineCoverVersion() { return ledgerline::covers::kCoverEngineVersion; }

LEDGERLINE_EXPORT ledgerline::covers::CoverEngine* LedgerlineCoverCreate(const char* weights_path,
                                                                         ledgerline::Status* error) {
  const ledgerline::Result<std::string> bytes = ledgerline::model::ReadFileBytes(weights_path);
  if (!bytes.ok()) {
    *error = bytes.status();
    return nullptr;
  }
  ledgerline::Result<std::unique_ptr<ledgerline::covers::CoverMaker>> maker =
      ledgerline::covers::CoverMaker::Load(*bytes);
  if (!maker.ok()) {
    *error = maker.status().WithContext(weights_path);
    return nullptr;
  }
  return std::move(maker).value().release();
}
