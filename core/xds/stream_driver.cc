#include "core/xds/stream_driver.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

namespace solder::xds {
namespace {

// For the response that is being written when the stream has to end.
constexpr std::chrono::seconds kLastWrite{5};

}  // namespace

StreamDriver::StreamDriver(Transport& transport, StreamKind kind, uint64_t id, const StreamLimits& limits,
                           std::string peer, StreamContext& context)
    : transport_(transport),
      times_(limits.times),
      peer_(std::move(peer)),
      opened_at_(Clock::now()),
      context_(context),
      stream_(kind, id, limits, context.counters, &context.shared) {}

void StreamDriver::begin(std::weak_ptr<Pokable> self) {
  self_ = std::move(self);
  context_.poke_at(opened_at_ + times_.ask_within, self_);
}

bool StreamDriver::receive(const base::Result<std::string>& wire) {
  bool go_on = true;
  run([&] {
    if (!end_status_) {
      const auto status = wire.ok() ? stream_.receive(*wire, Clock::now()) : wire.status();
      if (!status.ok()) {
        spdlog::warn("xDS node \"{}\" at {}: stream ended: {}", stream_.node_id(), peer_, status.message());
        end_status_ = status;
      }
    }
    go_on = !end_status_;
  });
  return go_on;
}

void StreamDriver::written(bool ok) {
  run([&] {
    writing_ = false;
    if (!ok && !end_status_) end_status_ = base::Status();
  });
}

void StreamDriver::end(base::Status status) {
  run([&] {
    if (!end_status_) end_status_ = std::move(status);
  });
}

NodeStatus StreamDriver::status() const {
  const std::lock_guard lock(mutex_);
  NodeStatus status = stream_.status();
  status.peer = peer_;
  // A newer snapshot may be on its way to the stream.
  status.in_sync = status.in_sync && stream_.snapshot() == context_.groups.find(stream_.role());
  return status;
}

std::optional<NodeRefuses> StreamDriver::refuses() const {
  const std::lock_guard lock(mutex_);
  if (!joined_ || finished_) return std::nullopt;
  return NodeRefuses{stream_.node_id(), stream_.role(), peer_, stream_.culprits()};
}

void StreamDriver::run(const std::function<void()>& work) {
  Actions actions;
  {
    const std::lock_guard lock(mutex_);
    work();
    actions = advance(Clock::now());
  }
  perform(actions);
  catch_up();
}

void StreamDriver::poke() {
  poked_ = true;
  catch_up();
}

// Whoever holds the lock looks here after it let go, so a poke that finds the stream busy is not lost.
void StreamDriver::catch_up() {
  while (poked_) {
    Actions actions;
    {
      const std::unique_lock lock(mutex_, std::try_to_lock);
      if (!lock.owns_lock()) return;
      poked_ = false;
      actions = advance(Clock::now());
    }
    perform(actions);
  }
}

StreamDriver::Actions StreamDriver::advance(Clock::time_point now) {
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

StreamDriver::Actions StreamDriver::decide(Clock::time_point now) {
  Actions actions;
  if (finished_) return actions;
  actions.refusals = stream_.take_refusals();
  actions.nodes_changed = stream_.take_culprits_changed();
  if (!stream_.started() && !end_status_ && now - opened_at_ >= times_.ask_within) {
    end_status_ = base::Status(base::Code::kDeadlineExceeded, "no request came on this stream");
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
  actions.nodes_changed = join_group() || actions.nodes_changed;
  actions.write = stream_.next(now);
  if (actions.write) {
    writing_ = true;
    writing_since_ = now;
    wait_for_reader(now, actions);
  } else {
    actions.wake_at = stream_.wake_at();
  }
  return actions;
}

void StreamDriver::wait_for_reader(Clock::time_point now, Actions& actions) {
  const auto patience = end_status_ ? std::min<Clock::duration>(times_.read_within, kLastWrite) : times_.read_within;
  if (now - writing_since_ < patience) {
    actions.wake_at = writing_since_ + patience;
  } else {
    transport_.cancel();
  }
}

void StreamDriver::perform(const Actions& actions) {
  if (actions.write) transport_.write(*actions.write);
  if (actions.wake_at) context_.poke_at(*actions.wake_at, self_);
  if (context_.on_refusal) {
    for (const auto& refusal : actions.refusals) context_.on_refusal(refusal);
  }
  if (actions.nodes_changed && context_.on_nodes_changed) context_.on_nodes_changed();
  if (actions.finish) transport_.finish(*actions.finish);
}

bool StreamDriver::join_group() {
  const auto snapshot = context_.groups.find(stream_.role());
  stream_.set_snapshot(snapshot);
  if (!snapshot || std::exchange(joined_, true)) return false;
  const auto complaint = context_.groups.complaint(stream_.node_id(), stream_.role());
  if (!complaint.empty()) spdlog::warn("{}", complaint);
  return context_.counters.refusing > 0;
}

}  // namespace solder::xds
