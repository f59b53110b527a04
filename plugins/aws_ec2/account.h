// Whoever is asked with one set of credentials in one region, for all upstreams that name them: one listing serves them
// all, and each takes what its filters match. Only a whole listing is published; what fails is tried again later and
// later, and what was found before stays. Tested by tests/e2e/ec2_test.py.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "describe_instances.h"
#include "solder/sdk.hpp"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"
#include "upstream.h"

namespace solder::plugins::aws_ec2 {

class Account {
 public:
  // What of an upstream tells accounts apart.
  struct Key {
    std::string url;
    sdk::AwsSigner signer;

    auto operator<=>(const Key&) const = default;
  };

  // The arguments that are references must outlive it. `period`: from one listing's beginning to the next, at least.
  Account(const sdk::Host& host, sdk::Http& http, const sdk::Publisher& publisher, Key key,
          std::chrono::milliseconds period);
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  // From now on, or with these filters from now on; a listing begins at once.
  void follow(const sdk::Ref& upstream, std::vector<TagFilter> filters);
  // True where nobody is left.
  bool forget(const std::string& upstream);

 private:
  struct Followed {
    std::string kind, ns, name;
    std::vector<TagFilter> filters;

    [[nodiscard]] sdk::Ref ref() const { return {kind, ns, name}; }
  };

  void give_up();
  void begin();
  void ask();
  void take(const sdk::HttpAnswer& answer);
  void listed();
  void failed(const sdk::HttpAnswer& answer);
  void report(const std::string& message, bool of_keys);

  sdk::Http& http_;
  const sdk::Publisher& publisher_;
  const Key key_;
  const std::chrono::milliseconds period_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  std::map<std::string, Followed> upstreams_;  // by "namespace/name"

  std::chrono::steady_clock::time_point began_;
  std::string token_;
  std::set<std::string> tokens_;  // of this listing: one that comes twice would be asked for ever
  std::vector<Instance> instances_;
  sdk::Http::Id under_way_ = 0;
};

}  // namespace solder::plugins::aws_ec2
