// The xDS server: v3 ADS and the per-type services over gRPC, delta and state-of-the-world, for node groups by Gloo's
// `role` metadata. One snapshot a role is current; publish() makes another one current, and every stream is sent what
// changed for it, in make-before-break order. Streams hold slices of the snapshot's memory, never copies.
// Source: Envoy, "xDS REST and gRPC protocol". Tested by tests/feature/xds.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/xds/snapshot.h"
#include "core/xds/stream_times.h"

namespace solder::xds {

// Files in PEM. They are read again when they change; streams that are open stay.
struct ServerTls {
  std::string certificate;  // the chain, leaf first
  std::string key;
  std::string client_ca;  // empty: clients need no certificate
};

struct ServerOptions {
  std::string address = "0.0.0.0:9977";
  size_t max_streams = 20000;                   // more are answered RESOURCE_EXHAUSTED
  size_t max_subscriptions = 300'000;           // names a stream may subscribe to
  size_t max_subscriptions_of_all = 2'000'000;  // all streams together
  size_t max_request_bytes = 32u << 20;
  StreamTimes times;
  std::optional<ServerTls> tls;  // none: in clear
};

// A NACK as a client told it. While it is traced to what caused it, the client refuses more: those are only counted.
struct Refusal {
  std::string role;
  std::string node_id;
  ResourceType type;
  std::string message;             // Envoy's words
  std::vector<std::string> names;  // of the resources in the refused response
};

// What a client was found to refuse; it is kept from the client until it changes, and the rest is sent without it.
struct Culprit {
  ResourceType type{};
  std::string name;                    // of the virtual host, in routes and scopes; else of the resource
  std::vector<std::string> resources;  // in which it is
  std::string message;                 // Envoy's words

  bool operator==(const Culprit&) const = default;
};

// A node that asked for something, whether it refuses anything or not.
struct NodeRefuses {
  std::string id, role, peer;
  std::vector<Culprit> culprits;
};

// One open stream. The numbers count responses of each type.
struct NodeStatus {
  std::string id, role, peer, user_agent;
  bool delta = false;
  // Everything that the node asks for and that is current for its role was sent to it and answered.
  bool in_sync = false;
  std::array<uint64_t, kResourceTypeCount> sent{}, acked{}, nacked{};
  std::vector<Culprit> culprits;
  std::array<bool, kResourceTypeCount> asked{};  // for any of the type
  // Of each type, names that the node asks for and did not acknowledge as they are now; at most kMostBehind are listed.
  static constexpr size_t kMostBehind = 1000;
  std::array<std::vector<std::string>, kResourceTypeCount> behind;
};

struct ServerCounters {
  uint64_t streams = 0, streams_total = 0, responses = 0, resources_sent = 0, bytes_sent = 0, acks = 0, nacks = 0,
           bad_requests = 0;
};

class Server {
 public:
  virtual ~Server() = default;
  // Listens, or says why it cannot (the address, and what is wrong with it). `on_refusal` is called from any thread,
  // and so is `on_nodes_changed`: refusing() is another than before.
  static base::Result<std::unique_ptr<Server>> start(const ServerOptions& options,
                                                     std::function<void(const Refusal&)> on_refusal,
                                                     std::function<void()> on_nodes_changed = {});
  // The port that was bound; useful with ":0".
  [[nodiscard]] virtual int port() const = 0;
  // Makes `snapshots` current for all roles at once. A role that is missing in it has an empty snapshot and nodes
  // without one are sent nothing but an empty world. Before the first call nothing is answered at all, so that a client
  // which reconnects to a server that has just started keeps what it has. [any thread] Returns at once.
  virtual void publish(std::shared_ptr<const SnapshotsByRole> snapshots) = 0;
  [[nodiscard]] virtual std::vector<NodeStatus> nodes() const = 0;
  // What the nodes of the roles are found to refuse; empty where nobody refuses anything.
  [[nodiscard]] virtual std::vector<NodeRefuses> refusing() const = 0;
  [[nodiscard]] virtual ServerCounters counters() const = 0;
  // Ends all streams in order (status UNAVAILABLE, "shutting down") and waits for them, at most `deadline_ms`.
  virtual void shutdown(int deadline_ms) = 0;
};

}  // namespace solder::xds
