// Which upstreams are followed with which credentials. Made of timers and requests of the host, which signs them: no
// key comes here. Tested by tests/e2e/ec2_test.py.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "account.h"
#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/publish.hpp"

namespace solder::plugins::aws_ec2 {

class Discovery {
 public:
  // `config`: the plugin's configuration. Throws std::invalid_argument where it cannot be read.
  Discovery(const sdk::Host& host, const sdk::Json& config);

  void follow(const sdk::UpstreamInput& in);
  void forget(const sdk::Ref& ref);

 private:
  sdk::Host host_;
  std::chrono::milliseconds period_;
  sdk::Http http_;
  sdk::Publisher publisher_;
  std::map<Account::Key, std::unique_ptr<Account>> accounts_;  // behind what they use: they leave first
  std::map<std::string, Account::Key> followed_;               // by "namespace/name"
};

}  // namespace solder::plugins::aws_ec2
