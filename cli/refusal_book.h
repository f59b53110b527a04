// What connected Envoys refused, the last refusal of each type for each node, for /status. Tested by
// tests/unit/cli/refusal_book_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/xds/server.h"

namespace solder::cli {

class RefusalBook {
 public:
  // [any thread]
  void add(const xds::Refusal& refusal);
  // The nodes with their counts and refusals, as /status lists them. Forgets nodes that are gone. [any thread]
  nlohmann::ordered_json nodes_json(const std::vector<xds::NodeStatus>& nodes);

 private:
  struct Entry {
    std::string message;
    std::vector<std::string> names;
    uint64_t times = 0;
    std::string when;
  };
  using Key = std::pair<std::string, xds::ResourceType>;  // node id, type

  std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace solder::cli
