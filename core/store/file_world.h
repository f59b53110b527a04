// What is known of the files: their stamps, which are being written or on their way out, and the objects in them. Knows
// nothing of inotify; is told what happened and when. Not thread-safe. Tested by tests/unit/store/file_world_test.cc.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "core/config/documents.h"
#include "core/store/object_table.h"
#include "core/store/tree_walk.h"

namespace solder::store {

class FileWorld {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // A file that is held open and written to counts once it has been quiet so long.
  static constexpr std::chrono::milliseconds kQuiet{200};
  // A file that is gone may be an editor's in the middle of a save, or a move whose other half comes.
  static constexpr std::chrono::milliseconds kGrace{100};

  explicit FileWorld(config::Limits limits = {}) : limits_(limits) {}

  // Takes in a walk: reads the files whose stamps are new, all with `everything`. The first walk believes what it
  // reads; later ones wait where a file just written would lose objects, since its writer may not be done.
  void walked(const Tree& tree, bool everything, Time now);
  void written(const std::string& path, Time now);
  void ready(const std::string& path, Time now);
  void gone(const std::string& path, Time now);
  // Does what has become due.
  void due(Time now);
  [[nodiscard]] std::optional<Time> next_due() const;

  Batch take();

 private:
  struct Known {
    Stamp stamp;
    uint64_t content_hash = 0;
    bool settled = false;  // the stamp can be trusted
    bool readable = true;
  };
  enum class Writer { kDone, kMaybeBusy };
  void read(const std::string& path, Writer writer, Time now);
  void stay(const std::string& path);

  config::Limits limits_;
  ObjectTable table_;
  model::Diagnostics walk_problems_;
  std::map<std::string, Known> known_;
  std::map<std::string, Time> quiet_;    // being written → when it counts all the same
  std::map<std::string, Time> leaving_;  // gone → when it is believed
  bool first_walk_ = true;
};

}  // namespace solder::store
