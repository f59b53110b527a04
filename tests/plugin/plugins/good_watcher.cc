// Brings objects: asks the address in its configuration at once and, with a timer, again and again. The lines of the
// answer are the names of Services; what is said of one becomes a problem of the source, and so does what is to be
// shared. With `lease` it leads until that many seconds have passed. Tested by
// tests/plugin/config_watcher_test.cc.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/objects.hpp"
#include "solder/sdk/timer.hpp"

namespace {

namespace sdk = solder::sdk;

class Watcher {
 public:
  Watcher(sdk::Host host, std::string_view config) : http_(host), objects_(host), timer_(host) {
    const auto json = nlohmann::json::parse(config);
    url_ = json.value("url", "");
    if (!json.contains("lease")) return;
    const auto* loop = static_cast<const solder_svc_loop*>(host.service(SOLDER_SVC_LOOP));
    sdk::hold_lease(host, loop->now_ns(loop->ctx) + json["lease"].get<uint64_t>() * 1'000'000'000);
  }

  void watch(const std::vector<sdk::WatchedKind>& kinds) {
    if (url_ == "throw") throw std::runtime_error("there is no address");
    const auto service = std::find(kinds.begin(), kinds.end(), sdk::WatchedKind{"Secret", "v1"});
    if (service != kinds.end()) ask();
  }
  void status(const sdk::Ref& ref, std::string_view json) {
    const std::string message = sdk::to_string(ref) + " " + std::string(json);
    objects_.report({{.field = "", .reason = "Told", .message = message}});
  }

  void share(const std::vector<sdk::SharedEntry>& entries) {
    std::string message = std::to_string(entries.size());
    for (const auto& each : entries) message += " " + each.name + each.json;
    objects_.report({{.field = "", .reason = "Shares", .message = message}});
  }

 private:
  void ask() {
    http_.send({.url = url_, .piece = [this](std::string_view bytes) { body_ += bytes; }},
               [this](const sdk::HttpAnswer& answer) {
                 if (answer.code == 200) take();
                 timer_.start(std::chrono::milliseconds(5), [this] { ask(); });
               });
  }
  void take() {
    const std::string body = std::exchange(body_, "");
    objects_.begin("Service", "");
    for (size_t at = 0; at < body.size();) {
      const size_t end = std::min(body.find('\n', at), body.size());
      objects_.put(
          nlohmann::json{{"apiVersion", "v1"},
                         {"kind", "Service"},
                         {"metadata", {{"name", body.substr(at, end - at)}, {"namespace", "ns"}, {"generation", 7}}}}
              .dump());
      at = end + 1;
    }
    objects_.end("Service", "");
    objects_.complete();
  }

  std::string url_, body_;
  sdk::Http http_;
  sdk::Objects objects_;
  sdk::Timer timer_;
};

}  // namespace

SOLDER_PLUGIN(Watcher, "watcher", "1.0.0")
