// A real Envoy that connects to a server of this process by ADS, and its admin interface. Killed with the object.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace solder::xds::testing {

class EnvoyProcess {
 public:
  // `binary` as the build fetched it; `api_type` is GRPC or DELTA_GRPC.
  EnvoyProcess(const std::string& binary, int xds_port, const std::string& api_type);
  ~EnvoyProcess();
  EnvoyProcess(const EnvoyProcess&) = delete;
  EnvoyProcess& operator=(const EnvoyProcess&) = delete;

  // Body of GET `path` of the admin interface, empty where it does not answer.
  [[nodiscard]] std::string admin(const std::string& path) const;
  // A number from /stats; -1 where it is not there.
  [[nodiscard]] long stat(const std::string& name) const;
  // The port of the first listener, 0 while there is none.
  [[nodiscard]] int listener_port() const;
  // "200 body" of a request through Envoy, on a new connection.
  [[nodiscard]] std::string get(const std::string& path) const;
  [[nodiscard]] std::string log() const;

 private:
  std::string directory_;
  int pid_ = -1;
  int admin_port_ = 0;
};

// Asks again until it holds; false after `patience`.
bool eventually(const std::function<bool()>& holds, std::chrono::seconds patience = std::chrono::seconds(30));

}  // namespace solder::xds::testing
