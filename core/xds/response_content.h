// What a response holds, beside what is the stream's own. Immutable, so that streams which are sent the same share it,
// from the first search in the world until the last of them has acknowledged. Any thread. Tested by
// tests/unit/xds/first_answers_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/xds/resource_set.h"

namespace solder::xds {

struct ResponseContent {
  std::vector<ResourcePtr> resources;
  std::vector<std::string> removed;  // delta only
  uint64_t hash = 0;                 // over both; 0 where is_large() says no

  // Whether it is worth while to keep what was made of it: small responses are written faster than they are looked up.
  [[nodiscard]] bool is_large() const { return resources.size() >= kLarge; }

 private:
  static constexpr size_t kLarge = 16;
};
using ResponseContentPtr = std::shared_ptr<const ResponseContent>;

ResponseContentPtr make_content(std::vector<ResourcePtr> resources, std::vector<std::string> removed = {});
// The one that holds nothing.
const ResponseContentPtr& no_content();

}  // namespace solder::xds
