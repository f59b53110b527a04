// What a plugin is asked by the kit: the cases of its testdata, the examples in its schemas, and values that the
// schemas let through. Tested by tests/plugin/conformance_test.py.
#pragma once

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/conformance/plugin_case.h"
#include "core/conformance/probe.h"
#include "core/host/manifest.h"

namespace solder::conformance {

struct CaseFile {
  std::string path;
  nlohmann::ordered_json cases;  // a list
};
// The *.json of a directory, by name. A file that is no list of cases is an error; a directory that is not there is
// none.
base::Result<std::vector<CaseFile>> read_case_files(const std::string& directory);

struct Questions {
  std::vector<Probe> given;  // cases and examples; where a claim has neither, one that was made
  std::vector<Probe> made;
};
std::vector<host::ClaimInfo> claims_of(const host::Manifest& manifest);
base::Result<Questions> questions_for(const host::Manifest& manifest, const std::vector<CaseFile>& files,
                                      uint64_t seed);

}  // namespace solder::conformance
