// Tells when something happens in directories, and which files in them are still being written: a file counts as whole
// once it is closed or moved in, or where nobody says so, once nothing was written for half a second and nobody has it
// open for writing. Directories that are not there are looked for again. One thread. Tested by
// tests/plugin/manager_test.cc.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/store/inotify.h"

namespace solder::host {

class DirectoryWatch {
 public:
  static base::Result<DirectoryWatch> open();

  // Watches these and no others.
  void watch(const std::set<std::string>& directories);
  [[nodiscard]] int descriptor() const { return inotify_.descriptor(); }
  // Takes in what has happened; true where anything did.
  bool read();
  // By its real path.
  [[nodiscard]] bool being_written(const std::string& file);

 private:
  explicit DirectoryWatch(store::Inotify inotify) : inotify_(std::move(inotify)) {}

  store::Inotify inotify_;
  std::map<int, std::string> watches_;                                    // number → real path of the directory
  std::map<std::string, std::chrono::steady_clock::time_point> written_;  // file → the last write that was seen
};

}  // namespace solder::host
