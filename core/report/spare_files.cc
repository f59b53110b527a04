#include "core/report/spare_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/replace_file.h"

namespace solder::report {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostSpares = 4096;

// 0, or what went wrong. A file that is never empty in between is not flushed when it is closed.
int write_whole(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  int error = 0;
  if (!base::write_all(file, text) || ::ftruncate(file, static_cast<off_t>(text.size())) != 0) error = errno;
  if (::close(file) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

SpareFiles::SpareFiles(std::string directory, Clock::duration patience)
    : directory_(std::move(directory)), patience_(patience) {}

SpareFiles::~SpareFiles() {
  for (const Spare& spare : spares_) ::unlink(spare.path.c_str());
  ::rmdir(directory_.c_str());
}

void SpareFiles::sweep(const std::string& directory) {
  std::error_code ignored;  // what is left takes space and nothing else
  fs::remove_all(directory, ignored);
}

std::string SpareFiles::replace(const std::string& path, std::string_view text) {
  const std::string staging = take();
  int error = write_whole(staging, text);
  if (error == 0 && ::renameat2(AT_FDCWD, staging.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0) {
    keep(staging);
    return {};
  }
  // Nothing is there yet, or the file system exchanges no names.
  if (error == 0 && ::rename(staging.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(staging.c_str());
  return path + ": " + std::strerror(error);
}

std::string SpareFiles::take() {
  const auto now = Clock::now();
  if (!spares_.empty() && now - spares_.front().since >= patience_) {
    std::string path = std::move(spares_.front().path);
    spares_.pop_front();
    // One that lay about for this long was needed at a time when more was written.
    if (!spares_.empty() && now - spares_.front().since >= 6 * patience_) {
      ::unlink(spares_.front().path.c_str());
      spares_.pop_front();
    }
    return path;
  }
  std::error_code ignored;  // opening tells
  fs::create_directories(directory_, ignored);
  return directory_ + "/" + std::to_string(++named_);
}

void SpareFiles::keep(std::string path) {
  spares_.push_back({std::move(path), Clock::now()});
  if (spares_.size() <= kMostSpares) return;
  ::unlink(spares_.front().path.c_str());
  spares_.pop_front();
}

}  // namespace solder::report
