// Which objects the files hold, and what of that is news. Of an object that stands in several files the first by path
// counts; a file that has become bad keeps what was last good in it. Not thread-safe.
// Tested by tests/unit/store/object_table_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/config/documents.h"
#include "core/store/store.h"

namespace solder::store {

class ObjectTable {
 public:
  // What `file` holds now. Where a document could not be read, the object that it held stays.
  void put(const std::string& file, config::Documents documents);
  // `file` is there and cannot be read: its objects stay.
  void fail(const std::string& file, model::Diagnostic problem);
  // A file that is gone but may be on its way back (an editor's save) or elsewhere (a move): its objects stay unless
  // another file has them.
  void set_leaving(const std::string& file, bool leaving);
  void remove(const std::string& file);

  // Whether putting `documents` would take objects away or report problems.
  [[nodiscard]] bool would_lose(const std::string& file, const config::Documents& documents) const;

  // What changed since the last call, and all problems that there are now.
  Batch take();

 private:
  struct File {
    std::map<model::ObjectRef, model::ObjectPtr> objects;
    model::Diagnostics problems;
    bool leaving = false;
  };
  void own(const std::string& file, const File& contents);
  void disown(const std::string& file, const File& contents);
  // The objects of that name, the one that counts first.
  [[nodiscard]] std::vector<model::ObjectPtr> claims(const model::ObjectRef& ref) const;
  void add_duplicates(model::Diagnostics& problems) const;

  std::map<std::string, File> files_;
  std::set<std::string> bad_files_;  // those with problems
  std::map<model::ObjectRef, std::set<std::string>> owners_;
  std::set<model::ObjectRef> shared_;  // those with several owners
  std::set<model::ObjectRef> touched_;
  std::map<model::ObjectRef, model::ObjectPtr> told_;
};

}  // namespace solder::store
