// Solder's end of the socket to a process that serves a plugin. Nothing here waits beyond the given time, whatever the
// other side does or does not do, and memory grows with what has come, never with what was announced.
// One thread; once both sides speak when they like, one that sends and one that receives. Tested by
// tests/unit/host/isolation_channel_test.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace solder::host::isolation {

// What one answer may hold: a tenth of it is a large world's.
inline constexpr size_t kMaxAnswer = size_t{64} << 20;

class Channel {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Outcome { kDone, kGone, kLate, kGarbage };

  // Owns the socket.
  explicit Channel(int socket) : socket_(socket) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // From now on nobody waits for an answer before the next frame.
  void open_both_ways() { both_ways_ = true; }
  // Whoever waits here comes back. [any thread]
  void hang_up() const;
  Outcome send(std::string_view bytes, Clock::time_point end);
  // `frame` is valid until the next call of anything here.
  Outcome receive(std::string_view& frame, Clock::time_point end);
  // The other side has closed it, or has spoken without being asked.
  [[nodiscard]] bool broken() const;

 private:
  // False: not before `end`.
  [[nodiscard]] bool wait(short events, Clock::time_point end) const;
  Outcome read_some(size_t wanted, Clock::time_point end);

  const int socket_;
  bool both_ways_ = false;
  std::string buffer_;
  size_t have_ = 0;  // of the buffer, read and not yet handed out
  size_t used_ = 0;  // of the buffer, handed out by the last receive()
};

}  // namespace solder::host::isolation
