#include "core/host/services/timers.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

#include "core/host/abi_text.h"
#include "core/host/activity.h"

namespace solder::host {

namespace {

constexpr std::chrono::nanoseconds kLongest = std::chrono::hours(24 * 365);
constexpr const char* kTimer = "in a timer of";
constexpr std::chrono::nanoseconds kAllowed{SOLDER_LOOP_ALLOWED_NS};

uint64_t now_ns(void*) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

}  // namespace

Timers::Timers(const std::string& plugin, std::mutex& strand)
    : plugin_(plugin),
      strand_(strand),
      table_{sizeof(solder_svc_loop), 0, this, &now_ns,
             // Nothing may be thrown into a plugin.
             [](void* ctx, uint64_t delay_ns, solder_fired fired, void* arg, solder_timer* timer) -> solder_status {
               try {
                 return static_cast<Timers*>(ctx)->start(delay_ns, fired, arg, timer);
               } catch (...) {
                 return SOLDER_RESOURCE_EXHAUSTED;
               }
             },
             [](void* ctx, solder_timer timer) { static_cast<Timers*>(ctx)->cancel(timer); }} {}

Timers::~Timers() { close(); }

void Timers::open() {
  {
    const std::lock_guard lock(mutex_);
    open_ = !closed_;
    if (open_ && !pending_.empty()) begin_thread();
  }
  changed_.notify_all();
}

void Timers::pause() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

void Timers::close() {
  std::unordered_map<solder_timer, Pending> dropped;  // ended without the lock: a task may hold what has locks
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(pending_);
    due_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

solder_status Timers::start(uint64_t delay_ns, solder_fired fired, void* arg, solder_timer* timer) {
  if (fired == nullptr || timer == nullptr) return SOLDER_INVALID_ARGUMENT;
  const std::chrono::nanoseconds delay(std::min<uint64_t>(delay_ns, static_cast<uint64_t>(kLongest.count())));
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return SOLDER_CANCELLED;
    if (pending_.size() - posted_ >= SOLDER_LOOP_MAX_TIMERS) return SOLDER_RESOURCE_EXHAUSTED;
    *timer = add(delay, kTimer, [fired, arg] { fired(arg); });
  }
  changed_.notify_all();
  return SOLDER_OK;
}

void Timers::post(const char* doing, std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    add(std::chrono::nanoseconds(0), doing, std::move(task));
    ++posted_;
  }
  changed_.notify_all();
}

// Under mutex_.
solder_timer Timers::add(std::chrono::nanoseconds delay, const char* doing, std::function<void()> task) {
  if (open_) begin_thread();
  const solder_timer id = last_ + 1;
  const auto when = Clock::now() + delay;
  const auto place = due_.emplace(Due{when, id}, id).first;
  try {
    pending_.emplace(id, Pending{when, doing, std::move(task)});
  } catch (...) {
    due_.erase(place);
    throw;
  }
  return last_ = id;
}

void Timers::cancel(solder_timer timer) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(timer);
  if (found == pending_.end()) return;
  due_.erase({found->second.when, timer});
  pending_.erase(found);
}

// Under mutex_.
void Timers::begin_thread() {
  if (!thread_.joinable()) thread_ = std::thread(&Timers::run, this);
}

void Timers::run() {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    if (due_.empty() || !open_) {
      changed_.wait(lock);
      continue;
    }
    const auto [when, timer] = due_.begin()->first;
    if (Clock::now() < when) {
      changed_.wait_until(lock, when);
      continue;
    }
    lock.unlock();
    fire(timer);
    lock.lock();
  }
}

void Timers::fire(solder_timer timer) {
  const std::lock_guard strand(strand_);
  Pending due{};
  {
    // Looked up only now: while this thread waited for the strand, the plugin may have cancelled it.
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(timer);
    if (found == pending_.end() || !open_) return;
    due = std::move(found->second);
    if (due.doing != kTimer) --posted_;
    due_.erase({due.when, timer});
    pending_.erase(found);
  }
  const Activity activity(due.doing, plugin_, kAllowed);
  try {
    due.task();
  } catch (const std::exception& error) {
    spdlog::error("{} plugin {} an exception was thrown: {}", due.doing, plugin_,
                  printable(std::string_view(error.what()).substr(0, 1000)));
  } catch (...) {
    spdlog::error("{} plugin {} an exception was thrown", due.doing, plugin_);
  }
}

}  // namespace solder::host
