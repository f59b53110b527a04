// Which objects have which text at the indexes that manifests declare: what a plugin's list() reads. A change costs the
// entries of the one object. One thread. Tested by tests/unit/engine/plugin_kinds_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/engine/graph.h"
#include "core/engine/translation.h"
#include "core/host/plugin_set.h"
#include "core/model/object.h"

namespace solder::engine {

class ObjectIndex {
 public:
  // Null: there is none any more. `kinds` says what is indexed.
  void set(const std::map<std::string, host::ObjectKind>& kinds, const model::ObjectRef& ref,
           const model::ObjectPtr& object);
  // Hands the lists that changed to the translation.
  void publish(Inputs<host::Selector, RefList>& lists);

 private:
  std::map<model::ObjectRef, std::vector<host::Selector>> entries_;
  std::map<host::Selector, std::set<model::ObjectRef>> members_;
  std::set<host::Selector> changed_;
};

}  // namespace solder::engine
