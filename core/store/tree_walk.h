// Finds the manifests below the given roots: recursive, through symbolic links, each real file and directory once.
// Real entries come before links, links in byte order, so which path a file is known by does not depend on chance.
// Tested by tests/unit/store/tree_walk_test.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/diagnostic.h"
#include "core/store/file_reader.h"

namespace solder::store {

// Told before a directory or an entry is looked at, so that a watch placed here misses nothing that comes after.
class WalkVisitor {
 public:
  virtual ~WalkVisitor() = default;
  // All of a directory matters; `path` is how the user would name it, `real` its real path.
  virtual void directory(const std::string& path, const std::string& real) = 0;
  // One entry of a directory matters.
  virtual void entry(const std::string& directory, const std::string& name) = 0;
};

struct FoundFile {
  Stamp stamp;
  bool direct = false;  // a plain file in a walked directory: no link and no root
};

struct Tree {
  std::map<std::string, FoundFile> files;  // by path
  std::vector<std::string> unreadable;     // directories whose contents could not be listed
  model::Diagnostics problems;
};

// Does not fail: what cannot be walked is a problem of the tree.
Tree walk(const std::vector<std::string>& roots, WalkVisitor& visitor);

}  // namespace solder::store
