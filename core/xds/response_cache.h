// Responses that many streams are sent alike, but for the nonce: written once. What it holds is bounded, and gone when
// something new is published. Any thread. Tested by tests/unit/xds/response_cache_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/base/bytes.h"
#include "core/xds/recent_results.h"
#include "core/xds/subscription.h"

namespace solder::xds {

class ResponseCache {
 public:
  // The same for responses with the same resources, removed names and version.
  struct Key {
    bool delta = false;
    ResourceType type{};
    uint64_t version = 0;
    uint64_t content = 0;
    size_t count = 0;

    bool operator==(const Key&) const = default;
  };
  static Key key_of(bool delta, ResourceType type, const Outgoing& out);
  static bool is_for(const Outgoing& out) { return out.content->is_large(); }

  // What is known under the key, or what `write` gives. While one stream writes, others that want the same wait.
  base::Bytes get(const Key& key, const std::function<base::Bytes()>& write);
  void clear() { responses_.clear(); }

 private:
  RecentResults<Key, base::Bytes> responses_;
};

}  // namespace solder::xds
