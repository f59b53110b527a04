// Resources of which a set only says that they are there, or not there, and not what they are: by versions that none of
// ours has.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "core/xds/resource_set.h"

namespace solder::xds {

// A client came with it, whatever it is.
inline constexpr uint64_t kForeignVersion = 1;
// It exists, and a client that refused it is not to be sent it: as good as absent, and yet not gone.
inline constexpr uint64_t kWithheldVersion = 2;

// It does not exist, and a client that asked for it waits for that to be said by a resource without content.
inline constexpr uint64_t kAbsentVersion = 3;

inline ResourcePtr make_absent(std::string name) { return make_resource(std::move(name), {}, kAbsentVersion); }
inline bool is_absent(const ResourcePtr& resource) { return resource && resource->hash == kAbsentVersion; }
inline ResourcePtr make_withheld(std::string name) { return make_resource(std::move(name), {}, kWithheldVersion); }
inline bool is_withheld(const ResourcePtr& resource) { return resource && resource->hash == kWithheldVersion; }

// The version that a client names in what it came with, as the hash that it is.
inline uint64_t claimed_version(const std::string& version) {
  uint64_t hash = 0;
  const char* end = version.data() + version.size();
  const auto [stop, error] = std::from_chars(version.data(), end, hash, 16);
  const bool ours = error == std::errc() && stop == end && version.size() == 16 && hash != 0;
  return ours ? hash : kForeignVersion;
}

}  // namespace solder::xds
