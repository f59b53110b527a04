#include "core/store/file_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

namespace solder::store {

namespace {

// File times advance in the kernel's ticks of up to 10 ms; a younger stamp could stand for two contents.
constexpr int64_t kTickNanoseconds = 20'000'000;

int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string type_words(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

FileContent failed(const std::string& path, int error) {
  FileContent out;
  if (error == ENOENT || error == ENOTDIR) return out;
  out.outcome = FileContent::Outcome::kProblem;
  out.problem = file_problem("UnreadableFile", path, "the file cannot be read: " + errno_words(error));
  return out;
}

FileContent too_large(const std::string& path, size_t max_bytes, const std::string& found) {
  FileContent out;
  out.outcome = FileContent::Outcome::kProblem;
  out.problem = file_problem("TooLarge", path,
                             "the file is larger than " + std::to_string(max_bytes >> 20) + " MiB and is not read");
  out.problem.found = found;
  return out;
}

}  // namespace

Stamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

int64_t file_time_now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}

model::Diagnostic file_problem(std::string reason, const std::string& path, std::string message) {
  return {.reason = std::move(reason),
          .object = {"File", "", path},
          .message = std::move(message),
          .where = {.file = path}};
}

std::string errno_words(int error) { return std::generic_category().message(error); }

FileContent read_file(const std::string& path, size_t max_bytes) {
  const int64_t begun = file_time_now();
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat before {};
  if (file.get() < 0) {
    const int error = errno;
    return failed(path, error == ENXIO ? EOPNOTSUPP : error);
  }
  if (::fstat(file.get(), &before) != 0) return failed(path, errno);
  if (!S_ISREG(before.st_mode)) {
    FileContent out;
    out.outcome = FileContent::Outcome::kProblem;
    out.problem = file_problem("UnreadableFile", path, "this is no file but " + type_words(before.st_mode));
    return out;
  }
  if (static_cast<size_t>(before.st_size) > max_bytes) {
    return too_large(path, max_bytes, std::to_string(before.st_size) + " bytes");
  }
  FileContent out;
  // Files of /proc and the like say size 0 and hold something all the same.
  out.text.resize(static_cast<size_t>(before.st_size) + 4096);
  size_t size = 0;
  for (;;) {
    if (size == out.text.size()) out.text.resize(size * 2);
    const ssize_t count = ::read(file.get(), out.text.data() + size, out.text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path, errno);
    if (count == 0) break;
    size += static_cast<size_t>(count);
    if (size > max_bytes) return too_large(path, max_bytes, "more than " + std::to_string(max_bytes) + " bytes");
  }
  out.text.resize(size);
  struct stat after {};
  if (::fstat(file.get(), &after) != 0) return failed(path, errno);
  out.outcome = FileContent::Outcome::kRead;
  out.stamp = stamp_of(after);
  out.settled = out.stamp == stamp_of(before) && out.stamp.changed + kTickNanoseconds < begun;
  return out;
}

}  // namespace solder::store
