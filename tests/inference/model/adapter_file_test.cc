#include "inference/model/adapter_file.h"

#include <gtest/gtest.h>

#include "tests/inference/kernel/sample_adapter.h"
#include "tests/inference/model/sample_shape.h"

namespace ledgerline::model {
namespace {

AdapterFile Sample() {
  AdapterFile adapter = kernel::SampleAdapter(TinyShape(), "base");
  adapter.card.style = "ragtime";
  adapter.card.artist = "party-1";
  return adapter;
}

TEST(AdapterFile, RoundTrips) {
  const std::string bytes = SerialiseAdapterFile(Sample());
  const Result<AdapterFile> read = ParseAdapterFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->card.base, crypto::Sha256("base"));
  EXPECT_EQ(read->card.style, "ragtime");
  EXPECT_EQ(read->card.artist, "party-1");
  EXPECT_EQ(read->card.rank, 3);
  EXPECT_EQ(read->card.alpha, 5);
  ASSERT_EQ(read->card.pieces.size(), 2u);
  EXPECT_EQ(read->card.pieces[1].id, "mutopia/2");
  EXPECT_EQ(read->card.pieces[1].licence, "CC-BY-4.0");
  EXPECT_EQ(read->card.held_out.size(), 1u);
  EXPECT_EQ(read->card.notes, Sample().card.notes);
  EXPECT_EQ(SerialiseAdapterFile(*read), bytes);
  EXPECT_TRUE(CheckAdapterShape(*read, TinyShape()).ok());
}

TEST(AdapterFile, AdaptsQueriesValuesAndTheUpHalf) {
  const std::vector<AdaptedRows> rows = AdaptedRowsOf(TinyShape());
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].first, 0);  // 8 rows of queries, 4 of keys, 4 of values
  EXPECT_EQ(rows[0].count, 8);
  EXPECT_EQ(rows[1].first, 12);
  EXPECT_EQ(rows[1].count, 4);
  EXPECT_EQ(rows[2].matrix, "layers/0/gate_up");
  EXPECT_EQ(rows[2].first, 8);  // the gate comes first
}

TEST(AdapterFile, EveryCutAndEveryChangedByteIsRefusedOrReadsAgain) {
  const std::string bytes = SerialiseAdapterFile(Sample());
  for (size_t size = 0; size < bytes.size(); size += 7) EXPECT_FALSE(ParseAdapterFile(bytes.substr(0, size)).ok());
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    const Result<AdapterFile> read = ParseAdapterFile(changed);
    if (read.ok()) {
      EXPECT_TRUE(ParseAdapterFile(SerialiseAdapterFile(*read)).ok()) << at;
    }
  }
}

TEST(AdapterFile, ErrorsNameFieldValueAndBound) {
  const auto with = [](const char* key, const char* value) {
    ModelFile container = ParseModelFile(SerialiseAdapterFile(Sample())).value();
    if (value == nullptr)
      container.metadata.erase(key);
    else
      container.metadata[key] = value;
    return ParseAdapterFile(SerialiseModelFile(container)).status();
  };
  EXPECT_EQ(with("rank", "65").message(), "adapter rank \"65\" is not a number from 1 to 64");
  EXPECT_EQ(with("alpha", "0").message(), "adapter alpha \"0\" is not a number from 1 to 1024");
  EXPECT_EQ(with("rank", nullptr).message(), "the adapter file states no rank");
  EXPECT_EQ(with("format", "ledgerline-model/1").message(),
            "a file of format \"ledgerline-model/1\"; an adapter's is ledgerline-adapter/1");
  EXPECT_EQ(with("base_sha256", "12").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(with("pieces", "lieder/1").message(), "adapter pieces: line 1 is not a piece's id, a tab and its licence");
  AdapterFile wild = Sample();
  wild.tensors.at("layers/0/up/b").values[3] = 1001;
  wild.tensors.at("layers/0/up/b").bfloat16 = false;
  EXPECT_EQ(ParseAdapterFile(SerialiseAdapterFile(wild)).status().message(),
            "adapter tensor layers/0/up/b has a value outside +-1000, or none");
  EXPECT_EQ(ParseAdapterFile(std::string(kMaxAdapterFileBytes + 1, 'x')).status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::model
