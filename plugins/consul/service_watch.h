// The instances of one service in one data center with their health: one blocking query, for all upstreams that want
// to know the same. Tested by tests/e2e/consul_services_test.py.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api.h"
#include "blocking_query.h"
#include "upstream.h"

namespace solder::plugins::consul {

class ServiceWatch {
 public:
  // `question`: of Consul's health endpoint. `changed`: other instances, or another trouble.
  ServiceWatch(const sdk::Host& host, Api& api, const Question& question, const std::string& service,
               std::function<void()> changed);
  ServiceWatch(const ServiceWatch&) = delete;
  ServiceWatch& operator=(const ServiceWatch&) = delete;

  void start() { query_.start(); }
  // Nothing while it was never heard.
  [[nodiscard]] const std::optional<std::vector<Instance>>& instances() const { return instances_; }
  [[nodiscard]] const std::optional<Trouble>& trouble() const { return trouble_ ? trouble_ : query_.trouble(); }
  // It may take long until it is heard: the others need not wait for it.
  [[nodiscard]] bool given_up() const { return !instances_ && troubled_ > 0; }

  std::set<std::string> followers;  // "namespace/name" of upstreams

 private:
  void take(const Reply& reply);

  Api& api_;
  const std::function<void()> changed_;
  const std::string service_;
  int troubled_ = 0;
  std::optional<std::vector<Instance>> instances_;
  std::optional<Trouble> trouble_;
  BlockingQuery query_;
};

// "/v1/health/service/shop?dc=dc1"
Question question_of(const UpstreamSpec& spec, const std::string& data_center);

}  // namespace solder::plugins::consul
