// A plugin's manifest: JSON text → checked values. Every problem is named, not the first only, so that an author mends
// a manifest in one go. The format is that of plugin_api/include/solder/manifest.h; unknown members are problems,
// because a member that is misspelt would otherwise be silently without effect.
// Tested by tests/unit/host/manifest_test.cc and tests/fuzz/manifest_fuzz.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace solder::host {

struct ManifestClaim {
  std::string scope;  // "upstream_type", "service" and "destination" for the claims of solder.upstream-type/1
  std::string key;
  std::string schema_json;
};

struct ManifestCapability {
  std::string id;
  std::vector<ManifestClaim> claims;
};

// Objects that are not Solder's own and that the plugin reads.
struct ManifestKind {
  std::string kind, api_version;
  std::string schema_json;
  std::vector<std::string> index;  // JSON pointers
  bool derive = false;
  bool status = false;
};

struct Manifest {
  std::string name, version, summary;
  uint32_t abi_major = 0;
  uint32_t abi_minor = 0;  // of the oldest host that it can work with
  std::vector<ManifestCapability> provides;
  std::vector<std::string> files;                            // endings of files that it runs: "py"
  std::vector<std::string> needs;                            // ids of host services
  std::vector<std::pair<std::string, std::string>> filters;  // HTTP filter, stage
  std::vector<ManifestKind> kinds;
  bool in_process = true;
  bool program = false;  // it is one, and never anything but a process of its own; no member of the JSON
  bool unload_allowed = false;
};

struct ManifestResult {
  Manifest manifest;                  // as far as it could be read
  std::vector<std::string> problems;  // empty: it may be used
};

ManifestResult parse_manifest(std::string_view json);

// The stages of HTTP filters in their order: "fault" ... "route".
bool is_filter_stage(std::string_view word);

}  // namespace solder::host
