// Where an upstream's requests go, in the world that a Cloud Controller tells of. Pure: what it gives depends on its
// arguments alone. Tested by tests/unit/cloud_foundry/resolve_test.cc.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "solder/sdk/json.hpp"
#include "upstream.h"
#include "world.h"

namespace solder::plugins::cloud_foundry {

// Why something cannot be had, or is not as it was meant; the same of many is one problem.
struct Trouble {
  std::string reason, message, expected{}, field{};  // field: below the upstream's type

  auto operator<=>(const Trouble&) const = default;
};

struct Resolution {
  // False: there is no telling, and what was known stays.
  bool known = false;
  sdk::Json items = sdk::Json::array();
  std::vector<std::string> processes;  // whose instances decide
  std::vector<Trouble> troubles;
};

// What is known of a process's instances.
struct Stats {
  enum class State { kUnasked, kRefused, kKnown } state = State::kUnasked;
  std::vector<Instance> instances{};
  std::string wrong{};  // why no more is known

  bool operator==(const Stats&) const = default;
};
using StatsOf = std::function<const Stats&(const std::string& process)>;

Resolution resolve(const World& world, const Wanted& wanted, const Router& router, const StatsOf& stats);

}  // namespace solder::plugins::cloud_foundry
