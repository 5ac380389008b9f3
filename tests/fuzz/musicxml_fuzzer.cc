// MusicXML from strangers, plain and packed: whatever the bytes are, the reader returns; what it reads can be written,
// and what was written is read again with as many notes. An input that does not begin like a song is a list of edits to
// a document that is made here: bytes at random would rarely get past the parser of XML.
#include <zip.h>

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "inference/music/musicxml.h"
#include "inference/music/portrait.h"
#include "inference/music/score_file.h"

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
  return document;
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

// Byte 0 chooses the document, and whether it is packed afterwards (1 in 8). Then three bytes an edit: a place, and
// what is written there; among the numbers, or anywhere, or a stretch is taken out.
std::string Edited(std::string_view edits) {
  std::string document = Document(static_cast<uint8_t>(edits[0]));
  for (size_t k = 1; k + 2 < edits.size(); k += 3) {
    size_t at = (static_cast<uint8_t>(edits[k]) * 256u + static_cast<uint8_t>(edits[k + 1])) % document.size();
    const uint8_t what = static_cast<uint8_t>(edits[k + 2]);
    if (what < 120) {
      for (size_t tries = 0; tries < document.size() && !std::isdigit(static_cast<uint8_t>(document[at])); ++tries)
        at = (at + 1) % document.size();
      document[at] = "0123456789-. "[what % 13];
      if (what % 9 == 0) document.insert(at, 1, static_cast<char>('0' + what % 10));
    } else if (what < 200) {
      // A whole element goes, moves, or comes twice.
      const size_t begin = document.find('<', at);
      const size_t end = begin == std::string::npos ? begin : document.find("</", begin + 1);
      const size_t close = end == std::string::npos ? end : document.find('>', end);
      if (close == std::string::npos) continue;
      const std::string element = document.substr(begin, close + 1 - begin);
      if (what % 2 == 0) document.insert(begin, element);
      if (what % 2 == 1) document.erase(begin, element.size());
      if (document.empty()) return document;
    } else {
      document[at] = static_cast<char>(what);
    }
  }
  return static_cast<uint8_t>(edits[0]) % 8 == 7 ? Packed(document) : document;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool song = input.starts_with("<") || input.starts_with("PK") || input.starts_with("MThd");
  const std::string edited = song || size == 0 ? std::string() : Edited(input);
  const auto score = music::ReadScore(song || size == 0 ? input : edited);
  if (!score.ok() || score->NoteCount() > 2000) return 0;
  if (const auto portrait = music::PortraitOf(*score); portrait.ok()) {
    Require(portrait->form.sections.back().end_bar == portrait->analysis.bars.size(), "the form covers the bars");
    Require(portrait->keys.back().end_bar == portrait->analysis.bars.size(), "the keys cover the bars");
    Require(!music::PortraitSvg(*portrait).empty(), "it is drawn");
  }
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
