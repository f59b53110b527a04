#include "bench/load/connection.h"

#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace solder::load {

bool Connection::connect() {
  close_socket();
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int result = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
  return result == 0 || errno == EINPROGRESS;
}

void Connection::close_socket() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  connected_ = in_flight_ = false;
  received_.clear();
  request_.clear();
  written_ = header_end_ = 0;
}

void Connection::send(const std::string& request, size_t target) {
  request_ = request;
  target_ = target;
  written_ = header_end_ = 0;
  received_.clear();
  in_flight_ = true;
  started_ = Clock::now();
}

Connection::Event Connection::fail(std::string why) {
  bool had_request = in_flight_;
  close_socket();
  failure_ = std::move(why);
  return had_request ? Event::kFailure : Event::kClosedIdle;
}

Connection::Event Connection::on_writable() {
  if (!connected_) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      close_socket();
      failure_ = std::string("connect: ") + std::strerror(error);
      return Event::kFailure;
    }
    connected_ = true;
    return Event::kConnected;
  }
  while (written_ < request_.size()) {
    ssize_t count = ::send(fd_, request_.data() + written_, request_.size() - written_, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) break;
    if (count <= 0) return fail(std::string("send: ") + std::strerror(errno));
    written_ += static_cast<size_t>(count);
  }
  return Event::kNothing;
}

Connection::Event Connection::on_readable() {
  char buffer[16384];
  while (true) {
    ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return Event::kNothing;
    if (count < 0) return fail(std::string("receive: ") + std::strerror(errno));
    if (count == 0) return fail(received_.empty() ? "closed before an answer" : "closed within an answer");
    received_.append(buffer, static_cast<size_t>(count));
    if (in_flight_ && whole_answer_is_there()) return take_answer();
  }
}

void Connection::read_header() {
  std::string_view header = std::string_view(received_).substr(0, header_end_);
  status_ = header.size() > 12 ? std::atoi(received_.c_str() + 9) : 0;
  body_length_ = 0;
  chunked_ = server_closes_ = false;
  for (size_t at = header.find("\r\n"); at != std::string_view::npos && at + 2 < header.size();
       at = header.find("\r\n", at + 2)) {
    const char* line = header.data() + at + 2;
    if (::strncasecmp(line, "content-length:", 15) == 0) body_length_ = std::strtoul(line + 15, nullptr, 10);
    if (::strncasecmp(line, "transfer-encoding: chunked", 26) == 0) chunked_ = true;
    if (::strncasecmp(line, "connection: close", 17) == 0) server_closes_ = true;
  }
}

bool Connection::whole_answer_is_there() {
  if (header_end_ == 0) {
    size_t end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    header_end_ = end + 4;
    read_header();
  }
  if (chunked_) return received_.compare(received_.size() - 5, 5, "0\r\n\r\n") == 0;
  return received_.size() >= header_end_ + body_length_;
}

Connection::Event Connection::take_answer() {
  in_flight_ = false;
  if (server_closes_) close_socket();
  return Event::kAnswer;
}

}  // namespace solder::load
