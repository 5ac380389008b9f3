// libledgerline_generator.so: the two functions that the loader looks for. See inference/covers/cover_engine.h.
#include <filesystem>

#include "inference/covers/cover_maker.h"
#include "inference/covers/style_book.h"
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
  // A model that comes without a figure index makes covers, and the engine warns; without a groove model, no drums.
  std::string figures, grooves;
  for (const auto& [name, content] : {std::pair("ledgerline.figures", &figures), std::pair("drums.groove", &grooves)}) {
    const std::filesystem::path beside = std::filesystem::path(weights_path).parent_path() / name;
    if (!std::filesystem::exists(beside)) continue;
    ledgerline::Result<std::string> read = ledgerline::model::ReadFileBytes(beside.string());
    if (!read.ok()) {
      *error = read.status();
      return nullptr;
    }
    *content = std::move(read).value();
  }
  ledgerline::Result<std::unique_ptr<ledgerline::covers::CoverMaker>> maker =
      ledgerline::covers::CoverMaker::Load(*bytes, figures, grooves);
  if (!maker.ok()) {
    *error = maker.status().WithContext(weights_path);
    return nullptr;
  }
  // One that cannot be used is no reason for making nothing at all, but it must not be passed over either.
  for (const ledgerline::covers::StyleTraits& style : ledgerline::covers::AdapterStyles()) {
    const std::filesystem::path beside =
        std::filesystem::path(weights_path).parent_path() / (std::string(style.name) + ".adapter");
    if (!std::filesystem::exists(beside)) continue;
    const ledgerline::Result<std::string> adapter = ledgerline::model::ReadFileBytes(beside.string());
    const ledgerline::Status added = adapter.ok() ? (*maker)->AddAdapter(*adapter) : adapter.status();
    if (!added.ok()) (*maker)->Warn(added.WithContext(beside.string()).message());
  }
  return std::move(maker).value().release();
}
