// Finds functions, and is told by its upstream's spec how to harm whom it finds them for. Tested by
// tests/plugin/aside_test.cc.
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"
#include "solder/services/objects.h"

namespace {

namespace sdk = solder::sdk;

class Finder {
 public:
  explicit Finder(sdk::Host host)
      : objects_(static_cast<const solder_svc_objects*>(host.service(SOLDER_SVC_OBJECTS))),
        http_(host),
        publisher_(host),
        timer_(host) {}

  void clusters(const sdk::UpstreamInput&, sdk::Out&) {}
  void follow(const sdk::UpstreamInput& in, sdk::Out&) {
    const auto spec = nlohmann::json::parse(in.json, nullptr, false);
    name_ = in.upstream.name;
    const std::string what = spec.value("do", ""), url = spec.value("url", "");
    say(what);
    if (what == "crash") {
      // A sanitizer would take it for its own.
      std::signal(SIGSEGV, SIG_DFL);
      std::raise(SIGSEGV);
    }
    if (what == "hang") std::this_thread::sleep_for(std::chrono::hours(1));
    if (what == "hang later")
      timer_.start(std::chrono::milliseconds(1), [] {
        while (true) pause();
      });
    if (what == "garbage") write_garbage();
    if (what == "flood") timer_.start(std::chrono::milliseconds(1), [this] { flood(); });
    if (what == "fields") fill_fields();
    if (what == "others") speak_of_others();
    if (what == "requests") send_many(url);
    if (what == "ask")
      http_.send({.url = url}, [this](const sdk::HttpAnswer& answer) { say(std::string(answer.body)); });
    if (what == "long") read_long(url);
  }
  void forget(const sdk::Ref&) {}

 private:
  [[nodiscard]] sdk::Ref ref() const { return {"Upstream", "ns", name_}; }
  void say(const std::string& name, const std::string& field = "/spec/hostileFinder/functions") {
    last_ = publisher_.list(ref(), field, "name", nlohmann::json::array({{{"name", name}}}).dump());
  }
  // Every descriptor that it has: one of them leads to Solder.
  static void write_garbage() {
    const std::vector<char> bytes(65536, '\x11');
    for (int fd = 3; fd < 64; ++fd)
      static_cast<void>(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }
  void flood() {
    for (int i = 0;; ++i) say("flood " + std::to_string(i));
  }
  void fill_fields() {
    int taken = 0;
    for (int i = 0; i < 1000; ++i) {
      say("x", "/spec/field" + std::to_string(i));
      taken += last_ == SOLDER_OK ? 1 : 0;
    }
    say("fields " + std::to_string(taken));
  }
  void speak_of_others() {
    const auto published = publisher_.list({"Upstream", "ns", "another"}, "/spec/x", "name", "[]");
    const auto status = objects_ == nullptr ? SOLDER_UNIMPLEMENTED : objects_->complete(objects_->ctx);
    say("others " + std::to_string(published) + " " + std::to_string(status));
  }
  void send_many(const std::string& url) {
    int taken = 0;
    for (int i = 0; i < 250; ++i) {
      taken += http_.send({.url = url}, [](const sdk::HttpAnswer&) {}) == SOLDER_OK ? 1 : 0;
    }
    say("requests " + std::to_string(taken));
  }
  void read_long(const std::string& url) {
    http_.send({.url = url, .piece = [this](std::string_view bytes) { read_ += bytes.size(); }},
               [this](const sdk::HttpAnswer& answer) {
                 say("long " + std::to_string(read_) + " " + std::to_string(answer.code));
               });
  }

  const solder_svc_objects* objects_;
  std::string name_;
  solder_status last_ = SOLDER_OK;
  size_t read_ = 0;
  sdk::Http http_;
  sdk::Publisher publisher_;
  sdk::Timer timer_;
};

}  // namespace

SOLDER_PLUGIN(Finder, "hostile_finder", "1.0.0")
