// What one stream wants of one resource type and what it was sent of it: the whole per-stream state, behind a narrow
// interface, so that another representation (a position in a shared log, interned name sets) can take its place.
// Three kinds: delta_subscription.h, sotw_subscription.h and, for virtual hosts,
// virtual_host_subscription.h. It knows no nonces, no other type and no time; stream.h
// does. Not thread-safe: its stream owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/xds/discovery_request.h"
#include "core/xds/response_content.h"
#include "core/xds/snapshot.h"

namespace solder::xds {

// One response, before it has a nonce.
struct Outgoing {
  ResponseContentPtr content = no_content();
  std::vector<ResourcePtr> replaced;  // those of its resources that the client had in another version
  uint64_t version = 0;               // of the whole set that the client asked for
  std::optional<ResourceSet> after;   // all that the client has once it took this; none: what it had, and this
};

// What became of a response.
struct Answered {
  const ResponseContent& content;
  const std::optional<ResourceSet>& after;  // as in Outgoing, where nothing else was on its way
};

// What could be sent now. An answer is something that the client waits for; an update or a removal is not.
struct Due {
  bool answer = false;
  bool update = false;
  size_t removals = 0;
  // Of all changes that only drained connections would see: another number for others; 0: none.
  uint64_t drained = 0;
  // Among the updates is what a listener that gives up its scopes goes by.
  bool before_listeners = false;

  [[nodiscard]] bool nothing() const { return nothing_but_drained() && drained == 0; }
  [[nodiscard]] bool nothing_but_drained() const { return !answer && !update && removals == 0; }
};

// What a route configuration is to a client.
enum class RouteUse {
  kServing,
  kDrained,   // its listener has scopes, which the client took: only connections that are drained go by it, if any
  kReturned,  // the client has such scopes, and the listener gives them up
};
using RouteUses = std::function<RouteUse(const std::string& name)>;

// The name by which a client asks for all resources.
inline constexpr const char* kWildcard = "*";

enum class Take { kAnswer, kUpdate, kUpdateAndDrained, kUpdateAndRemovals };

class Subscription {
 public:
  virtual ~Subscription() = default;

  // The first request of this type on the stream.
  virtual void start(const DiscoveryRequest& request) = 0;
  // A later request whose nonce is in order.
  virtual void change(const DiscoveryRequest& request) = 0;
  virtual void accepted(const Answered& response) = 0;
  // The client has what it had before. Of what was in the response only that is sent again which the world still has:
  // what is to be kept from the client has to be kept from set_world().
  virtual void refused(const Answered& response) = 0;
  // What the client took of that name; null: nothing. What it came with from an earlier stream has no message.
  [[nodiscard]] virtual ResourcePtr holding(const std::string& name) const = 0;
  // The names that the client asks for and of which it did not take the current version, at most so many.
  [[nodiscard]] virtual std::vector<std::string> behind(size_t most) const = 0;
  // What is current; not called before anything was published.
  virtual void set_world(const ResourceSet& world) = 0;
  // Asks anew what each route configuration is to the client: RouteUse.
  virtual void ask_route_use() {}
  // The named resource is to be sent again though the client has it, if the client subscribes to it; of virtual hosts
  // the group of that name.
  virtual void send_again(const std::string& name) = 0;

  virtual const Due& due() = 0;
  virtual Outgoing take(Take what) = 0;
  // The client came with state of an earlier stream.
  [[nodiscard]] virtual bool resumed() const = 0;
  // What the subscription holds against StreamLimits::max_subscriptions.
  [[nodiscard]] virtual size_t cost() const = 0;
};

// Clusters, listeners and scopes: a first request without names asks for all of them.
inline bool has_wildcard(ResourceType type) {
  return type == ResourceType::kCluster || type == ResourceType::kListener || type == ResourceType::kScopedRoute;
}

// Whether a client that holds such a resource is told that it is gone. Listeners that drain go on using their secrets
// and filter configurations for minutes, so those stay with the client until it unsubscribes.
inline bool announces_removal(ResourceType type) {
  return type != ResourceType::kSecret && type != ResourceType::kExtensionConfig;
}

// One name, and more for a long one: so the bound on names bounds memory.
inline size_t name_cost(const std::string& name) { return 1 + name.size() / 256; }

}  // namespace solder::xds
