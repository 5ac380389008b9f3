// What `cover` and `remix` print with --json, and what a receipt carries along: the cover, its sources, its measures.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_COVER_SUMMARY_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_COVER_SUMMARY_H_

#include <nlohmann/json.hpp>
#include <string>

#include "inference/covers/cover_engine.h"
#include "tools/ledgerline/allowed_request.h"
#include "tools/ledgerline/make_cover.h"

namespace ledgerline::tool {

nlohmann::ordered_json SummaryJson(const MakeFlags& flags, const AllowedRequest& request, const std::string& cover_id,
                                   const covers::CoverResult& cover, const covers::RenderResult& sound);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_COVER_SUMMARY_H_
