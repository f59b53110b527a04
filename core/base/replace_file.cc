#include "core/base/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace solder::base {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = EIO;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

Status replace_file(const std::string& path, const std::string& staging, std::string_view bytes, mode_t mode) {
  const int file = ::open(staging.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  bool good = file >= 0 && write_all(file, bytes) && ::fchmod(file, mode) == 0;
  int error = errno;
  if (file >= 0 && ::close(file) != 0 && good) {
    good = false;
    error = errno;
  }
  if (good && ::rename(staging.c_str(), path.c_str()) == 0) return {};
  if (good) error = errno;
  if (file >= 0) ::unlink(staging.c_str());
  return unavailable(path + " cannot be written: " + std::strerror(error));
}

}  // namespace solder::base
