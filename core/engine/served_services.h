// Which virtual services some gateway takes. What is missing behind one that none takes hurts nobody: it is told and
// does not count against the object, as in Gloo, which does not look at such a one at all. One thread. Tested by
// tests/unit/engine/engine_test.cc.
#pragma once

#include <set>
#include <vector>

#include "core/engine/translation.h"
#include "core/model/diagnostic.h"

namespace solder::engine {

class ServedServices {
 public:
  // Reads all plans; gives those of which something else is to be told than before.
  std::vector<model::ObjectRef> update(const Memo<model::ObjectRef, GatewayPlan>& plans);
  // What there is to tell of a virtual service, from what its translation says.
  [[nodiscard]] model::Diagnostics tell(const model::ObjectRef& service, const model::Diagnostics& found) const;

 private:
  std::set<model::ObjectRef> served_;
};

}  // namespace solder::engine
