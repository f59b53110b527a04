// The kinds of objects: which exist, their API version, and which of them this build decodes.
// Source: Gloo's custom resource definitions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace solder::config {

// "gateway.solo.io/v1" for "VirtualService"; empty for a kind that is not known.
std::string api_version_of(std::string_view kind);
// Every kind that this build decodes, with its API version.
std::vector<std::pair<std::string, std::string>> decoded_kinds();
// The known kind whose name is nearest, or empty.
std::string nearest_kind(std::string_view kind);

}  // namespace solder::config
