// GrooveDataset: the Groove MIDI Dataset as performances, by its own splits.
//
// Reads info.csv (drummer, style, tempo, beat or fill, metre, file, split) and the MIDI files that it names. 4/4 and
// 3/4 are read; other metres (some 300 bars) are skipped and counted. Source: Gillick, Roberts, Engel, Eck and Bamman,
// "Learning to Groove with Inverse Sequence Transformations", ICML 2019; https://magenta.tensorflow.org/datasets/groove
// (CC BY 4.0, Google LLC).
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_DATASET_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_DATASET_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/drums/performance.h"

namespace ledgerline::drums {

struct GrooveDataset {
  std::vector<Performance> performances;
  std::map<std::string, int> skipped;  // reason -> files
};

// `split`: "train", "validation" or "test". Errors: kNotFound (no info.csv, a file that it names is missing),
// kInvalidArgument (a malformed row; an unknown split), those of ReadSmf.
Result<GrooveDataset> LoadGrooveDataset(const std::string& directory, std::string_view split);

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_DATASET_H_
