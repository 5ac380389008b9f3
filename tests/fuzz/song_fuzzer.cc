// The song notation on any text: no crash, and a song that parses can be written as MIDI.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "inference/music/smf.h"
#include "tools/demo_songs/song.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

// Starts from the built-in songs when it has nothing better.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  const auto& songs = ledgerline::demo::DemoSongs();
  const std::string_view song = songs[seed % songs.size()].text;
  if (size < 16 && song.size() <= max_size) {
    std::memcpy(data, song.data(), song.size());
    size = song.size();
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto song = ledgerline::demo::ParseSong(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!song.ok()) return 0;
  const auto bytes = ledgerline::music::WriteSmf(song->score);
  if (!bytes.ok()) std::abort();
  return 0;
}
