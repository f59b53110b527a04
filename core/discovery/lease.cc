#include "core/discovery/lease.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace solder::discovery {

namespace {

constexpr auto kAgain = std::chrono::milliseconds(500);

class FileLease final : public Lease {
 public:
  explicit FileLease(std::string path) : path_(std::move(path)) {}
  ~FileLease() override { FileLease::stop(); }
  FileLease(const FileLease&) = delete;
  FileLease& operator=(const FileLease&) = delete;

  void start(Changed changed) override {
    thread_ = std::thread([this, changed = std::move(changed)] { run(changed); });
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (file_ >= 0) close(file_);
    file_ = -1;
  }

  [[nodiscard]] std::string holder() const override {
    const std::lock_guard lock(mutex_);
    return holder_;
  }

 private:
  // Once it is there nobody takes it away.
  void run(const Changed& changed) {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      if (take()) {
        holder_.clear();
        lock.unlock();
        return changed(true);
      }
      wake_.wait_for(lock, kAgain, [this] { return ended_; });
    }
  }

  bool take() {
    if (file_ < 0) file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) return false;
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      std::array<char, 32> text{};
      const ssize_t length = pread(file_, text.data(), text.size() - 1, 0);
      holder_.assign(text.data(), length > 0 ? static_cast<size_t>(length) : 0);
      while (!holder_.empty() && holder_.back() == '\n') holder_.pop_back();
      holder_ = holder_.empty() ? "another process" : "the solder with process id " + holder_;
      return false;
    }
    // For people who look who it is; the lock does not depend on it.
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(file_, 0) == 0) static_cast<void>(pwrite(file_, pid.data(), pid.size(), 0) == 0);
    return true;
  }

  const std::string path_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string holder_;
  bool ended_ = false;
  int file_ = -1;  // the lock goes with the descriptor
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Lease> make_file_lease(std::string path) { return std::make_unique<FileLease>(std::move(path)); }

}  // namespace solder::discovery
