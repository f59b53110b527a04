#include "core/xds/discovery_call.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "core/xds/slices.h"

namespace solder::xds {
namespace {

// For the response that is being written when the stream has to end.
constexpr std::chrono::seconds kLastWrite{5};

grpc::Status to_grpc(const base::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message()};
}

}  // namespace

DiscoveryCall::DiscoveryCall(grpc::GenericCallbackServerContext* rpc, StreamKind kind, uint64_t id,
                             const StreamLimits& limits, CallContext& context)
    : rpc_(rpc),
      id_(id),
      times_(limits.times),
      opened_at_(Clock::now()),
      context_(context),
      stream_(kind, id, limits, context.counters),
      peer_(rpc->peer()) {}

void DiscoveryCall::begin() {
  context_.poke_at(opened_at_ + times_.ask_within, weak_from_this());
  StartRead(&request_);
}

void DiscoveryCall::OnReadDone(bool ok) {
  if (!ok) {  // the client is gone, or has said all that it will say
    end(grpc::Status::OK);
    return;
  }
  const auto text = to_text(request_);
  request_.Clear();
  bool go_on = true;
  run([&] {
    if (end_status_) return;
    const auto status = text.ok() ? stream_.receive(*text, Clock::now()) : text.status();
    if (!status.ok()) {
      spdlog::warn("xDS node \"{}\" at {}: stream ended: {}", stream_.status().id, peer_, status.message());
      end_status_ = to_grpc(status);
    }
    go_on = !end_status_;
  });
  if (go_on) StartRead(&request_);
}

void DiscoveryCall::OnWriteDone(bool ok) {
  run([&] {
    writing_ = false;
    response_.Clear();
    if (!ok && !end_status_) end_status_ = grpc::Status::OK;
  });
}

void DiscoveryCall::OnDone() { context_.ended(id_); }

void DiscoveryCall::end(grpc::Status status) {
  run([&] {
    if (!end_status_) end_status_ = std::move(status);
  });
}

NodeStatus DiscoveryCall::status() const {
  const std::lock_guard lock(mutex_);
  NodeStatus status = stream_.status();
  status.peer = peer_;
  // A newer snapshot may be on its way to the stream.
  status.in_sync = status.in_sync && stream_.snapshot() == context_.groups.find(stream_.role());
  return status;
}

void DiscoveryCall::run(const std::function<void()>& work) {
  Actions actions;
  {
    const std::lock_guard lock(mutex_);
    work();
    actions = advance(Clock::now());
  }
  perform(std::move(actions));
  catch_up();
}

void DiscoveryCall::poke() {
  poked_ = true;
  catch_up();
}

// Whoever holds the lock looks here after it let go, so a poke that finds the call busy is not lost.
void DiscoveryCall::catch_up() {
  while (poked_) {
    Actions actions;
    {
      const std::unique_lock lock(mutex_, std::try_to_lock);
      if (!lock.owns_lock()) return;
      poked_ = false;
      actions = advance(Clock::now());
    }
    perform(std::move(actions));
  }
}

DiscoveryCall::Actions DiscoveryCall::advance(Clock::time_point now) {
  Actions actions = decide(now);
  if (wake_at_ && now >= *wake_at_) wake_at_.reset();
  // One arranged poke at a time: at it, a later one is arranged where that is still needed.
  if (actions.wake_at && wake_at_ && *wake_at_ <= *actions.wake_at) {
    actions.wake_at.reset();
  } else if (actions.wake_at) {
    wake_at_ = actions.wake_at;
  }
  return actions;
}

DiscoveryCall::Actions DiscoveryCall::decide(Clock::time_point now) {
  Actions actions;
  if (finished_) return actions;
  actions.refusals = stream_.take_refusals();
  if (!stream_.started() && !end_status_ && now - opened_at_ >= times_.ask_within) {
    end_status_ = grpc::Status(grpc::DEADLINE_EXCEEDED, "no request came on this stream");
  }
  if (writing_) {
    wait_for_reader(now, actions);
    return actions;
  }
  if (end_status_) {
    finished_ = true;
    actions.finish = *end_status_;
    return actions;
  }
  if (!stream_.started()) return actions;
  join_group();
  if (auto bytes = stream_.next(now)) {
    response_ = to_buffer(*bytes);
    writing_ = true;
    writing_since_ = now;
    actions.write = true;
    wait_for_reader(now, actions);
  } else {
    actions.wake_at = stream_.wake_at();
  }
  return actions;
}

void DiscoveryCall::wait_for_reader(Clock::time_point now, Actions& actions) {
  const auto patience = end_status_ ? std::min<Clock::duration>(times_.read_within, kLastWrite) : times_.read_within;
  if (now - writing_since_ < patience) {
    actions.wake_at = writing_since_ + patience;
  } else {
    rpc_->TryCancel();  // the write ends, and with it the call
  }
}

void DiscoveryCall::perform(Actions actions) {
  if (actions.write) StartWrite(&response_);
  if (actions.wake_at) context_.poke_at(*actions.wake_at, weak_from_this());
  if (context_.on_refusal) {
    for (const auto& refusal : actions.refusals) context_.on_refusal(refusal);
  }
  if (actions.finish) Finish(*actions.finish);
}

void DiscoveryCall::join_group() {
  const auto snapshot = context_.groups.find(stream_.role());
  stream_.set_snapshot(snapshot);
  if (!snapshot || std::exchange(joined_, true)) return;
  const auto complaint = context_.groups.complaint(stream_.status().id, stream_.role());
  if (!complaint.empty()) spdlog::warn("{}", complaint);
}

}  // namespace solder::xds
