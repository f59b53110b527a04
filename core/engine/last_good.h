// The last good version of each object, over restarts: a journal of JSON lines, appended when an object was accepted,
// written anew when most of it is old. It holds Secrets, so only its owner may read it (mode 0600). A line that cannot
// be read is passed over. What is to stay in memory alone is not in it. It is written by a thread of its own, so that
// no change waits for it; of an object that changes faster than that the newest version is written. One thread calls.
// Tested by tests/unit/engine/last_good_test.cc.
#pragma once

#include <condition_variable>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/model/object.h"

namespace solder::engine {

class LastGoodJournal {
 public:
  // An empty directory keeps nothing on disk.
  explicit LastGoodJournal(std::string directory);
  // Writes what was set.
  ~LastGoodJournal();
  LastGoodJournal(const LastGoodJournal&) = delete;
  LastGoodJournal& operator=(const LastGoodJournal&) = delete;

  // What the journal had when it was opened, with what was set since.
  [[nodiscard]] const std::map<model::ObjectRef, model::ObjectPtr>& loaded() const { return current_; }
  // Remembers `object` for `ref`; null forgets it.
  void set(const model::ObjectRef& ref, model::ObjectPtr object);
  // Waits until the operating system has all that was set.
  void flush();

 private:
  using Objects = std::map<model::ObjectRef, model::ObjectPtr>;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void load(const std::string& path);
  // Of the writing thread.
  void write_until_closed();
  void write(const Objects& changes, bool anew);
  bool begin_anew();

  const std::string directory_, path_;
  Objects current_;  // changed by the calling thread under the lock, so that this one reads it without
  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  Objects waiting_;  // to be written; null: forgotten
  size_t lines_ = 0;
  bool anew_ = true;  // all of it has to be written
  bool writing_ = false, closed_ = false;
  std::unique_ptr<std::FILE, Close> file_;  // of the writing thread
  std::thread writer_;
};

}  // namespace solder::engine
