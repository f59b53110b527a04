// The directory where a server keeps what must outlive it, held by one process at a time. Tested by
// tests/unit/cli/state_directory_test.cc.
#pragma once

#include <string>

#include "core/base/status.h"

namespace solder::cli {

class StateDirectory {
 public:
  // Makes the directory where it is not there, checks that it can be written to, and takes its lock.
  static base::Result<StateDirectory> open(const std::string& path);
  StateDirectory(StateDirectory&& other) noexcept;
  StateDirectory& operator=(StateDirectory&& other) noexcept;
  ~StateDirectory();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string below(const std::string& name) const { return path_ + "/" + name; }

 private:
  StateDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;  // the lock goes with the descriptor, so that a killed process leaves none
};

}  // namespace solder::cli
