// The thread that brings news to streams: a new snapshot to all of them, the end of a waiting time to one. It only
// pokes; a stream that is busy takes the news when it is done, so that none delays another.
// Tested by tests/unit/xds/parts_test.cc.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/xds/stream_times.h"

namespace solder::xds {

class Pokable {
 public:
  virtual ~Pokable() = default;
  // Something may have to be sent. Never blocks for long. [push thread]
  virtual void poke() = 0;
};

class PushThread {
 public:
  using All = std::function<std::vector<std::shared_ptr<Pokable>>()>;

  explicit PushThread(All all) : all_(std::move(all)), thread_([this] { run(); }) {}
  ~PushThread();
  PushThread(const PushThread&) = delete;
  PushThread& operator=(const PushThread&) = delete;

  // Pokes all soon; calls in between come together. [any thread]
  void poke_all();
  // Pokes one at that time, if it still exists. [any thread]
  void poke_at(Clock::time_point time, std::weak_ptr<Pokable> one);

 private:
  void run();
  // What is due now; waits until there is something, and gives nothing when the thread is to end.
  std::vector<std::shared_ptr<Pokable>> wait();

  const All all_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool all_due_ = false;
  bool stopping_ = false;
  std::multimap<Clock::time_point, std::weak_ptr<Pokable>> later_;
  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace solder::xds
