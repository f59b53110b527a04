// The directory entries that a path depends on: each part of it, and where symbolic links lead each part of their
// targets. A change of any of them can make the path mean another file. Tested by tests/unit/store/tree_walk_test.cc.
#pragma once

#include <functional>
#include <string>

namespace solder::store {

// Told of each entry before it is looked at, so that a watch placed here misses nothing that comes after.
using EntryVisitor = std::function<void(const std::string& directory, const std::string& name)>;

// Follows `path` and names each entry on the way, the missing one included.
void follow_path(const std::string& path, const EntryVisitor& visit);
// The same for the entry `name` of the directory with the real path `directory`, whose own parts are left out.
void follow_entry(const std::string& directory, const std::string& name, const EntryVisitor& visit);

// The real path, or empty.
std::string real_path(const std::string& path);
// What a symbolic link says, or empty.
std::string link_target(const std::string& path);

}  // namespace solder::store
