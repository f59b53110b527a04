// Keeps an instance that works by itself (a discovery, a source of objects) going in a process of its own, apart from
// the one that translates: so neither waits for the other, and what one does to its process does not touch the other's.
// When the process ends, its requests and timers are gone with it, what it gave stays, and another begins anew, told
// all that this one was told. Nothing here waits for it. Tested by tests/plugin/aside_test.cc.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/host/isolation/aside_services.h"
#include "core/host/isolation/child.h"
#include "core/host/isolation/options.h"
#include "core/host/isolation/patience.h"

namespace solder::host::isolation {

// What the operator sees of all such processes of a plugin, and says to them. [any thread]
class AsideBook {
 public:
  struct Entry {
    std::mutex mutex;
    IsolationInfo info;
    bool revived = false;
  };
  std::shared_ptr<Entry> open();
  void add_to(IsolationInfo& info) const;
  void revive();

 private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<Entry>> entries_;
};

struct AsideSetup {
  IsolationOptions options;
  Start start;
  Role role = Role::kDiscovery;
  AsideFor whose;
  std::shared_ptr<AsideBook::Entry> entry;
};

class Aside {
 public:
  using Clock = Channel::Clock;

  // Called from its threads, one at a time but for done().
  class Owner {
   public:
    virtual ~Owner() = default;
    // A process is there: all that its instance has to be told, in order. tell() waits meanwhile, or comes later.
    virtual std::vector<Parcel> begin(AsideServices& services) = 0;
    // There is none for now, and why.
    virtual void down(const std::string& words, bool parked) = 0;
    // What a task came to.
    virtual void done(const Parcel& answer) = 0;
  };

  Aside(AsideSetup setup, Owner& owner);
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  // Where there is a process: `first` on its services, and the task to it. Else begin() will tell. [any thread]
  void tell(Parcel task, const std::function<void(AsideServices&)>& first = {});
  // Held by begin(): what it reads, others write under it.
  [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

 private:
  struct Session;

  void run();
  bool begin(Session& session);
  // Until it fails, or nobody wants it any more.
  void serve(Session& session);
  bool write_out(Session& session);
  bool look_after(Session& session);
  void read(Session& session);
  bool handle(Session& session, std::string_view frame);
  void wait_for_turn(Session& session, const Parcel& use);
  void fail(Session& session, Channel::Outcome outcome, std::string words = {});
  void enqueue(Session& session, Message kind, const Parcel& parcel);
  void enqueue_task(Session& session, Parcel task);
  void lost(const Failure& failure);
  bool wait_to_start();
  void show(int pid, bool down, const std::string& why);

  const AsideSetup setup_;
  Owner& owner_;
  Patience patience_;

  std::mutex mutex_;  // of what follows, and of the session's queue
  std::condition_variable changed_;
  bool ended_ = false;
  std::shared_ptr<Session> session_;  // null: no process serves
  StartBreaker breaker_;
  std::thread thread_;
};

}  // namespace solder::host::isolation
