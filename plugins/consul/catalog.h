// Upstream discovery: an Upstream for each service that Consul knows, named as Gloo names it. One blocking query for
// the services of each data center. Tested by tests/unit/consul/catalog_upstreams_test.cc and
// tests/e2e/consul_services_test.py.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api.h"
#include "blocking_query.h"
#include "solder/sdk/objects.hpp"

namespace solder::plugins::consul {

// A service in all data centers together.
struct CatalogService {
  std::set<std::string> data_centers, tags;

  bool operator==(const CatalogService&) const = default;
};

// The Upstreams that a service makes, as manifests by name ("namespace/name").
std::map<std::string, std::string> upstreams_of(const std::string& service, const CatalogService& what,
                                                const Settings& settings);

class Catalog {
 public:
  // All outlive it. `changed`: looked for the first time, or other troubles than before.
  Catalog(const sdk::Host& host, Api& api, const sdk::Objects& objects, std::function<void()> changed);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  void start();
  [[nodiscard]] bool settled() const;
  [[nodiscard]] std::vector<Trouble> troubles() const;

 private:
  struct DataCenter {
    std::unique_ptr<BlockingQuery> query;
    std::map<std::string, std::set<std::string>> services;  // with their tags
    bool listed = false;
  };

  void look_for_data_centers();
  void take_data_centers(const Reply& reply);
  void use(const std::set<std::string>& names);
  void take_services(const std::string& data_center, const Reply& reply);
  void tell();

  const sdk::Host host_;
  Api& api_;
  const sdk::Objects& objects_;
  const std::function<void()> changed_;
  sdk::Timer timer_;
  sdk::Backoff backoff_;
  std::map<std::string, CatalogService> services_;
  std::map<std::string, std::map<std::string, std::string>> upstreams_;  // by service; what was put
  std::optional<Trouble> trouble_;
  bool known_ = false, given_up_ = false;
  std::map<std::string, DataCenter> data_centers_;  // last: their queries leave first
};

}  // namespace solder::plugins::consul
