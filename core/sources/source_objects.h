// What one source has said so far: its objects, which of them a list has confirmed, and what changed since somebody
// asked. Not thread-safe. Tested by tests/unit/sources/source_objects_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/store.h"

namespace solder::sources {

class SourceObjects {
 public:
  // A new instance begins. Until complete() it only says what will count.
  void begin();
  base::Status put(std::string_view json);
  void remove(const model::ObjectRef& ref);
  void begin_list(const std::string& kind, const std::string& ns);
  void end_list(const std::string& kind, const std::string& ns);
  void keep(const std::string& kind, const std::string& ns);
  void complete();

  // An object of an earlier run.
  void restore(model::ObjectPtr object);

  // False between begin() and complete(): what there is may be half a world.
  [[nodiscard]] bool whole() const { return whole_; }
  // What changed since the last call.
  std::vector<store::Change> take();
  // Objects that could not be read.
  [[nodiscard]] model::Diagnostics problems() const;
  [[nodiscard]] std::vector<model::ObjectPtr> all() const;
  [[nodiscard]] model::ObjectPtr find(const model::ObjectRef& ref) const {
    const auto at = objects_.find(ref);
    return at == objects_.end() ? nullptr : at->second.object;
  }

 private:
  struct Entry {
    model::ObjectPtr object;
    uint64_t seen = 0;
  };
  using Scope = std::pair<std::string, std::string>;
  using Objects = std::map<model::ObjectRef, Entry>;

  void set(model::ObjectPtr object);
  Objects::iterator erase(Objects::iterator at);
  template <typename F>
  void each_of(const std::string& kind, const std::string& ns, F&& f);

  Objects objects_;
  std::set<model::ObjectRef> changed_;
  std::map<model::ObjectRef, model::Diagnostic> unreadable_;
  std::map<Scope, uint64_t> lists_;  // when they began
  uint64_t clock_ = 0, began_ = 0;
  bool whole_ = false;
};

// A JSON object as a source gives it; null and a problem where it cannot be read.
model::ObjectPtr read_source_object(std::string_view json, model::Diagnostic& problem);

}  // namespace solder::sources
