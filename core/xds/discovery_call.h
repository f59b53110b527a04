// One open gRPC stream: moves bytes between gRPC and a StreamDriver, one read and at most one write at a time.
// Tested by tests/feature/xds.
#pragma once

#include <functional>
#include <memory>

#include <grpcpp/generic/async_generic_service.h>

#include "core/xds/stream_driver.h"

namespace solder::xds {

class DiscoveryCall final : public grpc::ServerGenericBidiReactor,
                            public Transport,
                            public std::enable_shared_from_this<DiscoveryCall> {
 public:
  // `done` drops the call.
  DiscoveryCall(grpc::GenericCallbackServerContext* rpc, StreamKind kind, uint64_t id, const StreamLimits& limits,
                StreamContext& context, std::function<void()> done);

  // Starts reading; once, after the call was put where `done` finds it.
  void begin();
  [[nodiscard]] StreamDriver& driver() { return driver_; }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override { done_(); }

  void write(const base::Bytes& response) override;
  void finish(const base::Status& status) override;
  void cancel() override { rpc_->TryCancel(); }

 private:
  grpc::GenericCallbackServerContext* const rpc_;  // valid until finish()
  const std::function<void()> done_;
  grpc::ByteBuffer request_;   // gRPC's while a read is under way
  grpc::ByteBuffer response_;  // gRPC's while a write is under way
  StreamDriver driver_;
};

}  // namespace solder::xds
