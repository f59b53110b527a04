// Keeps what discoveries found in files, whole or not at all, and writes only what is new. Any thread.
// Tested by tests/unit/discovery/discovered_files_test.cc.
#pragma once

#include <mutex>
#include <string>

#include "core/base/status.h"
#include "core/host/services/discoverer.h"
#include "core/model/diagnostic.h"

namespace solder::discovery {

class DiscoveredFiles {
 public:
  // Makes the directory where it is not there.
  explicit DiscoveredFiles(std::string directory);

  base::Status put(const std::string& plugin, const host::PublishedList& list);
  // All problems that there are now, for a server that reads the directory.
  base::Status put_problems(const model::Diagnostics& problems);
  // All that was found for the object.
  void remove(const model::ObjectRef& object);

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] uint64_t writes() const;

 private:
  base::Status write(const std::string& path, const std::string& text);
  [[nodiscard]] std::string path_of(const std::string& plugin, const host::PublishedList& list) const;

  const std::string directory_;
  mutable std::mutex mutex_;
  uint64_t writes_ = 0;
};

}  // namespace solder::discovery
