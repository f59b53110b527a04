// A gRPC stream as a test wants it: send, then wait for a message with a deadline. Any method, raw bytes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

namespace solder::xds::testing {

inline constexpr const char* kDeltaAds =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
inline constexpr const char* kSotwAds =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";

std::shared_ptr<grpc::Channel> connect(int port, bool own_connection = true);

class GrpcStream {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // Nothing is read before the first receive().
  GrpcStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method);
  ~GrpcStream();
  GrpcStream(const GrpcStream&) = delete;
  GrpcStream& operator=(const GrpcStream&) = delete;

  // False: the stream has ended.
  bool send(const std::string& message);
  // The next message; nothing where none came in time or the stream has ended.
  std::optional<std::string> receive(Milliseconds patience = Milliseconds(20'000));
  // Closes the client's half and leaves the other open.
  void half_close();
  // The status that the stream ends with; DEADLINE_EXCEEDED of the test's own where it does not end.
  grpc::Status finish(Milliseconds patience = Milliseconds(20'000));
  void cancel() { context_.TryCancel(); }

 private:
  enum Tag : intptr_t { kStart = 1, kRead, kWrite, kDone, kFinish };
  // Works off events until that one came; its result, or nothing when the patience ends first.
  std::optional<bool> wait(Tag tag, Milliseconds patience);

  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::ByteBuffer message_;
  grpc::Status status_;
  int pending_ = 0;
  bool reading_ = false;
  bool finishing_ = false;
  std::optional<bool> read_result_;
  std::optional<bool> finish_result_;
};

}  // namespace solder::xds::testing
