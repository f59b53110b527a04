// Turns libcurl's multi interface on one thread by what the kernel says of its sockets ("multi_socket"): where
// thousands of questions wait for news, an answer to one costs nothing for the others. Tested by
// tests/unit/host/http_client_test.cc.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <optional>

namespace solder::host {

class CurlLoop {
 public:
  CurlLoop();
  ~CurlLoop();  // after what was added was removed
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // Null: this process cannot make requests.
  [[nodiscard]] CURLM* multi() const { return multi_; }
  // Ends wait(). [any thread]
  void wake() const;
  // Gives curl its time where it is due.
  void call_when_due();
  // Until something happens, or a second went by.
  void wait();

 private:
  using Clock = std::chrono::steady_clock;

  static int watch_socket(CURL* easy, curl_socket_t socket, int what, void* arg, void* unused) noexcept;
  static int set_timer(CURLM* multi, long milliseconds, void* arg) noexcept;

  const int poll_, bell_;  // the bell rings for wake()
  CURLM* multi_ = nullptr;
  std::optional<Clock::time_point> due_;  // when curl wants to be called, whatever sockets say
};

}  // namespace solder::host
