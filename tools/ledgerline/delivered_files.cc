#include "tools/ledgerline/delivered_files.h"

#include <filesystem>

#include "inference/fingerprint/exact.h"
#include "inference/music/wav_file.h"
#include "ledger/journal/entry.h"
#include "tools/ledgerline/ledger_session.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kMidiBytesMax = size_t{16} << 20;

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

Result<Hash256> FingerprintOf(const std::string& path) {
  if (EndsWith(path, ".mid")) {
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMidiBytesMax));
    return fingerprint::MidiFingerprint(bytes);
  }
  ASSIGN_OR_RETURN(const music::PcmAudio audio, music::ReadWav(path));
  return fingerprint::PcmFingerprint(audio.samples, audio.channels, audio.frames_per_second);
}

}  // namespace

void CheckDeliveredFiles(const audit::Receipt& receipt, const std::string& directory, audit::Report& report) {
  auto entry = journal::ParseEntry(receipt.subject.bytes);
  if (!entry.ok() || entry->type != v1::PAYLOAD_TYPE_GENERATION) return;
  const v1::Fingerprints& prints = entry->submission.payload.generation().fingerprints();
  for (const audit::DeliveredFile& file : receipt.files) {
    const bool midi = EndsWith(file.name, ".mid");
    if (!midi && !EndsWith(file.name, ".wav")) continue;
    const std::string path = (directory.empty() ? std::string(".") : directory) + "/" + file.name;
    if (!std::filesystem::exists(path)) {
      report.Trust("That " + file.name + " is the file that the event names: it does not lie beside the receipt.");
      continue;
    }
    auto print = FingerprintOf(path);
    const std::string name = "fingerprint of " + file.name;
    if (!print.ok())
      report.Fail(name, print.status().message());
    else if (print->view() != (midi ? prints.midi_sha256() : prints.pcm_sha256()))
      report.Fail(name, "the file beside the receipt is not the one that was recorded");
    else
      report.Pass(name, midi ? "its bytes are those that were recorded" : "its sound is the one that was recorded");
  }
}

}  // namespace ledgerline::tool
