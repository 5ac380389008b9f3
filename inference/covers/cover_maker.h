// CoverMaker: the engine itself: reads the song, plans, composes candidates, turns down and ranks them, writes the
// best.
#ifndef LEDGERLINE_INFERENCE_COVERS_COVER_MAKER_H_
#define LEDGERLINE_INFERENCE_COVERS_COVER_MAKER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inference/covers/adapter_shelf.h"
#include "inference/covers/borrowing_guard.h"
#include "inference/covers/cover_engine.h"
#include "inference/covers/recipe.h"
#include "inference/drums/groove_model.h"
#include "inference/model/decoder.h"

namespace ledgerline::covers {

class CoverMaker : public CoverEngine {
 public:
  // Without a figure index borrowing is not judged, and Warnings says so; without a groove model there are no drums.
  // Errors: those of Decoder::Load, FigureIndex::Parse and ParseGrooveModel; kFailedPrecondition (the model file lacks
  // an offered style's textures).
  static Result<std::unique_ptr<CoverMaker>> Load(std::string_view model_file_bytes,
                                                  std::string_view figure_index_bytes = {},
                                                  std::string_view groove_model_bytes = {});
  // Offers a style by an adapter file's bytes. Errors: those of AdapterShelf::Add.
  Status AddAdapter(const std::string& adapter_file_bytes) { return adapters_.Add(adapter_file_bytes); }

  // One more line of Warnings.
  void Warn(const std::string& text) { warnings_.push_back(text); }

  std::vector<std::string> Styles() const override;
  std::vector<AdapterInfo> Adapters() const override { return adapters_.List(); }
  Hash256 ModelHash() const override { return model_hash_; }
  std::vector<std::string> Warnings() const override;
  Result<CoverResult> MakeCover(const CoverRequest& request) override;
  Result<CoverResult> MakeRemix(const RemixRequest& request) override;
  Result<Regenerated> Regenerate(const CoverRecord& record) override;
  Result<HeardCandidates> Candidates(const CoverRecord& record) override;
  std::string KernelVersion() const override;
  std::string EngineId() const override;
  Result<RenderResult> Render(std::string_view midi, const std::string& wav_path,
                              const std::string& soundfont_path) override;

 private:
  CoverMaker(std::string_view model_file_bytes, std::unique_ptr<model::Decoder> decoder, BorrowingGuard borrowing);
  // What both kinds of request share: composing, judging, and the result but for what its sources say.
  Result<CoverResult> Compose(const Recipe& recipe, const AdapterShelf::Reader& reader, std::string conditioning,
                              const CoverProgress& progress,
                              const std::function<void(const RejectedCandidate&)>& on_rejected);
  // The recipe of a record, with what this engine has beside the model. Errors: those of Regenerate.
  Result<Recipe> RecipeOf(const CoverRecord& record) const;
  std::string FiguresHash() const { return borrowing_.knows_pieces() ? borrowing_.index_hash().ToHex() : ""; }

  std::unique_ptr<model::Decoder> decoder_;
  Hash256 model_hash_;
  AdapterShelf adapters_;
  BorrowingGuard borrowing_;
  std::vector<std::string> warnings_;
  std::optional<drums::GrooveModel> drums_;
  Hash256 drums_hash_;
};

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_COVER_MAKER_H_
