// AdapterShelf: the adapters that an engine has, and the decoders that they make with its model, made when first asked
// for.
#ifndef LEDGERLINE_INFERENCE_COVERS_ADAPTER_SHELF_H_
#define LEDGERLINE_INFERENCE_COVERS_ADAPTER_SHELF_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "inference/covers/cover_engine.h"
#include "inference/model/adapter_file.h"
#include "inference/model/decoder.h"

namespace ledgerline::covers {

class AdapterShelf {
 public:
  // `model_file_bytes` is kept: adapters are merged into it.
  AdapterShelf(std::string_view model_file_bytes, Hash256 model_hash)
      : model_(model_file_bytes), model_hash_(model_hash) {}

  // Who reads rows for a request, and the adapter's hash (zero: none). The decoder is the shelf's, or the base's.
  struct Reader {
    model::Decoder* decoder = nullptr;
    Hash256 adapter_hash;
  };

  // Puts the file of one of AdapterStyles() on the shelf.
  // Errors: those of ParseAdapterFile and CheckAdapterBase; kInvalidArgument (a style that is none of AdapterStyles, or
  // is here already; an artist's adapter, which is named for each cover).
  Status Add(const std::string& adapter_file_bytes);
  std::vector<AdapterInfo> List() const;  // in the order of AdapterStyles
  bool Has(std::string_view style) const { return by_style_.count(std::string(style)) != 0; }

  // For a cover in `style`: `adapter_file_bytes` if not empty, else the style's own, else the base.
  // Errors: those of Add and Decoder::Load; kInvalidArgument (the adapter is for another style).
  Result<Reader> ReaderFor(const std::string& style, const std::string& adapter_file_bytes, model::Decoder* base);
  // For a record. Errors: kFailedPrecondition (no such adapter here), those above.
  Result<Reader> ReaderOf(const CoverRecord& record, model::Decoder* base);

 private:
  struct Adapter {
    std::string bytes;
    model::AdapterCard card;
    std::unique_ptr<model::Decoder> decoder;  // null until it is asked for
  };
  static Result<Adapter> Read(const std::string& bytes, const Hash256& base);
  Result<Reader> Load(Adapter* adapter);

  std::string model_;
  Hash256 model_hash_;
  std::map<std::string, Adapter> by_style_;
  Adapter named_;  // the last that a request brought
};

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_ADAPTER_SHELF_H_
