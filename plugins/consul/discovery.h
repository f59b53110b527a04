// Endpoint discovery: which upstreams are followed, by whom they are served, and what of it is published. Only what is
// new is, and only once all data centers of an upstream were heard. Tested by tests/e2e/consul_services_test.py.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api.h"
#include "service_watch.h"
#include "solder/sdk.hpp"
#include "solder/sdk/publish.hpp"
#include "upstream.h"

namespace solder::plugins::consul {

class Discovery {
 public:
  // `settings` outlive it.
  Discovery(const sdk::Host& host, const Settings& settings);
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  // `json`: spec.consul.
  void follow(const sdk::Ref& upstream, std::string_view json);
  void forget(const sdk::Ref& ref);

 private:
  struct Followed {
    std::string kind, ns, name;
    UpstreamSpec spec;
    std::vector<std::string> watches;  // their paths
    std::string published, reported;   // JSON of what was last

    [[nodiscard]] sdk::Ref ref() const { return {kind, ns, name}; }
  };

  void begin(const sdk::Ref& upstream, std::string_view json);
  void leave(const std::string& path, const std::string& name);
  void changed(const std::string& path);
  void look(Followed& followed);
  void report(Followed& followed);

  const sdk::Host host_;
  const Settings& settings_;
  Api api_;
  sdk::Publisher publisher_;
  std::map<std::string, Followed> followed_;  // by "namespace/name"
  std::map<std::string, std::unique_ptr<ServiceWatch>> watches_;
};

}  // namespace solder::plugins::consul
