// A resource that holds what many objects asked for, taken apart: the virtual hosts of a route configuration, by itself
// or inline in a scope. So what a client refuses of it can be left out, and the rest sent.
// Tested by tests/unit/xds/resource_parts_test.cc.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/xds/snapshot.h"

namespace solder::xds {

struct ResourcePart {
  std::string name;   // of the virtual host
  std::string bytes;  // its message
};

struct DividedResource {
  std::string head;   // of the resource, without the route configuration that it holds inline
  std::string inner;  // of that, without its virtual hosts; of a route configuration by itself: empty
  std::vector<ResourcePart> parts;
  std::unordered_map<std::string, size_t> index;  // name → place in `parts`; only of what divide() gave

  [[nodiscard]] const ResourcePart* find(const std::string& name) const;
};

// Nothing where the type has no parts, the bytes are no such message, or two parts have one name.
std::optional<DividedResource> divide(ResourceType type, const Resource& resource);
// The version is the hash of the bytes: the same parts give the same resource.
ResourcePtr compose(ResourceType type, const std::string& name, const DividedResource& divided);

}  // namespace solder::xds
