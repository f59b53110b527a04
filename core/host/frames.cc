#include "core/host/frames.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace solder::host {

namespace {

bool write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool read_all(int socket, char* into, size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket, into, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

}  // namespace

bool write_frame(int socket, std::string_view bytes) {
  if (bytes.size() > kMaxFrame) return false;
  const auto size = static_cast<uint32_t>(bytes.size());
  std::array<char, sizeof(size)> head{};
  std::memcpy(head.data(), &size, sizeof(size));
  return write_all(socket, {head.data(), head.size()}) && write_all(socket, bytes);
}

std::optional<std::string> read_frame(int socket) {
  uint32_t size = 0;
  if (!read_all(socket, reinterpret_cast<char*>(&size), sizeof(size)) || size > kMaxFrame) return std::nullopt;
  std::string bytes(size, '\0');
  if (!read_all(socket, bytes.data(), size)) return std::nullopt;
  return bytes;
}

}  // namespace solder::host
