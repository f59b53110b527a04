// Resources of which a set only says that they are there, not what they are: by versions that none of ours has.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/xds/resource_set.h"

namespace solder::xds {

// A client came with it, whatever it is.
inline constexpr uint64_t kForeignVersion = 1;
// It exists, and a client that refused it is not to be sent it: as good as absent, and yet not gone.
inline constexpr uint64_t kWithheldVersion = 2;

inline ResourcePtr make_withheld(std::string name) { return make_resource(std::move(name), {}, kWithheldVersion); }
inline bool is_withheld(const ResourcePtr& resource) { return resource && resource->hash == kWithheldVersion; }

}  // namespace solder::xds
