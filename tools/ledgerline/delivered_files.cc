#include "tools/ledgerline/delivered_files.h"

#include <set>

#include "inference/fingerprint/exact.h"
#include "inference/music/wav_file.h"
#include "ledger/journal/entry.h"
#include "tools/ledgerline/named_files.h"

namespace ledgerline::tool {
namespace {

constexpr size_t kMidiBytesMax = size_t{16} << 20;

Result<Hash256> FingerprintOf(const std::string& path) {
  if (path.ends_with(".mid")) {
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
  // The list of files is outside of what is signed, so whoever takes a file off it must not be able to take the check
  // away.
  std::set<std::string> names{"cover.mid", "cover.wav"};
  for (const audit::DeliveredFile& file : receipt.files) names.insert(file.name);
  for (const std::string& file : names) {
    const std::string path = (directory.empty() ? std::string(".") : directory) + "/" + file;
    const bool midi = file.ends_with(".mid");
    if (!midi && !file.ends_with(".wav")) {
      report.Trust("Whatever " + file + " is: the event names only a MIDI file and a sound.");
      continue;
    }
    if (!Exists(path)) {
      report.Trust("That " + file + " is the file that the event names: it does not lie beside the receipt.");
      continue;
    }
    auto print = FingerprintOf(path);
    const std::string name = "fingerprint of " + file;
    if (!print.ok())
      report.Fail(name, print.status().message());
    else if (print->view() != (midi ? prints.midi_sha256() : prints.pcm_sha256()))
      report.Fail(name, "the file beside the receipt is not the one that was recorded");
    else
      report.Pass(name, midi ? "its bytes are those that were recorded" : "its sound is the one that was recorded");
  }
}

}  // namespace ledgerline::tool
