#include "cli/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace solder::cli {

namespace {

// Who holds the lock wrote its process id into the file.
std::string holder(int file) {
  std::array<char, 32> text{};
  const ssize_t length = pread(file, text.data(), text.size() - 1, 0);
  std::string pid(text.data(), length > 0 ? static_cast<size_t>(length) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "another process" : "the solder with process id " + pid;
}

}  // namespace

base::Result<StateDirectory> StateDirectory::open(const std::string& path) {
  const auto wrong = [&](const std::string& what) {
    return base::unavailable("state directory " + path + ": " + what + "; --state-dir names another one");
  };
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  if (error) return wrong("it cannot be made: " + error.message());
  if (!std::filesystem::is_directory(path, error)) return wrong("there is something else of that name");
  if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  const std::string lock_path = path + "/lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return wrong(std::string("it cannot be written to: ") + std::strerror(errno));
  StateDirectory directory(path, lock);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return wrong("it is in use by " + holder(lock));
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(lock, 0) != 0 || pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return wrong(std::string("it cannot be written to: ") + std::strerror(errno));
  }
  return directory;
}

StateDirectory::StateDirectory(StateDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

StateDirectory& StateDirectory::operator=(StateDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

StateDirectory::~StateDirectory() {
  if (lock_ >= 0) close(lock_);
}

}  // namespace solder::cli
