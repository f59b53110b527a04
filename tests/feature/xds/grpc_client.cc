#include "tests/feature/xds/grpc_client.h"

#include <vector>

namespace solder::xds::testing {

std::shared_ptr<grpc::Channel> connect(int port, bool own_connection) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // gRPC shares one connection among channels to the same address otherwise.
  if (own_connection) arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments);
}

GrpcStream::GrpcStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) : stub_(channel) {
  call_ = stub_.PrepareCall(&context_, method, &queue_);
  call_->StartCall(reinterpret_cast<void*>(kStart));
  ++pending_;
  wait(kStart, Milliseconds(20'000));
}

GrpcStream::~GrpcStream() {
  context_.TryCancel();
  if (!finishing_) call_->Finish(&status_, reinterpret_cast<void*>(kFinish));
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

std::optional<bool> GrpcStream::wait(Tag wanted, Milliseconds patience) {
  const auto deadline = std::chrono::system_clock::now() + patience;
  void* tag = nullptr;
  bool ok = false;
  while (pending_ > 0 && queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::GOT_EVENT) {
    --pending_;
    const auto got = static_cast<Tag>(reinterpret_cast<intptr_t>(tag));
    if (got == kRead) read_result_ = ok;
    if (got == kFinish) finish_result_ = ok;
    if (got == wanted) return ok;
  }
  return std::nullopt;
}

bool GrpcStream::send(const std::string& message) {
  const grpc::Slice slice(message);
  call_->Write(grpc::ByteBuffer(&slice, 1), reinterpret_cast<void*>(kWrite));
  ++pending_;
  return wait(kWrite, Milliseconds(20'000)).value_or(false);
}

std::optional<std::string> GrpcStream::receive(Milliseconds patience) {
  if (!reading_) {
    reading_ = true;
    read_result_.reset();
    call_->Read(&message_, reinterpret_cast<void*>(kRead));
    ++pending_;
  }
  if (!read_result_) wait(kRead, patience);
  if (!read_result_) return std::nullopt;
  reading_ = false;
  if (!*read_result_) return std::nullopt;
  std::vector<grpc::Slice> slices;
  if (!message_.Dump(&slices).ok()) return std::nullopt;
  std::string text;
  for (const auto& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

void GrpcStream::half_close() {
  call_->WritesDone(reinterpret_cast<void*>(kDone));
  ++pending_;
  wait(kDone, Milliseconds(20'000));
}

grpc::Status GrpcStream::finish(Milliseconds patience) {
  if (!finishing_) {
    finishing_ = true;
    call_->Finish(&status_, reinterpret_cast<void*>(kFinish));
    ++pending_;
  }
  if (!finish_result_) wait(kFinish, patience);
  if (finish_result_) return status_;
  return {grpc::DEADLINE_EXCEEDED, "the stream did not end"};
}

}  // namespace solder::xds::testing
