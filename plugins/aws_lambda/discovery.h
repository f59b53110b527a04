// Finds the functions of upstreams: asks Lambda for all of them again and again, and publishes them as the upstream's
// lambdaFunctions. Nothing but a whole list is published; what fails is tried again later and later. Made of timers and
// requests of the host, which signs them: no key comes here. Tested by tests/e2e/lambda_discovery_test.py.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/publish.hpp"

namespace solder::plugins::aws_lambda {

class FollowedUpstream;

class Discovery {
 public:
  // `config`: the plugin's configuration. Throws std::invalid_argument where it cannot be read.
  Discovery(const sdk::Host& host, const sdk::Json& config);
  ~Discovery();
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  void follow(const sdk::UpstreamInput& in);
  void forget(const sdk::Ref& ref);

 private:
  sdk::Host host_;
  std::chrono::milliseconds period_;
  sdk::Http http_;
  sdk::Publisher publisher_;
  std::map<std::string, std::unique_ptr<FollowedUpstream>> followed_;  // last: they leave first
};

}  // namespace solder::plugins::aws_lambda
