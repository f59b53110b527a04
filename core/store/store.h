// Where objects come from. A store tells a listener what changed, in batches, from its own thread; the first batch is
// the whole world and ends with `complete`. Tested by tests/unit/store.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/model/diagnostic.h"
#include "core/model/object.h"

namespace solder::store {

struct Change {
  model::ObjectRef ref;
  model::ObjectPtr object;  // null: deleted
};

struct Batch {
  std::vector<Change> changes;
  // Every problem that the source has now outside of decoded objects: unreadable files, syntax errors, duplicates.
  // Replaces what the batch before said.
  model::Diagnostics problems;
  bool complete = false;  // the whole world has been told
};
using Listener = std::function<void(Batch)>;

class Store {
 public:
  virtual ~Store() = default;
  // Begins to read and watch; `listener` is called from the store's thread until stop() returns.
  virtual base::Status start(Listener listener) = 0;
  virtual void stop() = 0;
};

// Objects in files below `directories` (each a directory or one file), watched with inotify. Recursive; follows
// symbolic links, loops cut; hidden and editors' temporary files are passed over, except what a `..data` link makes
// visible. Of an object that stands in two places the first by path counts and the other is a problem. A file that
// cannot be parsed keeps its last good objects.
std::unique_ptr<Store> make_file_store(std::vector<std::string> directories);

// The same files read once.
Batch read_files(const std::vector<std::string>& paths);

}  // namespace solder::store
