// Credentials that a program gives, which a kubeconfig names under `exec`: clouds have theirs so. What the program says
// goes into a private file, from which the host reads it for each request; it is run again before that expires, and
// where the API server knows the credential no more. Source: Kubernetes' client.authentication.k8s.io/v1.
// Tested by tests/unit/kubernetes/api_connection_test.cc and tests/e2e/kubernetes_exec_test.py.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "api_connection.h"
#include "kind_watch.h"
#include "solder/sdk.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::kubernetes {

class ExecCredential {
 public:
  // `changed`: there is a credential, or none after all.
  ExecCredential(const sdk::Host& host, std::function<void()> changed);
  ~ExecCredential();
  ExecCredential(const ExecCredential&) = delete;
  ExecCredential& operator=(const ExecCredential&) = delete;

  // Fills in where the connection's credential is, where a program gives it, and has the program run where it is time
  // to. False: there is none yet; `changed` follows, or problem() says why not. Called now and then.
  bool use(Connection& connection);
  // The API server does not know whoever asks with it.
  void refused() { refused_ = true; }
  // Whether the program runs now.
  [[nodiscard]] bool running() const { return child_ > 0; }
  [[nodiscard]] const std::optional<WatchProblem>& problem() const { return problem_; }

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void look();
  void ended(int status);
  void take(const sdk::Json& credential);
  void fail(const std::string& what);
  [[nodiscard]] bool is_time() const;
  [[nodiscard]] std::string file() const { return directory_ + "/credential.json"; }
  [[nodiscard]] std::string fresh_file() const { return directory_ + "/fresh.json"; }
  [[nodiscard]] std::string words_file() const { return directory_ + "/words"; }

  const sdk::Host host_;
  const std::function<void()> changed_;
  sdk::Timer timer_;
  std::string directory_;
  ExecCommand command_;
  pid_t child_ = 0;
  Clock::time_point started_{};
  bool ran_ = false, refused_ = false;
  std::optional<Clock::time_point> renew_;
  FilePlace token_, certificate_, key_;
  bool there_ = false;
  std::optional<WatchProblem> problem_;
};

}  // namespace solder::plugins::kubernetes
