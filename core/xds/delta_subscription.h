// One type of a delta stream. It keeps what the client was sent as a set that it shares with the world wherever the two
// agree, and the names on which they may not: so a change costs a stream what changed, and a stream that is up to date
// holds next to nothing of its own. A refused resource is not repeated before it changes. Rules of "xDS REST and gRPC
// protocol": a subscribed name is always answered, with the resource or, once, as removed; what a client claims by
// initial_resource_versions is not sent again. Tested by tests/unit/xds/stream_scenarios_test.cc.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/xds/first_answers.h"
#include "core/xds/name_list.h"
#include "core/xds/subscription.h"

namespace solder::xds {

class DeltaSubscription final : public Subscription {
 public:
  // What is shared with other subscriptions may be null; otherwise it outlives this one. `uses` is for route
  // configurations; none: all serve.
  explicit DeltaSubscription(ResourceType type, NameLists* lists = nullptr, FirstAnswers* answers = nullptr,
                             RouteUses uses = nullptr)
      : type_(type), lists_(lists), answers_(answers), uses_(std::move(uses)) {}

  void start(const DiscoveryRequest& request) override;
  void change(const DiscoveryRequest& request) override;
  void accepted(const Answered& response) override;
  void refused(const Answered& response) override;
  [[nodiscard]] ResourcePtr holding(const std::string& name) const override { return has_.find(name); }
  [[nodiscard]] std::vector<std::string> behind(size_t most) const override;
  void set_world(const ResourceSet& world) override;
  void ask_route_use() override;
  void send_again(const std::string& name) override;
  const Due& due() override;
  Outgoing take(Take what) override;
  [[nodiscard]] bool resumed() const override { return resumed_; }
  [[nodiscard]] size_t cost() const override { return cost_; }

 private:
  struct Difference {
    std::vector<ResourcePtr> changed, drained;
    std::vector<std::string> removed;
    Due due;
  };

  [[nodiscard]] bool wants(const std::string& name) const { return wildcard_ || names_.contains(name); }
  // A first request for much, by a client that has nothing: it is remembered as that alone until it is answered, or
  // until the client says something else.
  void begin_fresh(const DiscoveryRequest& request);
  void end_fresh();
  Outgoing take_fresh();
  void subscribe(const std::string& name);
  void unsubscribe(const std::string& name);
  void enter_wildcard();
  void leave_wildcard();
  // Where the world and what was sent may differ, over everything that the client asks for.
  void compare_all();
  // What the client came with is what we have, where the versions are the same.
  void recognize_claims();
  const Difference& difference();
  // A connection manager that gave up scopes goes on with them in the connections that it drains, for minutes: the
  // client keeps those of a group that is gone as a whole, and is told of them again when the group is back.
  [[nodiscard]] bool held_for_drain(const std::string& name) const;
  [[nodiscard]] RouteUse use(const std::string& name) const;
  // What a response is made of, piece by piece.
  struct Draft {
    std::vector<ResourcePtr> resources, replaced;
    std::vector<std::string> removed;
  };
  void send(const ResourcePtr& resource, Draft& out);
  void forget(const std::string& name, Draft& out);
  // Where nothing is pending any more, what was sent is what there is.
  void settle();

  const ResourceType type_;
  NameLists* const lists_;
  FirstAnswers* const answers_;
  const RouteUses uses_;
  std::optional<ResourceSet> world_;  // nothing before anything was published
  bool wildcard_ = false;
  bool resumed_ = false;
  bool answer_all_ = false;        // the first request for everything awaits its answer
  bool fresh_ = false;             // everything that it asks for is asked and pending
  NameSet names_;                  // subscribed by name
  std::set<std::string> asked_;    // subscribed and not answered yet
  std::set<std::string> pending_;  // names on which the world and sent_ may differ; a superset
  // What the client was sent last. Only what it wants counts: of other names it may hold anything, so that it can be
  // the world itself.
  ResourceSet sent_;
  ResourceSet has_;      // what the client took, likewise
  bool claims_ = false;  // the client came with versions that were not compared with a world yet
  size_t cost_ = 0;
  std::optional<Difference> difference_;  // empty: to be computed
};

}  // namespace solder::xds
