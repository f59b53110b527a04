// The ID tokens that Envoys are served (secret uses of the form SOLDER_SECRET_GOOGLE_ID_TOKEN): kept for as long as
// they are wanted, renewed in time, tried again with back-off where there is none. A token that expires is taken away,
// so that nothing is sent with it. One thread of its own, begun with the first wish. Nothing here is logged. Tested by
// tests/unit/host/id_tokens_test.cc.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/host/services/google_credentials.h"

namespace solder::host {

struct IdTokenState {
  bool settled = false;   // it was given, or refused, once
  std::string token{};    // empty: there is none
  std::string problem{};  // why there is none, or why it is not renewed

  bool operator==(const IdTokenState&) const = default;
};
using IdTokenStates = std::map<std::string, IdTokenState>;  // by the wish's name

class IdTokens {
 public:
  using Get = std::function<void(const GoogleSource&, const GoogleCredentials::Done&)>;
  using Now = std::function<std::chrono::system_clock::time_point()>;

  IdTokens(Get get, Now now);
  // No answer may come any more.
  ~IdTokens();
  IdTokens(const IdTokens&) = delete;
  IdTokens& operator=(const IdTokens&) = delete;

  // What is said whenever a state is new, from then on; empty: nothing. Not called while this runs. [any thread]
  void listen(std::function<void()> changed);
  // All that are wanted now, by name. One whose source is new keeps its token until there is another. [any thread]
  void want(const std::map<std::string, GoogleSource>& wishes);
  [[nodiscard]] IdTokenStates states() const;
  // Nothing is asked for any more.
  void stop();
  // Whether all are settled within the time.
  bool wait_settled(std::chrono::milliseconds most);

 private:
  using Time = std::chrono::system_clock::time_point;
  struct Entry {
    GoogleSource source;
    uint64_t revision = 0;  // of the source
    IdTokenState state;
    Time expires{}, next{};
    bool asked = false;
    unsigned failures = 0;
  };

  void run();
  void answered(const std::string& name, uint64_t revision, const base::Result<GoogleToken>& token);
  // Both with the lock held.
  bool drop_expired();
  [[nodiscard]] bool all_settled() const;
  void tell();

  const Get get_;
  const Now now_;
  mutable std::mutex mutex_;
  std::mutex telling_;
  std::condition_variable changed_;
  std::map<std::string, Entry> entries_;
  std::function<void()> listener_;  // under telling_
  uint64_t revisions_ = 0;
  bool ended_ = false, woken_ = false;
  std::thread thread_;
};

}  // namespace solder::host
