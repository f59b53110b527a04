// Which virtual services some gateway takes. What is missing behind one that none takes hurts nobody: it is told and
// does not count against the object, as in Gloo, which does not look at such a one at all. One thread. Tested by
// tests/unit/engine/engine_test.cc.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "core/engine/translation.h"
#include "core/model/diagnostic.h"

namespace solder::engine {

class ServedServices {
 public:
  // Reads the plans of these gateways, which may be new; gives those of which something else is to be told than before.
  std::vector<model::ObjectRef> update(const std::vector<model::ObjectRef>& gateways,
                                       const Memo<model::ObjectRef, GatewayPlan>& plans);
  // What there is to tell of a virtual service, from what its translation says.
  [[nodiscard]] model::Diagnostics tell(const model::ObjectRef& service, const model::Diagnostics& found) const;

 private:
  std::unordered_map<model::ObjectRef, std::shared_ptr<const GatewayPlan>, KeyHash<model::ObjectRef>> plans_;
  std::unordered_map<model::ObjectRef, int, KeyHash<model::ObjectRef>> served_;  // by how many parts of gateways
};

}  // namespace solder::engine
