// One type of a state-of-the-world stream. Clusters and listeners are always sent whole, because what is missing in
// such a response is gone for the client; of the other types only what it lacks is sent (both as Envoy's protocol
// document has it), under the version of everything that it asked for. Clusters that went away stay in the response
// until the stream says that nothing refers to them any more: make before break.
// Tested by tests/unit/xds/stream_scenarios_test.cc.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/xds/subscription.h"

namespace solder::xds {

class SotwSubscription final : public Subscription {
 public:
  explicit SotwSubscription(ResourceType type) : type_(type), whole_(has_wildcard(type)) {}

  void start(const DiscoveryRequest& request) override;
  void change(const DiscoveryRequest& request) override;
  void accepted(const Answered& response) override;
  void refused(const Answered& response) override;
  [[nodiscard]] ResourcePtr holding(const std::string& name) const override { return has_.find(name); }
  [[nodiscard]] std::vector<std::string> behind(size_t most) const override;
  void set_world(const ResourceSet& world) override;
  void send_again(const std::string& name) override;
  const Due& due() override;
  Outgoing take(Take what) override;
  [[nodiscard]] bool resumed() const override { return resumed_; }
  [[nodiscard]] size_t cost() const override { return cost_; }

 private:
  using Resources = std::map<std::string, ResourcePtr, std::less<>>;

  void set_names(const std::vector<std::string>& names);
  // What exists of what the client asks for, in order of name.
  template <typename Visit>
  void each_wanted(Visit visit) const;
  [[nodiscard]] Resources wanted() const;
  // A client that comes with the version of what it asks for has all of it.
  void believe_claim();
  Outgoing take_whole(Take what, Resources set);
  Outgoing take_lacking(const Resources& set);

  const ResourceType type_;
  const bool whole_;
  std::optional<ResourceSet> world_;  // nothing before anything was published
  bool wildcard_ = false;
  bool resumed_ = false;
  bool answer_all_ = false;
  bool repeat_all_ = false;           // after a refusal
  bool differs_ = false;              // the client came with another version than the current one
  bool named_before_ = false;         // a later request without names then asks for nothing, not for everything
  std::optional<std::string> claim_;  // version_info of the first request, until there is a world to compare it with
  std::set<std::string> names_;
  std::set<std::string> asked_;  // names that were added and not answered yet
  std::set<std::string> again_;  // to be repeated
  Resources sent_;               // what was sent last under each name
  ResourceSet has_;              // what the client took; other names may be among them
  size_t cost_ = 0;
  std::optional<Due> due_;  // empty: to be computed
};

}  // namespace solder::xds
