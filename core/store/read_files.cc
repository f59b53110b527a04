// The files read once, for commands that do not stay.
#include "core/store/file_world.h"
#include "core/store/store.h"

namespace solder::store {

namespace {

class NoWatching : public WalkVisitor {
 public:
  void directory(const std::string& /*path*/, const std::string& /*real*/) override {}
  void entry(const std::string& /*directory*/, const std::string& /*name*/) override {}
};

}  // namespace

Batch read_files(const std::vector<std::string>& paths) {
  NoWatching visitor;
  FileWorld world;
  world.walked(walk(paths, visitor), true, {});
  return world.take();
}

}  // namespace solder::store
