// Reads one file whole, bounded, and never waits for one that has nothing to give (a FIFO). Any thread.
// Tested by tests/unit/store/file_reader_test.cc.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "core/model/diagnostic.h"

namespace solder::store {

// What tells one content of a file from another without reading it.
struct Stamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t modified = 0;  // nanoseconds
  int64_t changed = 0;

  bool operator==(const Stamp&) const = default;
};
Stamp stamp_of(const struct stat& status);
// Nanoseconds of the clock that file times are in.
int64_t file_time_now();

// A problem about a whole file (object kind "File").
model::Diagnostic file_problem(std::string reason, const std::string& path, std::string message);
// "Permission denied" for EACCES; thread-safe.
std::string errno_words(int error);

struct FileContent {
  enum class Outcome { kRead, kMissing, kProblem };
  Outcome outcome = Outcome::kMissing;
  std::string text;
  Stamp stamp;
  bool settled = true;  // false: it was written to while it was read, or so shortly before that the stamp may lie
  model::Diagnostic problem;
};
FileContent read_file(const std::string& path, size_t max_bytes);

}  // namespace solder::store
