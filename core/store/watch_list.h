// Which directories are watched and why, and what an event in one of them means: a walk places the watches, and those
// that the next walk does not place again are taken away. One thread. Tested through
// tests/unit/store/file_store_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/model/diagnostic.h"
#include "core/store/inotify.h"
#include "core/store/tree_walk.h"

namespace solder::store {

struct Meaning {
  enum class Kind {
    kNothing,
    kRescan,     // the tree itself changed
    kRescanAll,  // events were lost: no stamp can be trusted
    kWritten,    // a file is being written
    kReady,      // a file is whole
    kGone,       // a file is no longer there
  };
  Kind kind = Kind::kNothing;
  std::string path;  // of the file
};

class WatchList : public WalkVisitor {
 public:
  explicit WatchList(Inotify& inotify) : inotify_(inotify) {}

  void begin_walk();
  void end_walk();
  void directory(const std::string& path, const std::string& real) override;
  void entry(const std::string& directory, const std::string& name) override;

  Meaning meaning_of(const FileEvent& event);
  // Directories that could not be watched.
  [[nodiscard]] const model::Diagnostics& problems() const { return problems_; }

 private:
  struct Watch {
    bool whole = false;  // all of it matters, under `path`
    std::string path;
    std::set<std::string> names;  // entries that the shape of the tree depends on
  };
  // The watch's number, or -1.
  int place(const std::string& path, uint32_t mask, bool must);
  Meaning meaning_of_entry(const Watch& watch, const FileEvent& event) const;

  Inotify& inotify_;
  std::map<int, Watch> watches_;
  std::map<int, Watch> before_;        // of the walk before
  std::map<std::string, int> placed_;  // entry directories of this walk
  model::Diagnostics problems_;
};

}  // namespace solder::store
