#include "core/xds/discovery_call.h"

#include <utility>

#include "core/xds/slices.h"

namespace solder::xds {

DiscoveryCall::DiscoveryCall(grpc::GenericCallbackServerContext* rpc, StreamKind kind, uint64_t id,
                             const StreamLimits& limits, StreamContext& context, std::function<void()> done)
    : rpc_(rpc), done_(std::move(done)), driver_(*this, kind, id, limits, rpc->peer(), context) {}

void DiscoveryCall::begin() {
  driver_.begin(std::shared_ptr<Pokable>(shared_from_this(), &driver_));
  StartRead(&request_);
}

void DiscoveryCall::OnReadDone(bool ok) {
  if (!ok) {  // the client is gone, or has said all that it will say
    driver_.end({});
    return;
  }
  const auto text = to_text(request_);
  request_.Clear();
  if (driver_.receive(text)) StartRead(&request_);
}

void DiscoveryCall::OnWriteDone(bool ok) {
  response_.Clear();
  driver_.written(ok);
}

void DiscoveryCall::write(const base::Bytes& response) {
  response_ = to_buffer(response);
  StartWrite(&response_);
}

void DiscoveryCall::finish(const base::Status& status) {
  Finish({static_cast<grpc::StatusCode>(status.code()), status.message()});
}

}  // namespace solder::xds
