// The virtual hosts of a delta stream (VHDS). Envoy begins with a request for everything and asks for a host by name
// when a request needs it, so "everything" are the virtual hosts that nobody would ask for (Resource::on_demand says
// no), and the others go to who asked for them, from then on with each change. What differs from other types:
//  - A name that does not exist is answered by a resource without content: Envoy holds the request until then.
//  - Clients ask for whatever hosts their own clients name, never give up a name and do not ask for it again: what
//    comes to exist later has to be sent. Only so many names that do not exist are remembered; a client that asked for
//    more is sent every virtual host that comes to exist.
//  - Each group is opened by a removal of its mark, which Envoy never had: its first message about a group ends
//    warming, and an empty one reaches no group.
// Source: Envoy, "Virtual Host Discovery Service", and what Envoy 1.40 does. Tested by
// tests/unit/xds/stream_scenarios_test.cc and tests/unit/xds/virtual_host_subscription_test.cc.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/xds/subscription.h"

namespace solder::xds {

class VirtualHostSubscription final : public Subscription {
 public:
  // As name_cost(): what awaits an answer at one time, beyond which names are ignored, and what is remembered of names
  // that do not exist.
  static constexpr size_t kMostAsked = 100'000;
  static constexpr size_t kMostAbsent = 10'000;

  void start(const DiscoveryRequest& request) override;
  void change(const DiscoveryRequest& request) override;
  void accepted(const Answered& response) override;
  void refused(const Answered& response) override;
  [[nodiscard]] ResourcePtr holding(const std::string& name) const override { return has_.find(name); }
  [[nodiscard]] std::vector<std::string> behind(size_t most) const override;
  void set_world(const ResourceSet& world) override;
  // All of that group that nobody asks for.
  void send_again(const std::string& group) override;
  const Due& due() override;
  Outgoing take(Take what) override;
  [[nodiscard]] bool resumed() const override { return resumed_; }
  [[nodiscard]] size_t cost() const override {
    return sent_.size() + std::min(absent_cost_, kMostAbsent) + asked_cost_;
  }

 private:
  struct Difference {
    std::vector<ResourcePtr> changed;
    std::vector<std::string> removed;
    Due due;
  };
  struct Draft {
    std::vector<ResourcePtr> resources;
    std::vector<std::string> removed;
  };

  [[nodiscard]] bool is_for_all(const ResourcePtr& resource) const {
    return wildcard_ && resource && !resource->on_demand;
  }
  [[nodiscard]] bool wants(const std::string& name, const ResourcePtr& now) const {
    return sent_.find(name) || named_.count(name) != 0 || absent_.count(name) != 0 || is_for_all(now);
  }
  void subscribe(const std::string& name);
  void unsubscribe(const std::string& name);
  void leave_wildcard();
  void ask(const std::string& name);
  void compare_all();
  const Difference& difference();
  // A connection manager that gave up this layout goes on with it in the connections that it drains.
  [[nodiscard]] bool held_for_drain(const std::string& name) const;
  void answer(const std::string& name, Draft& out);
  void send(const ResourcePtr& resource, Draft& out);
  void forget(const std::string& name, Draft& out);
  void remember_absent(const std::string& name);
  void keep_absent(const std::string& name);
  void forget_absent(const std::string& name);
  // What a client came with is remembered until there is a world to tell which of it exists.
  void bound_absent();

  std::optional<ResourceSet> world_;  // nothing before anything was published
  bool wildcard_ = false;
  bool resumed_ = false;
  bool forgot_ = false;            // some name that does not exist
  bool answer_all_ = false;        // the first request for everything awaits its answer
  std::set<std::string> named_;    // asked for by name and there
  std::set<std::string> absent_;   // asked for by name, not there
  std::set<std::string> asked_;    // not answered yet
  std::set<std::string> pending_;  // names on which the world and sent_ may differ; a superset
  ResourceSet sent_, has_;         // exactly what the client was sent last, and what it took
  size_t absent_cost_ = 0;
  size_t asked_cost_ = 0;
  std::optional<Difference> difference_;  // empty: to be computed
};

}  // namespace solder::xds
