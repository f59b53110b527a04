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
// What an object's kind is called here: "VirtualService" for one of ours, "VirtualService.networking.istio.io" for the
// kind of another project's that has the name of one of ours.
std::string kind_of(std::string_view kind, std::string_view api_version);
// Whether objects of `api_version` are those that are `read`: the same version, or any of the group where that ends in
// "/*".
bool is_version(std::string_view api_version, std::string_view read);
// Every kind that this build decodes, with its API version.
std::vector<std::pair<std::string, std::string>> decoded_kinds();
// Namespaces are read for their labels, by which discovery chooses; nothing else follows from them.
inline constexpr std::string_view kNamespaceKind = "Namespace";
// The known kind whose name is nearest, or empty.
std::string nearest_kind(std::string_view kind);

}  // namespace solder::config
