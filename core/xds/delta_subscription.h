// One type of a delta stream. For each resource that the client holds, the content hash that it was sent last (acked or
// refused alike: a refused one is not repeated before it changes). Rules of "xDS REST and gRPC protocol": a subscribed
// name is always answered, with the resource or, once, as removed; what a client claims by initial_resource_versions is
// not sent again. Tested by tests/unit/xds/stream_scenarios_test.cc.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/xds/subscription.h"

namespace solder::xds {

class DeltaSubscription final : public Subscription {
 public:
  explicit DeltaSubscription(ResourceType type) : type_(type) {}

  void start(const DiscoveryRequest& request) override;
  void change(const DiscoveryRequest& request) override;
  void refused() override {}
  void set_world(ResourceSetPtr world) override;
  void send_again(const std::string& name) override;
  const Due& due() override;
  Outgoing take(Take what) override;
  [[nodiscard]] bool resumed() const override { return resumed_; }
  [[nodiscard]] size_t cost() const override { return cost_; }

 private:
  struct Difference {
    std::vector<ResourcePtr> changed;
    std::vector<std::string> removed;
    Due due;
  };

  void subscribe(const std::string& name);
  void unsubscribe(const std::string& name);
  void leave_wildcard();
  void compare_all(Difference& difference) const;
  void compare_named(Difference& difference) const;
  const Difference& difference();
  void send(const ResourcePtr& resource, Outgoing& out);
  void forget(const std::string& name, Outgoing& out);

  const ResourceType type_;
  ResourceSetPtr world_;
  bool wildcard_ = false;
  bool resumed_ = false;
  bool answer_all_ = false;      // the first request for everything awaits its answer
  std::set<std::string> names_;  // subscribed by name
  std::set<std::string> asked_;  // subscribed and not answered yet
  // By name, the hash of what the client was sent last; kAbsent where it was told that there is none.
  std::map<std::string, uint64_t> sent_;
  size_t cost_ = 0;
  std::optional<Difference> difference_;  // empty: to be computed
};

}  // namespace solder::xds
