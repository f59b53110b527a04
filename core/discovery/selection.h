// Which upstreams are looked at: Settings.discovery.fdsMode and the label discovery.solo.io/function_discovery, as in
// Gloo's function discovery. Pure. Tested by tests/unit/discovery/selection_test.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace solder::discovery {

enum class Mode { kUnset, kBlacklist, kWhitelist, kDisabled };
// Of the spec of Settings.
Mode mode_of(std::string_view settings_spec_json);

using Labels = std::map<std::string, std::string>;

// What is to be found: what the upstream's type stands for, functions of a service that its user speaks of
// (serviceSpec), or whether there is such a service at all, which costs the upstream requests that nobody asked for.
enum class Aim { kType, kKnownService, kAnyService };

// `upstream`: its labels; `ns`: those of its namespace, where that is known as an object. Upstreams of the type aws are
// looked at with a whitelist as with a blacklist: whoever writes one with keys wants its functions. So are those with a
// service that their user speaks of. Without a mode other services are looked for as with a whitelist.
bool is_selected(Mode mode, std::string_view type, const Labels& upstream, const std::string& ns_name, const Labels& ns,
                 Aim aim = Aim::kType);

}  // namespace solder::discovery
