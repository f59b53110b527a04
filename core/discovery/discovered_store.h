// Users' objects with what discoveries found laid over them, as one store. Both sides are stores of their own, so what
// was found is watched like everything else. Tested by tests/unit/discovery/discovered_store_test.cc.
#pragma once

#include <functional>
#include <memory>

#include "core/store/store.h"

namespace solder::discovery {

class DiscoveredStore : public store::Store {
 public:
  // Hear what each of the two says, as it is. May be empty.
  struct Listeners {
    std::function<void(const store::Batch&)> users{}, discovered{};
  };
  static std::unique_ptr<DiscoveredStore> make(std::unique_ptr<store::Store> users,
                                               std::unique_ptr<store::Store> discovered, Listeners listeners);
  // Problems with discovering, instead of those before. [any thread]
  virtual void tell(model::Diagnostics problems) = 0;
};

}  // namespace solder::discovery
