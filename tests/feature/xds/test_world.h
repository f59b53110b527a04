// Resources and snapshots for tests: a resource is "name=value", its message holds the two (and, for a value that
// starts with "eds", makes the cluster one that asks for endpoints of its own name; a virtual host is for all where its
// value starts with "all" or its name ends in "/", else for who asks).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/xds/snapshot.h"

namespace solder::xds::testing {

using Values = std::map<std::string, std::string>;  // name → value
using World = std::map<ResourceType, Values>;

std::string make_message(ResourceType type, const std::string& name, const std::string& value);
// The name and value in a message of make_message().
std::pair<std::string, std::string> read_message(std::string_view wire);
SnapshotPtr make_snapshot(const World& world);
std::shared_ptr<const SnapshotsByRole> make_snapshots(const std::string& role, const World& world);

}  // namespace solder::xds::testing
