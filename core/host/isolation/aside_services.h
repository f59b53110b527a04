// Solder's side of the services of one process in which an instance works by itself: what it asks for is done by the
// very tables that instances in Solder's process call, which check it; and what it holds here is bounded.
// Tested by tests/plugin/aside_test.cc.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "core/host/host_table.h"
#include "core/host/isolation/ledger.h"
#include "core/host/isolation/limits.h"
#include "core/host/isolation/parcel.h"

namespace solder::host::isolation {

// Whose process it is, and who hears what it says.
struct AsideFor {
  std::string plugin;
  std::set<std::string> needs;  // what it may ask for
  Limits limits;
  ServicesPtr services;
  HostTable::Listeners listeners;
};

class AsideServices {
 public:
  using Say = std::function<void(const Parcel& event)>;

  // `say` sends an event; it may wait, and comes back once end() was called.
  AsideServices(const AsideFor& whose, Say say);
  ~AsideServices();
  AsideServices(const AsideServices&) = delete;
  AsideServices& operator=(const AsideServices&) = delete;

  // Which upstreams it may speak of. [any thread]
  void follow(const model::ObjectRef& object);
  void forget(const model::ObjectRef& object);
  // What it asks for: with the status that it is answered; -1: with nothing. Nothing: it makes no sense. One thread.
  std::optional<solder_status> perform(const Parcel& use);
  // No event is sent any more. Before the process ends.
  void end();

 private:
  struct Request;
  struct Timer;

  [[nodiscard]] bool may(Use what) const;
  std::optional<solder_status> send(const Parcel& use);
  void cancel(uint64_t number);
  void taken(uint64_t number, uint64_t bytes);
  std::optional<solder_status> timer(const Parcel& use);
  std::optional<solder_status> cancel_timer(const Parcel& use);
  static void fired(void* arg);
  std::optional<solder_status> publish(const Parcel& use);
  std::optional<solder_status> report(const Parcel& use);
  std::optional<solder_status> objects(const Parcel& use);
  solder_status put(const std::string& json);
  static void answered(void* arg, const solder_http_answer* answer);
  static void arrived(void* arg, solder_str bytes);

  const std::string plugin_;
  const std::set<std::string> needs_;
  const Say say_;
  const bool lease_;
  const size_t most_bytes_;  // that may be kept, and that may be on their way

  std::mutex mutex_;  // of the requests, the timers and of ended_
  std::condition_variable changed_;
  bool ended_ = false;
  size_t promised_ = 0;  // bytes that the answers under way may have
  std::map<uint64_t, std::shared_ptr<Request>> requests_;
  std::map<uint64_t, std::shared_ptr<Timer>> timers_;

  std::mutex publish_mutex_;
  Ledger kept_;
  std::map<std::string, std::set<std::string>> fields_;  // of each object that was published for

  std::mutex strand_;
  Timers events_;
  Requests http_;
  SettingsWatch settings_;
  Publications publications_;
  ObjectSink sink_;
};

}  // namespace solder::host::isolation
