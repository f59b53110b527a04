// Files that change often are replaced, whole or not at all, without a new inode each time: what a new file takes the
// place of is kept and written anew later. ext4 gives out no inode that was freed in the last minute or more and looks
// at every one of those for a new file, so that the hundredth replacement in a minute costs a millisecond. One thread.
// Tested by tests/unit/report/spare_files_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace solder::report {

class SpareFiles {
 public:
  using Clock = std::chrono::steady_clock;
  // `directory` is for spare files alone and on the file system of what is replaced; it is made with the first
  // of them and goes with this object. `patience`: whoever opened a file before it was replaced has read it after this
  // time.
  explicit SpareFiles(std::string directory, Clock::duration patience = std::chrono::seconds(2));
  ~SpareFiles();
  SpareFiles(const SpareFiles&) = delete;
  SpareFiles& operator=(const SpareFiles&) = delete;

  // Removes what an earlier process left in `directory`.
  static void sweep(const std::string& directory);
  // `path` holds `text` afterwards. Empty, or why it could not be written: what was there stays then. Not synced: after
  // a power cut something else may be there.
  std::string replace(const std::string& path, std::string_view text);

 private:
  struct Spare {
    std::string path;
    Clock::time_point since;
  };
  std::string take();
  void keep(std::string path);

  const std::string directory_;
  const Clock::duration patience_;
  std::deque<Spare> spares_;  // the oldest first
  uint64_t named_ = 0;
};

}  // namespace solder::report
