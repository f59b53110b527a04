// A host whose time and answers are the kit's to choose, for instances that work by themselves: timers fire when time
// is let pass, requests are answered with whatever is wrong in the world, and what the instance says is looked at as
// Solder would. One thread. Tested by tests/plugin/conformance_test.py.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/conformance/session.h"
#include "core/host/services/elsewhere.h"
#include "core/host/services/object_sink.h"
#include "core/host/services/publications.h"
#include "core/host/services/services.h"
#include "solder/services/loop.h"

namespace solder::conformance {

class PlayedHost final : public host::Elsewhere, private host::DiscoveryListener, private host::ObjectListener {
 public:
  // How many ways there are to answer.
  static constexpr int kAnswers = 14;

  PlayedHost();
  const void* service(std::string_view id, host::Timers& events) override;

  // Makes an instance of the plugin and tells it what there is. Empty: it is there; else what is wrong.
  std::string begin(const Trial& trial);
  [[nodiscard]] bool plays() const { return discoverer_ != nullptr || watcher_ != nullptr; }
  [[nodiscard]] bool follows() const { return discoverer_ != nullptr; }
  void forget();
  // Ends the instance, whatever it waits for.
  void end();
  // Lets time pass; what is due happens, at most `most` things. How many did.
  int pass(std::chrono::nanoseconds time, int most);
  // Answers all requests that are there, in one way.
  void answer_all(int way);

  // What has come of it.
  int said = 0;                         // published, reported or put
  int sent = 0;                         // requests
  std::string refused{};                // the first thing that Solder would not take
  std::string threw{};                  // in which event
  std::chrono::nanoseconds longest{0};  // of an event
  std::string longest_in{};

 private:
  struct Timer {
    solder_fired fired;
    void* arg;
  };
  struct Request {
    solder_answered done;
    void* arg;
    solder_piece piece;
  };

  base::Status published(const std::string&, const host::PublishedList&) override;
  void reported(const std::string&, const model::ObjectRef&, model::Diagnostics) override { ++said; }
  base::Status put(const std::string&, std::string_view json) override;
  void remove(const std::string&, const model::ObjectRef&) override { ++said; }
  void begin_list(const std::string&, const std::string&, const std::string&) override {}
  void end_list(const std::string&, const std::string&, const std::string&) override {}
  void keep(const std::string&, const std::string&, const std::string&) override {}
  void complete(const std::string&) override {}
  void reported(const std::string&, model::Diagnostics) override { ++said; }
  void holds_lease(const std::string&, std::chrono::steady_clock::time_point) override {}

  template <typename F>
  void happen(const char* what, const F& f);
  solder_status note(solder_status status, const std::string& what);
  void answer(Request whose, int way);

  const std::string name_ = "the kit";
  uint64_t now_ns_ = uint64_t{1'000'000'000} * 1'000'000;
  uint64_t last_ = 0;
  bool ending_ = false;
  std::map<std::pair<uint64_t, solder_timer>, Timer> timers_;
  std::map<solder_request, Request> requests_;
  std::vector<model::ObjectRef> followed_;
  host::Publications publications_;
  host::ObjectSink sink_;
  solder_svc_loop loop_;
  solder_svc_http http_;
  solder_svc_publish publish_;
  solder_svc_objects objects_;

  host::ServicesPtr services_ = std::make_shared<host::Services>();
  std::unique_ptr<Session> session_;  // before its instances
  std::unique_ptr<host::Discoverer> discoverer_;
  std::unique_ptr<host::Watcher> watcher_;
};

}  // namespace solder::conformance
