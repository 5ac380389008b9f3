// MusicXML from strangers, plain and packed: whatever the bytes are, the reader returns; what it reads can be written,
// and what was written is read again with as many notes. Without a corpus the fuzzer starts from small documents and an
// archive that are made here; its own mutations change numbers, which bytes at random would rarely leave well-formed.
#include <zip.h>

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "inference/music/musicxml.h"
#include "inference/music/score_file.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using namespace ledgerline;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::string Document(unsigned seed) {
  music::Score score;
  score.title = "Seed";
  score.metres = {{0, 1, 4}, {24, 6, 8}};
  score.tempos = {{0, 500'000}};
  score.keys = {{0, -3, true}};
  score.markers = {{0, "Cm"}, {24, "Refrain"}};
  for (unsigned p = 0; p < 1 + seed % 3; ++p) {
    music::Part part{"Part", static_cast<int>(p * 40), p == 2, {}};
    for (unsigned i = 0; i < 5 - seed % 3; ++i)
      part.notes.push_back({i * 8, 12, static_cast<int>(40 + i * (seed + 5) % 40), 80});
    score.parts.push_back(part);
  }
  std::string document = music::WriteMusicXml(score).value();
  const std::string signs =
      "<barline><ending number=\"1,2\" type=\"start\"/><repeat direction=\"backward\" times=\"3\"/></barline>"
      "<attributes><transpose><chromatic>-2</chromatic><octave-change>1</octave-change></transpose></attributes>"
      "<note><grace/></note><forward><duration>5</duration></forward>";
  document.insert(document.rfind("</measure>"), signs);
  std::string compact;  // seeds fit into libFuzzer's 4,096 bytes
  for (const char c : document) {
    if (c == '\n' || (c == ' ' && (compact.empty() || compact.back() == '>'))) continue;
    compact += c;
  }
  return compact;
}

std::string Packed(const std::string& document) {
  const std::string container = "<container><rootfiles><rootfile full-path=\"score.xml\"/></rootfiles></container>";
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 1, &error);
  zip_t* archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error);
  zip_source_keep(target);
  const auto add = [&](const char* name, const std::string& bytes) {
    const zip_int64_t index = zip_file_add(archive, name, zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  };
  add("META-INF/container.xml", container);
  add("score.xml", document);
  Require(zip_close(archive) == 0, "the seed is packed");
  std::string bytes;
  zip_source_open(target);
  char buffer[4096];
  for (zip_int64_t read = 0; (read = zip_source_read(target, buffer, sizeof buffer)) > 0;)
    bytes.append(buffer, static_cast<size_t>(read));
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (size < 100 || (std::memcmp(data, "<?xml", 5) != 0 && std::memcmp(data, "PK", 2) != 0)) {
    const std::string file = seed % 4 == 0 ? Packed(Document(seed)) : Document(seed);
    if (file.size() <= max_size) {
      std::memcpy(data, file.data(), file.size());
      return file.size();
    }
  }
  if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  // Another digit in one of the numbers.
  for (size_t tries = 0, at = seed / 2 % size; tries < size; ++tries, at = (at + 1) % size) {
    if (std::isdigit(data[at])) {
      data[at] = static_cast<uint8_t>("0123456789-."[seed / 7 % 12]);
      break;
    }
  }
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto score = music::ReadScore(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!score.ok() || score->NoteCount() > 2000) return 0;
  const auto written = music::WriteMusicXml(*score);
  if (!written.ok() || written->size() > (1u << 20)) return 0;
  const auto once = music::ReadMusicXml(*written);
  Require(once.ok(), "what was written is read");
  const auto rewritten = music::WriteMusicXml(*once);
  Require(rewritten.ok(), "what was read is written");
  const auto twice = music::ReadMusicXml(*rewritten);
  // On the grid: two notes that moved to one place are one.
  Require(twice.ok() && twice->Quantised().NoteCount() == once->Quantised().NoteCount(), "the notes stay");
  return 0;
}
