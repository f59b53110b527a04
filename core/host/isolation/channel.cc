#include "core/host/isolation/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/host/frames.h"

namespace solder::host::isolation {

namespace {

constexpr size_t kHead = sizeof(uint32_t);
constexpr size_t kPiece = size_t{64} << 10;
constexpr size_t kKeep = size_t{1} << 20;  // a buffer that one large answer made is not kept

}  // namespace

Channel::~Channel() { ::close(socket_); }

void Channel::hang_up() const { ::shutdown(socket_, SHUT_RDWR); }

bool Channel::wait(short events, Clock::time_point end) const {
  pollfd poll_fd{socket_, events, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(std::min<long>(left, 1000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Channel::Outcome Channel::send(std::string_view bytes, Clock::time_point end) {
  // Who has answered already has said more than it was asked.
  if (!both_ways_ && have_ != used_) return Outcome::kGarbage;
  if (!both_ways_) have_ = used_ = 0;
  if (bytes.size() > kMaxFrame) return Outcome::kGarbage;
  auto size = static_cast<uint32_t>(bytes.size());
  size_t sent = 0;
  while (sent < kHead + bytes.size()) {
    std::array<iovec, 2> parts{};
    const size_t head_left = sent < kHead ? kHead - sent : 0;
    const size_t body_sent = sent < kHead ? 0 : sent - kHead;
    parts[0] = {reinterpret_cast<char*>(&size) + (kHead - head_left), head_left};
    parts[1] = {const_cast<char*>(bytes.data()) + body_sent, bytes.size() - body_sent};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t now = ::sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (now > 0) {
      sent += static_cast<size_t>(now);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait(POLLOUT, end)) return Outcome::kLate;
    } else if (errno != EINTR) {
      return Outcome::kGone;
    }
  }
  return Outcome::kDone;
}

Channel::Outcome Channel::read_some(size_t wanted, Clock::time_point end) {
  // As much again as has come, so that a frame is copied a few times at most; never what is only announced.
  const size_t room = std::max(kPiece, std::min(wanted, 2 * have_));
  if (buffer_.size() < have_ + room) buffer_.resize(have_ + room);
  while (true) {
    const ssize_t now = ::recv(socket_, buffer_.data() + have_, buffer_.size() - have_, MSG_DONTWAIT);
    if (now > 0) {
      have_ += static_cast<size_t>(now);
      return Outcome::kDone;
    }
    if (now == 0) return Outcome::kGone;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait(POLLIN, end)) return Outcome::kLate;
    } else if (errno != EINTR) {
      return Outcome::kGone;
    }
  }
}

Channel::Outcome Channel::receive(std::string_view& frame, Clock::time_point end) {
  if (used_ != 0) {
    buffer_.erase(0, used_);
    have_ -= used_;
    used_ = 0;
    if (buffer_.size() > kKeep && have_ < kPiece) {
      buffer_.resize(have_);
      buffer_.shrink_to_fit();
    }
  }
  uint32_t size = 0;
  while (true) {
    if (have_ >= kHead) std::memcpy(&size, buffer_.data(), kHead);
    if (size > kMaxAnswer) return Outcome::kGarbage;
    if (have_ >= kHead + size) break;
    if (const Outcome outcome = read_some(size, end); outcome != Outcome::kDone) return outcome;
    // A drip of bytes is no way to hold the host either.
    if (have_ < kHead + size && Clock::now() > end) return Outcome::kLate;
  }
  used_ = kHead + size;
  frame = std::string_view(buffer_).substr(kHead, size);
  return Outcome::kDone;
}

bool Channel::broken() const {
  pollfd poll_fd{socket_, POLLIN | POLLRDHUP, 0};
  return ::poll(&poll_fd, 1, 0) > 0 || have_ != used_;
}

}  // namespace solder::host::isolation
