// One open gRPC stream: moves bytes between gRPC and a Stream, one read and at most one write at a time. It is the
// strand of its Stream: gRPC's threads and the push thread take turns by a mutex, and nobody waits for a busy one.
// Tested by tests/feature/xds.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/generic/async_generic_service.h>

#include "core/xds/counters.h"
#include "core/xds/node_groups.h"
#include "core/xds/push_thread.h"
#include "core/xds/stream.h"

namespace solder::xds {

// What calls share; outlives them all.
struct CallContext {
  NodeGroups groups;
  Counters counters;
  std::function<void(const Refusal&)> on_refusal;
  std::function<void(Clock::time_point, std::weak_ptr<Pokable>)> poke_at;
  std::function<void(uint64_t id)> ended;  // drops the call
};

class DiscoveryCall final : public grpc::ServerGenericBidiReactor,
                            public Pokable,
                            public std::enable_shared_from_this<DiscoveryCall> {
 public:
  DiscoveryCall(grpc::GenericCallbackServerContext* rpc, StreamKind kind, uint64_t id, const StreamLimits& limits,
                CallContext& context);

  // Starts reading; once, after the call was put where `ended` finds it.
  void begin();
  void poke() override;
  // Ends the stream with that status, after the response that is being written.
  void end(grpc::Status status);
  [[nodiscard]] NodeStatus status() const;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  // What was decided under the lock and is done without it.
  struct Actions {
    bool write = false;
    std::optional<grpc::Status> finish;
    std::vector<Refusal> refusals;
    std::optional<Clock::time_point> wake_at;
  };

  // Does `work` and what follows from it as the only one.
  void run(const std::function<void()>& work);
  void catch_up();
  [[nodiscard]] Actions advance(Clock::time_point now);
  [[nodiscard]] Actions decide(Clock::time_point now);
  void wait_for_reader(Clock::time_point now, Actions& actions);
  void perform(Actions actions);
  void join_group();

  grpc::GenericCallbackServerContext* const rpc_;  // valid until finished_
  const uint64_t id_;
  const StreamTimes times_;
  const Clock::time_point opened_at_;
  CallContext& context_;

  std::atomic<bool> poked_{false};
  mutable std::mutex mutex_;
  Stream stream_;
  std::string peer_;
  bool writing_ = false;
  bool finished_ = false;
  bool joined_ = false;
  Clock::time_point writing_since_;
  std::optional<grpc::Status> end_status_;
  std::optional<Clock::time_point> wake_at_;  // already arranged

  grpc::ByteBuffer request_;   // gRPC's while a read is under way
  grpc::ByteBuffer response_;  // gRPC's while writing_
};

}  // namespace solder::xds
