// Which upstreams are looked at: Settings.discovery.fdsMode and the label discovery.solo.io/function_discovery, as in
// Gloo's function discovery. Pure. Tested by tests/unit/discovery/selection_test.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace solder::discovery {

enum class Mode { kBlacklist, kWhitelist, kDisabled };
// Of the spec of Settings; Gloo's own default where it does not say.
Mode mode_of(std::string_view settings_spec_json);

using Labels = std::map<std::string, std::string>;

// `upstream`: its labels; `ns`: those of its namespace, where that is known as an object. Upstreams of the type aws are
// looked at with a whitelist as with a blacklist: whoever writes one with keys wants its functions.
bool is_selected(Mode mode, std::string_view type, const Labels& upstream, const std::string& ns_name,
                 const Labels& ns);

}  // namespace solder::discovery
