// Drives a Stream for its transport: takes what happens (a request, a written response, a poke, the end) from any
// thread, one at a time, and tells the transport what to do, never more than one write at once. It is the strand of
// the stream: a mutex, with nobody waiting for a busy one to bring it news. Knows no gRPC, so that ThreadSanitizer can
// see all of it. Tested by tests/unit/xds/stream_driver_test.cc.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/xds/counters.h"
#include "core/xds/node_groups.h"
#include "core/xds/push_thread.h"
#include "core/xds/stream.h"

namespace solder::xds {

// What carries a stream. Called from any thread, in an order that makes sense: at most one write at a time, finish()
// once and last. Must not call the driver from within.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void write(const base::Bytes& response) = 0;  // StreamDriver::written() follows
  virtual void finish(const base::Status& status) = 0;
  // The write under way is to fail soon; may be called again. Under the driver's lock, so that the stream cannot end
  // meanwhile.
  virtual void cancel() = 0;
};

// What all streams of a server share; outlives them.
struct StreamContext {
  NodeGroups groups;
  Counters counters;
  SharedByStreams shared{};
  std::function<void(const Refusal&)> on_refusal;
  // A node refuses other things than before, or came or went while some refuses anything. From any thread.
  std::function<void()> on_nodes_changed;
  std::function<void(Clock::time_point, std::weak_ptr<Pokable>)> poke_at;
};

class StreamDriver final : public Pokable {
 public:
  StreamDriver(Transport& transport, StreamKind kind, uint64_t id, const StreamLimits& limits, std::string peer,
               StreamContext& context);

  // Starts waiting for the first request. `self` is this driver and keeps its transport alive as well.
  void begin(std::weak_ptr<Pokable> self);
  // A request in wire format. False: the stream is ending, no further one is wanted.
  bool receive(const base::Result<std::string>& wire);
  void written(bool ok);
  // Ends the stream with that status, after the response that is being written.
  void end(base::Status status);
  void poke() override;
  [[nodiscard]] NodeStatus status() const;
  // Nothing before the node asked for anything.
  [[nodiscard]] std::optional<NodeRefuses> refuses() const;

 private:
  // What was decided under the lock and is done without it.
  struct Actions {
    std::optional<base::Bytes> write;
    std::optional<base::Status> finish;
    std::vector<Refusal> refusals;
    bool nodes_changed = false;
    std::optional<Clock::time_point> wake_at;
  };

  // Does `work` and what follows from it as the only one.
  void run(const std::function<void()>& work);
  void catch_up();
  [[nodiscard]] Actions advance(Clock::time_point now);
  [[nodiscard]] Actions decide(Clock::time_point now);
  void wait_for_reader(Clock::time_point now, Actions& actions);
  void perform(const Actions& actions);
  // True when a node is new in its group and it matters how many there are.
  bool join_group();

  Transport& transport_;
  const StreamTimes times_;
  const std::string peer_;
  const Clock::time_point opened_at_;
  StreamContext& context_;
  std::weak_ptr<Pokable> self_;

  std::atomic<bool> poked_{false};
  mutable std::mutex mutex_;
  Stream stream_;
  bool writing_ = false;
  bool finished_ = false;
  bool joined_ = false;
  Clock::time_point writing_since_;
  std::optional<base::Status> end_status_;
  std::optional<Clock::time_point> wake_at_;  // already arranged
};

}  // namespace solder::xds
