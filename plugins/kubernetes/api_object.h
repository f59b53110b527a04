// An object as the API server gives it → as it goes into the store: without what only the server needs (managed fields,
// resource versions, statuses of our own kinds), so that writing a status is no change. Of Pods only what is read here
// stays: there are many. Tested by tests/unit/kubernetes/api_object_test.cc.
#pragma once

#include <string>

#include "solder/sdk/json.hpp"

namespace solder::plugins::kubernetes {

// `object` gets kind and apiVersion, which items of lists go without.
void trim_object(sdk::Json& object, const std::string& kind, const std::string& api_version);

inline bool is_ours(const std::string& api_version) { return api_version.find("solo.io/") != std::string::npos; }

}  // namespace solder::plugins::kubernetes
