// The admin pages: /healthz /readyz /metrics /snapshot /status /plugins /plugins/history, and an index at /. They only
// show; what can be asked for with POST is that a plugin is looked at again or goes back to what it was:
// /plugins/NAME/ACTION, with the header X-Solder-Command, which no web page can send to another origin. On a loopback
// address requests must name a loopback host, so that no web page can read them through a name of its own (DNS
// rebinding). At most four requests run at a time.
// Tested by tests/unit/admin/server_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/base/status.h"

namespace solder::admin {

struct PluginCommand {
  std::string plugin, action;
  std::map<std::string, std::string> parameters;
  std::string by;  // who asks, as far as that is known
};

// What the pages show; called from several threads at once, until stop() returns. Those left out answer 404.
struct Handlers {
  std::function<base::Status()> ready{};                  // ok, or why not ready
  std::function<std::string()> metrics{};                 // Prometheus text
  std::function<base::Result<std::string>()> snapshot{};  // JSON
  std::function<std::string()> status{};                  // JSON: a list of reports, or an object with one at "reports"
  std::function<std::string()> plugins{};                 // JSON
  std::function<std::string(const std::string& plugin)> plugin_history{};  // JSON
  // What was done, in words, or what is in the way.
  std::function<base::Result<std::string>(const PluginCommand&)> plugin_command{};
};

class Server {
 public:
  // `address` is HOST:PORT; port 0 takes any free one.
  static base::Result<std::unique_ptr<Server>> start(const std::string& address, Handlers handlers);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Ends when the requests that run are answered.
  void stop();
  [[nodiscard]] uint16_t port() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::admin
