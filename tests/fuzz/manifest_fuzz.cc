// What a plugin file says about itself comes from a stranger. The input is an ELF file, or, where it does not begin
// like one, a manifest. Nothing may crash or read out of bounds, and what passes must hold what the gate promises.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/host/elf_file.h"
#include "core/host/gate.h"
#include "core/host/manifest.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_manifest(std::string_view text) {
  const auto result = solder::host::parse_manifest(text);
  for (const std::string& problem : result.problems) require(!problem.empty());
  if (!result.problems.empty()) return;
  const auto& manifest = result.manifest;
  // The name becomes part of a path.
  require(!manifest.name.empty() && manifest.name.find_first_of("/.\\ ") == std::string::npos);
  require(!manifest.version.empty() && !manifest.provides.empty());
  for (const auto& capability : manifest.provides) {
    for (const auto& claim : capability.claims)
      require(!claim.scope.empty() && !claim.key.empty() && !claim.schema_json.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.substr(0, 4) !=
      "\x7f"
      "ELF") {
    check_manifest(input);
    return 0;
  }
  std::string name;
  const auto gated = solder::host::gate(input, name);
  if (const auto* refusal = std::get_if<solder::host::Refusal>(&gated)) require(!refusal->message.empty());
  auto elf = solder::host::read_elf(input);
  if (const auto* file = std::get_if<solder::host::ElfFile>(&elf); file != nullptr && file->manifest)
    check_manifest(*file->manifest);
  return 0;
}
