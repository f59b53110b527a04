// The objects that routes are composed of (gateway.solo.io/v1, gloo.solo.io/v1), decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/virtual_service.h"

namespace solder::model {

struct RouteTable {
  ObjectRef ref;
  int32_t weight = 0;  // where several tables are selected, the lower ones come first
};

struct UpstreamGroup {
  ObjectRef ref;
  std::vector<WeightedDestination> destinations;
};

// What delegation has to know of a route before it is translated.
struct RouteOutline {
  std::string name;
  std::string canonical;          // the whole route as checked JSON
  std::string options = "{}";     // of it, its options
  std::vector<Matcher> matchers;  // as they are written: none where there are none
  std::optional<bool> inheritable_matchers;
  std::optional<bool> inheritable_path_matchers;
  bool has_action = false;
  std::optional<DelegateAction> delegate;
  std::vector<ObjectRef> option_refs;  // optionsConfigRefs.delegateOptions
};

}  // namespace solder::model
