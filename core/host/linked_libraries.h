// Which libraries a plugin must not link; a part of gate() that the conformance kit asks for by itself.
// Tested by tests/plugin/refusals_test.cc and tests/plugin/conformance_test.py.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/host/manifest.h"
#include "core/host/refusal.h"

namespace solder::host {

std::optional<Refusal> check_libraries(const Manifest& manifest, const std::vector<std::string>& libraries);

}  // namespace solder::host
