// One keep-alive HTTP/1.1 client connection with at most one request in flight, driven by readiness events from
// outside. It tells a failed request (no whole answer) from a connection that the server closed between two requests,
// which is the server's right and only counted. Tested by every run of tests/e2e that uses traffic.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace solder::load {

using Clock = std::chrono::steady_clock;

class Connection {
 public:
  enum class Event { kNothing, kConnected, kAnswer, kFailure, kClosedIdle };

  explicit Connection(const sockaddr_in& address) : address_(address) {}
  ~Connection() { close_socket(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins to connect; the socket is then fd(). False: no socket could be had.
  bool connect();
  void send(const std::string& request, size_t target);
  Event on_readable();
  Event on_writable();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] bool idle() const { return connected_ && !in_flight_; }
  [[nodiscard]] bool in_flight() const { return in_flight_; }
  [[nodiscard]] bool wants_write() const { return !connected_ || written_ < request_.size(); }
  [[nodiscard]] Clock::time_point started() const { return started_; }
  [[nodiscard]] size_t target() const { return target_; }
  // Of the last answer.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] bool server_closes() const { return server_closes_; }
  // Why the last request failed.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  void close_socket();

 private:
  Event fail(std::string why);
  Event take_answer();
  bool whole_answer_is_there();
  void read_header();

  sockaddr_in address_;
  int fd_ = -1;
  bool connected_ = false;
  bool in_flight_ = false;
  std::string request_;
  size_t written_ = 0;
  size_t target_ = 0;
  Clock::time_point started_;
  std::string received_;
  size_t header_end_ = 0;  // 0: the header is not complete yet
  size_t body_length_ = 0;
  bool chunked_ = false;
  int status_ = 0;
  bool server_closes_ = false;
  std::string failure_;
};

}  // namespace solder::load
