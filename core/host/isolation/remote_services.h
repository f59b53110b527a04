// The services of Solder as an instance sees them in a process of its own: each call goes over the socket and waits for
// the answer; what comes of it (answers to requests, Settings) comes where the instance's timers fire. Timers and files
// are the process's own. Ends the process when Solder is gone.
// Tested by tests/plugin/aside_test.cc.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/host/isolation/parcel.h"
#include "core/host/services/elsewhere.h"
#include "solder/services/lease.h"
#include "solder/services/objects.h"
#include "solder/services/publish.h"
#include "solder/services/settings.h"

namespace solder::host::isolation {

class RemoteServices final : public Elsewhere {
 public:
  // `files`: what this process may read.
  RemoteServices(int socket, FileValues& files, bool lease);

  const void* service(std::string_view id, Timers& events) override;
  // Reads what Solder says, and never returns.
  [[noreturn]] void listen();
  // What Solder wants done next. Waits.
  [[nodiscard]] Parcel next_task();
  void tell_done(const Parcel& task, const base::Status& status);
  // [any thread]
  solder_status use(Use what, Parcel parcel);

 private:
  struct Waiting {
    bool answered = false;
    solder_status status = SOLDER_UNAVAILABLE;
  };
  struct Sent {
    solder_answered done;
    void* arg;
    solder_piece piece;
  };

  void say(Message kind, const Parcel& parcel);
  void happened(Parcel event);
  void answer(const Parcel& event);
  void piece(const Parcel& event);
  void settings(const Parcel& event);
  bool post(const char* doing, std::function<void()> task);
  solder_status send(std::optional<Wish> wish, solder_answered done, void* arg, solder_request* id);
  void cancel(solder_request id);
  solder_status watch_settings(solder_settings_changed changed, void* arg);

  const int socket_;
  FileValues& files_;
  const bool lease_given_;

  std::mutex write_mutex_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  Timers* events_ = nullptr;  // of the one instance
  uint64_t last_ = 0;
  std::map<uint64_t, Waiting*> waiting_;
  std::map<solder_request, Sent> sent_;
  std::deque<Parcel> tasks_;
  solder_settings_changed settings_changed_ = nullptr;
  void* settings_arg_ = nullptr;

  solder_svc_http http_;
  solder_svc_publish publish_;
  solder_svc_objects objects_;
  solder_svc_lease lease_;
  solder_svc_settings settings_;
};

// What becomes of a call's arguments; nothing: they cannot be read.
std::optional<Parcel> parcel_of(const solder_published* what);
std::optional<Parcel> parcel_of(const solder_ref* object);
std::optional<Parcel> parcel_of(std::initializer_list<solder_str> texts);
bool add_problems(Parcel& parcel, solder_span problems);

}  // namespace solder::host::isolation
