// What a plugin gave, by what it was asked, in memory and in a file (CBOR). Inside core/host only.
// Tested by tests/plugin/manager_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/host/kept_plugin.h"

namespace solder::host {

// A hash of everything that input `index` says but its place.
std::string kept_key(Operation operation, solder_span in, uint64_t index);

// Makes what was given for one place be of another: the objects and fields in origins and diagnostics.
void rename(ItemOutput& output, const Subject& subject);

struct KeptFile {
  std::string file, sha256;
  uint32_t operations = 0;
  KeptOutputs outputs;
};
std::string dump_outputs(const std::string& file, const std::string& sha256, uint32_t operations,
                         const KeptOutputs& outputs);
base::Result<KeptFile> read_outputs(std::string_view bytes);

}  // namespace solder::host
