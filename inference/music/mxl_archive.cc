#include "inference/music/mxl_archive.h"

#include <zip.h>

#include <memory>
#include <pugixml.hpp>

#include "inference/music/musicxml.h"

namespace ledgerline::music {
namespace {

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

// Unpacks one entry, `max` bytes at most: what the archive says about the size is not believed.
Result<std::string> Unpacked(zip_t* archive, const std::string& name, size_t max) {
  const std::unique_ptr<zip_file_t, Discard> file(zip_fopen(archive, name.c_str(), 0));
  if (file == nullptr)
    return InvalidArgument("MXL: cannot open '" + name.substr(0, 200) + "': " + zip_strerror(archive));
  std::string bytes;
  char buffer[16384];
  for (;;) {
    const zip_int64_t read = zip_fread(file.get(), buffer, sizeof buffer);
    if (read < 0) return InvalidArgument("MXL: '" + name.substr(0, 200) + "' is damaged");
    if (read == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(read));
    if (bytes.size() > max) {
      return OutOfRange("MXL: '" + name.substr(0, 200) + "' unpacks to more than " + std::to_string(max) + " bytes");
    }
  }
}

}  // namespace

bool IsZip(std::string_view bytes) { return bytes.starts_with(std::string_view("PK\x03\x04", 4)); }

Result<std::string> ScoreInArchive(std::string_view bytes) {
  if (bytes.size() > kMaxMusicXmlBytes) {
    return OutOfRange("MXL: " + std::to_string(bytes.size()) + " bytes are above " + std::to_string(kMaxMusicXmlBytes));
  }
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) return ResourceExhausted("MXL: no memory for the archive");
  const std::unique_ptr<zip_t, Discard> archive(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (archive == nullptr) {
    zip_source_free(source);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    return InvalidArgument("MXL: not a ZIP archive: " + why);
  }
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  if (entries > static_cast<zip_int64_t>(kMaxMxlEntries)) {
    return OutOfRange("MXL: entries " + std::to_string(entries) + " are above " + std::to_string(kMaxMxlEntries));
  }
  ASSIGN_OR_RETURN(const std::string container,
                   Unpacked(archive.get(), "META-INF/container.xml", kMaxMxlContainerBytes));
  pugi::xml_document document;
  if (!document.load_buffer(container.data(), container.size()))
    return InvalidArgument("MXL: META-INF/container.xml is not XML");
  const std::string path =
      document.child("container").child("rootfiles").child("rootfile").attribute("full-path").value();
  if (path.empty()) return InvalidArgument("MXL: META-INF/container.xml names no rootfile");
  return Unpacked(archive.get(), path, kMaxMusicXmlBytes);
}

}  // namespace ledgerline::music
