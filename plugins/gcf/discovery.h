// Finds the functions of upstreams that name a project and a region. Tested by tests/e2e/gcf_discovery_test.py.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "followed_upstream.h"

namespace solder::plugins::gcf {

class Discovery {
 public:
  // `config`: the plugin's configuration. Throws std::invalid_argument where it cannot be read.
  Discovery(const sdk::Host& host, const sdk::Json& config);

  void follow(const sdk::UpstreamInput& in);
  void forget(const sdk::Ref& ref) { followed_.erase(sdk::to_string(ref)); }

 private:
  sdk::Host host_;
  std::chrono::milliseconds period_;
  sdk::Http http_;
  sdk::Publisher publisher_;
  std::map<std::string, std::unique_ptr<FollowedUpstream>> followed_;  // last: they leave first
};

}  // namespace solder::plugins::gcf
