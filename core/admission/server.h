// Answers admission reviews over TLS: POST /validation. What is answered says a handler; what it says and how long that
// takes is counted. Tested by tests/unit/admission/server_test.cc and tests/e2e/kubernetes_admission_test.py.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/admission/review.h"
#include "core/base/status.h"

namespace solder::admission {

struct ServerOptions {
  std::string address;           // HOST:PORT; port 0 takes any free one
  std::string certificate, key;  // files of PEM, which may be replaced at any time
};

class Server {
 public:
  // Called from several threads at once, until the server is gone. Not ok: nothing can be said now, and the API server
  // does what its webhook's failurePolicy says.
  using Judge = std::function<base::Result<Verdict>(const Review&)>;

  static base::Result<std::unique_ptr<Server>> start(const ServerOptions& options, Judge judge);
  // Ends when the requests that run are answered.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] uint16_t port() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::admission
