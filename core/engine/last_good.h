// The last good version of each object, over restarts: a journal of JSON lines, appended when an object was accepted,
// written anew when most of it is old. It holds Secrets, so only its owner may read it (mode 0600). A line that cannot
// be read is passed over. What is to stay in memory alone is not in it. One thread. Tested by
// tests/unit/engine/last_good_test.cc.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "core/model/object.h"

namespace solder::engine {

class LastGoodJournal {
 public:
  // An empty directory keeps nothing on disk.
  explicit LastGoodJournal(std::string directory);

  // What the journal had when it was opened.
  [[nodiscard]] const std::map<model::ObjectRef, model::ObjectPtr>& loaded() const { return current_; }
  // Remembers `object` for `ref`; null forgets it.
  void set(const model::ObjectRef& ref, model::ObjectPtr object);
  // Hands what was set to the operating system.
  void flush();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void load(const std::string& path);
  void append(const model::ObjectRef& ref, const model::Object* object);
  void rewrite();

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::map<model::ObjectRef, model::ObjectPtr> current_;
  size_t lines_ = 0;
};

}  // namespace solder::engine
