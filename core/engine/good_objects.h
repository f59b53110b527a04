// Which objects are good in their current version, so that it may become the last good one.
// Tested by tests/unit/engine/good_versions_test.cc, engine_test.cc and property_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/engine/touched.h"
#include "core/engine/translation.h"

namespace solder::engine {

// Whether this very version of the object is good in itself.
bool is_good(Translation& t, const model::ObjectRef& ref);

// Objects that are good in themselves and clash with others, as plans, listeners and proxies say. One thread.
class ConflictingObjects {
 public:
  // Gives the objects that clash now and did not, or no longer do; perhaps others too.
  std::vector<model::ObjectRef> update(const Translation& t, const Touched& touched);
  [[nodiscard]] bool contains(const model::ObjectRef& ref) const { return counts_.count(ref) != 0; }

 private:
  void set(const std::string& source, std::set<model::ObjectRef> now, std::vector<model::ObjectRef>& changed);

  std::map<std::string, std::set<model::ObjectRef>> said_;  // by who says so
  std::map<model::ObjectRef, size_t> counts_;               // how many say so
};

}  // namespace solder::engine
