// One xDS stream without its transport: requests and snapshots in, responses out. It keeps the nonces, hands requests
// to the subscription of their type and lets the schedule choose what goes out. At most one response a type awaits its
// acknowledgement, and responses are made only when the transport can take one: what is owed is state, never a queue.
// Not thread-safe: its call serialises it. Tested by tests/unit/xds/stream_test.cc and tests/feature/xds.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/xds/counters.h"
#include "core/xds/first_answers.h"
#include "core/xds/known_culprits.h"
#include "core/xds/name_list.h"
#include "core/xds/response_cache.h"
#include "core/xds/server.h"
#include "core/xds/snapshot.h"
#include "core/xds/stream_schedule.h"
#include "core/xds/stream_times.h"

namespace solder::xds {

struct StreamKind {
  bool delta = false;
  std::optional<ResourceType> only;  // a per-type service; empty: ADS
};

struct StreamLimits {
  size_t max_subscriptions = 300'000;
  size_t max_subscriptions_of_all = 2'000'000;  // all streams of the counters together
  StreamTimes times;
};

// What many streams have in common, kept once.
struct SharedByStreams {
  ResponseCache responses;
  NameLists names;
  FirstAnswers answers;
  KnownCulprits culprits;
};

class Stream {
 public:
  // `id` goes into the nonces, so that one of another stream is not taken for one of this.
  // `shared` may be null; it and `counters` outlive the stream.
  Stream(StreamKind kind, uint64_t id, StreamLimits limits, Counters& counters, SharedByStreams* shared = nullptr);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // A request in wire format. An error ends the stream with that status.
  base::Status receive(std::string_view wire, Clock::time_point now);
  // The role that the node belongs to; empty until the first request was received.
  [[nodiscard]] const std::string& role() const { return node_.role; }
  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] const std::string& node_id() const { return node_.id; }

  // What is current for the role; null while nothing was published at all, in which case nothing is answered.
  void set_snapshot(SnapshotPtr snapshot);
  [[nodiscard]] const SnapshotPtr& snapshot() const { return snapshot_; }
  // The next response in wire format, or nothing.
  std::optional<base::Bytes> next(Clock::time_point now);
  // When next() may give something though nothing happened.
  [[nodiscard]] std::optional<Clock::time_point> wake_at() const { return schedule_.wake_at(); }

  // The refusals since the last call.
  std::vector<Refusal> take_refusals() { return std::exchange(refusals_, {}); }
  // Whether what the client was found to refuse is other than at the last call.
  bool take_culprits_changed();
  [[nodiscard]] NodeStatus status() const;
  [[nodiscard]] std::vector<Culprit> culprits() const;

 private:
  TypeSlot& slot_of(ResourceType type) { return slots_[static_cast<size_t>(type)]; }
  std::optional<ResourceType> type_of_request(const DiscoveryRequest& request);
  base::Status receive_for(ResourceType type, const DiscoveryRequest& request);
  base::Status check_cost();
  void subscribe(ResourceType type, const DiscoveryRequest& request);
  // Acknowledges what the request says; false where the rest of it is to be ignored.
  bool check_nonce(ResourceType type, const DiscoveryRequest& request);
  // The number in a nonce that this stream sent.
  [[nodiscard]] std::optional<uint64_t> read_nonce(const std::string& text) const;
  void acknowledge(ResourceType type, uint64_t nonce, const DiscoveryRequest& request);
  void accepted(TypeSlot& slot, const InFlight& response);
  void refused(ResourceType type, TypeSlot& slot, const InFlight& response, const std::string& words);
  // Offers the client the world as far as it is not kept from it.
  void offer(ResourceType type);
  void count_bad_request(const std::string& what);
  [[nodiscard]] std::string nonce_text(uint64_t number) const;
  base::Bytes send(const Choice& choice, Clock::time_point now);
  void follow_clusters(const std::vector<ResourcePtr>& replaced);
  void follow_routes(const std::vector<ResourcePtr>& sent);

  // By what the client took, not only by what it was sent.
  [[nodiscard]] RouteUse use_of_routes(const std::string& name) const;
  // What is current of a type, in the layout that this client takes.
  [[nodiscard]] const ResourceSet& world_of(ResourceType type) const;

  const StreamKind kind_;
  const uint64_t id_;
  const StreamLimits limits_;
  Counters& counters_;
  SharedByStreams* const shared_;
  StreamSchedule schedule_;
  TypeSlots slots_;
  NodeInfo node_;
  NodeStatus status_;
  SnapshotPtr snapshot_;
  std::vector<Refusal> refusals_;
  uint64_t last_nonce_ = 0;
  size_t cost_ = 0;  // what its subscriptions hold, as it stands in counters_.subscriptions
  bool started_ = false;
  bool node_known_ = false;
  bool complained_ = false;  // about a bad request: once a stream is enough for the log
  bool overdue_named_ = false;
  std::vector<Culprit> told_culprits_;
};

}  // namespace solder::xds
