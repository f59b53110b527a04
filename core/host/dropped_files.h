// The plugin files of the directories as they stand: which plugin each one holds, and which is refused and why. A file
// is read again only where its stamp changed, and means something new only where its content did. Files that are still
// being written keep what they were. One thread. Tested by tests/plugin/manager_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/host/plugin_set.h"

namespace solder::host {

struct DroppedFile {
  std::string path{};
  std::string name{};    // of its plugin; empty where it could not be told
  std::string sha256{};  // empty where it is refused
  std::string owner{};   // who owns the file: a user's name
  std::string trusted_by{};
  std::optional<Refused> refused{};
  bool pending = false;  // not whole yet, and nothing before
};

class DroppedFiles {
 public:
  // `being_written` is asked by real path; options: directories, check_claim and trust count.
  DroppedFiles(const LoadOptions& options, std::function<bool(const std::string&)> being_written);

  // Looks again. True where something must be looked at once more soon: a file is not whole yet.
  bool look();
  // In the order of the directories and names, libraries first; of two with one plugin the first counts and the other
  // is refused.
  [[nodiscard]] const std::vector<DroppedFile>& files() const { return files_; }
  // Where changes of files come from: the directories, and those that links lead to.
  [[nodiscard]] const std::set<std::string>& places() const { return places_; }

 private:
  using Stamp = std::tuple<uint64_t, uint64_t, int64_t, int64_t, int64_t, uint32_t>;
  struct Known {
    Stamp stamp{}, signature{};
    DroppedFile file;
    std::optional<std::chrono::steady_clock::time_point> cut_off_since;
  };
  static Stamp stamp_of(const std::string& path);
  bool look_at(const std::string& path, std::map<std::string, Known>& now);
  DroppedFile inspect(const std::string& path) const;

  const LoadOptions& options_;
  std::function<bool(const std::string&)> being_written_;
  std::map<std::string, Known> known_;
  std::vector<DroppedFile> files_;
  std::set<std::string> places_;
};

}  // namespace solder::host
