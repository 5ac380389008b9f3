// demo_songs OUTDIR: writes the built-in public-domain songs as OUTDIR/slug.mid and lists them on standard output,
// tab-separated: slug, title, composer, year.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "inference/music/smf.h"
#include "tools/demo_songs/song.h"

int main(int argc, char** argv) {
  using namespace ledgerline;
  if (argc != 2 || std::string_view(argv[1]).starts_with("-")) {
    std::fprintf(stderr,
                 "usage: demo_songs OUTDIR\nWrites the built-in public-domain songs as MIDI files and lists them.\n");
    return argc == 2 && std::string_view(argv[1]) == "--help" ? 0 : 2;
  }
  const std::filesystem::path directory = argv[1];
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    std::fprintf(stderr, "demo_songs: cannot make directory %s: %s\n", directory.c_str(), error.message().c_str());
    return 3;
  }
  for (const demo::SongText& text : demo::DemoSongs()) {
    const auto song = demo::ParseSong(text.text);
    const auto bytes = song.ok() ? music::WriteSmf(song->score) : Result<std::string>(song.status());
    if (!bytes.ok()) {
      std::fprintf(stderr, "demo_songs: %s: %s\n", std::string(text.slug).c_str(), bytes.status().ToString().c_str());
      return 1;
    }
    const std::filesystem::path path = directory / (std::string(text.slug) + ".mid");
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
    out.close();
    if (!out) {
      std::fprintf(stderr, "demo_songs: cannot write %s\n", path.c_str());
      return 3;
    }
    std::printf("%s\t%s\t%s\t%d\n", std::string(text.slug).c_str(), song->title.c_str(), song->composer.c_str(),
                song->year);
  }
  return 0;
}
