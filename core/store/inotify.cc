#include "core/store/inotify.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "core/store/file_reader.h"

namespace solder::store {

base::Result<Inotify> Inotify::open() {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd >= 0) return Inotify(fd);
  std::string message = "files cannot be watched (inotify): " + errno_words(errno);
  if (errno == EMFILE) message += "; raise the limit with sysctl fs.inotify.max_user_instances=1024";
  return base::unavailable(message);
}

Inotify::Inotify(Inotify&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Inotify& Inotify::operator=(Inotify&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Inotify::~Inotify() {
  if (fd_ >= 0) ::close(fd_);
}

int Inotify::add(const std::string& path, uint32_t mask) {
  const int watch = ::inotify_add_watch(fd_, path.c_str(), mask);
  return watch >= 0 ? watch : -errno;
}

void Inotify::remove(int watch) { ::inotify_rm_watch(fd_, watch); }

std::vector<FileEvent> Inotify::read() {
  std::vector<FileEvent> out;
  alignas(inotify_event) std::array<char, 65536> buffer;
  const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
  for (ssize_t at = 0; at < size;) {
    inotify_event head{};
    std::memcpy(&head, buffer.data() + at, sizeof(head));
    const char* name = buffer.data() + at + sizeof(head);
    out.push_back({head.wd, head.mask, head.len == 0 ? "" : std::string(name, ::strnlen(name, head.len))});
    at += static_cast<ssize_t>(sizeof(head) + head.len);
  }
  return out;
}

}  // namespace solder::store
