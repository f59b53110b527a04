// An HTTP server of the tests on a free port of loopback. Used by the tests of this folder.
#pragma once

#include <httplib.h>

#include <string>
#include <thread>

namespace solder::host {

class LocalServer {
 public:
  httplib::Server server;

  // After the handlers were set.
  void start() {
    // A connection that is kept alive holds a thread; the client keeps up to 64 to one host.
    server.new_task_queue = [] { return new httplib::ThreadPool(80); };  // NOLINT: the server deletes it
    port_ = server.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~LocalServer() {
    server.stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  int port_ = 0;
  std::thread thread_;
};

}  // namespace solder::host
