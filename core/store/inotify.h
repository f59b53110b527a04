// The kernel's inotify as a value. One thread. Tested through tests/unit/store/file_store_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace solder::store {

struct FileEvent {
  int watch = -1;
  uint32_t mask = 0;
  std::string name;
};

class Inotify {
 public:
  static base::Result<Inotify> open();
  Inotify(Inotify&& other) noexcept;
  Inotify& operator=(Inotify&& other) noexcept;
  ~Inotify();

  // The watch's number, the same for the same directory, or minus the errno.
  int add(const std::string& path, uint32_t mask);
  void remove(int watch);
  // What has happened, without waiting.
  std::vector<FileEvent> read();
  [[nodiscard]] int descriptor() const { return fd_; }

 private:
  explicit Inotify(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace solder::store
