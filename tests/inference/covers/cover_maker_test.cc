// Covers by the committed model: the promises that a listener, an artist and an auditor are given.
#include "inference/covers/cover_maker.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "crypto/sha256.h"
#include "inference/covers/cover_score.h"
#include "inference/covers/style_book.h"
#include "inference/fingerprint/melodic.h"
#include "inference/model/model_file.h"
#include "inference/music/melody.h"
#include "inference/music/smf.h"
#include "inference/tokens/conditioning.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

class CoverMakerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Result<std::string> bytes = model::ReadFileBytes("inference/weights/ledgerline.model");
    ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
    maker_ = std::move(CoverMaker::Load(*bytes)).value().release();
  }
  static CoverRequest Request(const std::string& style, uint64_t seed = 1) {
    CoverRequest request;
    request.source_midi = music::WriteSmf(tokens::SampleSong(8)).value();
    request.style = style;
    request.seed = seed;
    request.candidates = 2;
    return request;
  }
  static double MeasureOf(const CoverResult& result, const std::string& name) {
    for (const auto& [key, value] : result.measures) {
      if (key == name) return value;
    }
    ADD_FAILURE() << "no measure " << name;
    return 0;
  }
  static CoverMaker* maker_;
};
CoverMaker* CoverMakerTest::maker_ = nullptr;

TEST_F(CoverMakerTest, TheSameRequestGivesTheSameBytesAndAnotherSeedOthers) {
  const CoverResult a = maker_->MakeCover(Request("art-song")).value();
  maker_->MakeCover(Request("hymn", 9)).status().IgnoreError();  // what came between leaves no trace
  const CoverResult b = maker_->MakeCover(Request("art-song")).value();
  EXPECT_EQ(a.midi, b.midi);
  EXPECT_EQ(a.conditioning, b.conditioning);
  EXPECT_EQ(a.candidate_scores_ppm, b.candidate_scores_ppm);
  EXPECT_NE(a.midi, maker_->MakeCover(Request("art-song", 2)).value().midi);
  // A worker thread starts with OpenMP's own number of threads; the bytes do not care.
  std::string elsewhere;
  std::thread([&] { elsewhere = maker_->MakeCover(Request("art-song")).value().midi; }).join();
  EXPECT_EQ(a.midi, elsewhere);
}

TEST_F(CoverMakerTest, TheMelodyIsInEveryCoverNoteForNote) {
  const music::Score song = tokens::SampleSong(8).Quantised();
  for (const std::string& style : maker_->Styles()) {
    if (FindStyle(style)->triple) continue;  // those bend the rhythm; below
    const CoverResult cover = maker_->MakeCover(Request(style)).value();
    const music::Score score = music::ReadSmf(cover.midi).value();
    // The cover is written in the source's own grid: every melody note stands in the lead at its place, octaves aside.
    std::set<std::tuple<int64_t, int64_t, int>> lead;
    for (const music::Note& note : score.parts[0].notes) lead.insert({note.onset, note.duration, note.pitch % 12});
    for (const music::Note& note : song.parts[0].notes) {
      EXPECT_TRUE(lead.count({note.onset, note.duration, note.pitch % 12})) << style << " at " << note.onset;
    }
    EXPECT_EQ(cover.melody_notes, static_cast<int>(song.parts[0].notes.size()));
  }
}

TEST_F(CoverMakerTest, ReMetredDancesKeepThePitchesInOrder) {
  const CoverResult cover = maker_->MakeCover(Request("waltz")).value();
  const tokens::Conditioning conditioning = tokens::ParseConditioning(cover.conditioning).value();
  const std::vector<music::Note> melody = MelodyOf(conditioning.piece), source = tokens::SampleSong(8).parts[0].notes;
  ASSERT_EQ(melody.size(), source.size());
  for (size_t i = 0; i < melody.size(); ++i) EXPECT_EQ(melody[i].pitch % 12, source[i].pitch % 12);
}

TEST_F(CoverMakerTest, StylesDifferMeasurably) {
  std::map<std::string, CoverResult> covers;
  for (const char* style : {"hymn", "string-quartet", "art-song", "waltz"}) {
    covers.emplace(style, maker_->MakeCover(Request(style)).value());
  }
  std::set<std::string> ensembles;
  for (const auto& [style, cover] : covers) {
    std::string programs;
    const music::Score score = music::ReadSmf(cover.midi).value();
    for (const music::Part& part : score.parts) programs += std::to_string(part.program) + " ";
    ensembles.insert(programs);
  }
  EXPECT_EQ(ensembles.size(), 4u);
  // A hymn has three voices below the melody, all the time; the others do not.
  EXPECT_GT(MeasureOf(covers.at("hymn"), "mean_polyphony"), 2.7);
  EXPECT_LT(MeasureOf(covers.at("hymn"), "mean_polyphony"), 3.3);
}

TEST_F(CoverMakerTest, TheRecordIsComplete) {
  const CoverRequest request = Request("piano");
  const CoverResult cover = maker_->MakeCover(request).value();
  EXPECT_EQ(cover.source_hash, crypto::Sha256(request.source_midi));
  EXPECT_EQ(cover.midi_hash, crypto::Sha256(cover.midi));
  EXPECT_EQ(cover.conditioning_hash, crypto::Sha256(cover.conditioning));
  EXPECT_EQ(cover.model_hash, crypto::Sha256(model::ReadFileBytes("inference/weights/ledgerline.model").value()));
  EXPECT_EQ(cover.candidate_scores_ppm.size(), 2u);
  EXPECT_EQ(cover.source_bars_ppm, 1'000'000);
  EXPECT_EQ(cover.parameters.at("candidates"), "2");
  for (const char* name : {"onset_temperature_permille", "pitch_top_p_ppm", "plan.textures", "plan.tempo_bpm"}) {
    EXPECT_EQ(cover.parameters.count(name), 1u) << name;
  }
  EXPECT_EQ(cover.kernel_version, "ledgerline-kernel/1");  // and no machine
  const Result<fingerprint::MelodicFingerprint> print =
      fingerprint::MelodicFingerprint::FromBytes(cover.melodic_fingerprint);
  ASSERT_TRUE(print.ok());
  EXPECT_EQ(*print, fingerprint::FingerprintOfMelody(tokens::SampleSong(8)));
}

TEST_F(CoverMakerTest, ProgressRunsToTheEnd) {
  CoverRequest request = Request("hymn");
  int composed = 0, total = 0;
  request.progress = [&](std::string_view stage, int done, int of) {
    if (stage != "composing") return;
    EXPECT_EQ(done, composed + 1);
    composed = done;
    total = of;
  };
  ASSERT_TRUE(maker_->MakeCover(request).ok());
  EXPECT_EQ(composed, 16);
  EXPECT_EQ(total, 16);
}

TEST_F(CoverMakerTest, ErrorsSayWhatToDo) {
  CoverRequest request = Request("disco");
  std::string offered;
  for (const std::string& style : maker_->Styles()) offered += (offered.empty() ? "" : ", ") + style;
  EXPECT_EQ(offered.substr(0, 31), "art-song, hymn, string-quartet,");
  EXPECT_EQ(maker_->MakeCover(request).status().message(), "style \"disco\" is not offered; choose one of " + offered);
  request = Request("hymn");
  request.candidates = 17;
  EXPECT_EQ(maker_->MakeCover(request).status().message(), "candidates 17 is outside 1 to 16");
  request = Request("hymn");
  request.source_midi = "MThd";
  EXPECT_EQ(maker_->MakeCover(request).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(CoverMaker::Load("short").status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ledgerline::covers
