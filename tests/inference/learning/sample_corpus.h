// A small corpus on disk for the tests of learning: a manifest and MIDI files in a folder that goes away.
#ifndef LEDGERLINE_TESTS_INFERENCE_LEARNING_SAMPLE_CORPUS_H_
#define LEDGERLINE_TESTS_INFERENCE_LEARNING_SAMPLE_CORPUS_H_

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "inference/music/smf.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::learning {

class SampleCorpus {
 public:
  explicit SampleCorpus(int pieces) {
    dir_ = std::filesystem::temp_directory_path() / ("ledgerline-corpus-" + std::to_string(getpid()));
    std::filesystem::create_directories(dir_ / "midi");
    std::ofstream manifest(dir_ / "manifest.tsv");
    manifest << "id\tsplit\tgenre\tfile\n";
    for (int i = 0; i < pieces; ++i) {
      const std::string file = "midi/" + std::to_string(i) + ".mid";
      std::ofstream(dir_ / file, std::ios::binary) << music::WriteSmf(tokens::SampleSong(4 + i)).value();
      manifest << "p" << i << '\t' << (i % 4 == 3 ? "valid" : "train") << "\tart-song\t" << file << '\n';
    }
    std::ofstream(dir_ / "midi/bad.mid") << "this is no MIDI file";
    manifest << "bad\ttrain\tart-song\tmidi/bad.mid\n";
    manifest << "odd\ttrain\tsymphony\tmidi/0.mid\n";
  }
  ~SampleCorpus() { std::filesystem::remove_all(dir_); }
  std::string dir() const { return dir_.string(); }

 private:
  std::filesystem::path dir_;
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_TESTS_INFERENCE_LEARNING_SAMPLE_CORPUS_H_
