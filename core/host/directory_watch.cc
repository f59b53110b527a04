#include "core/host/directory_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include <filesystem>

namespace solder::host {

namespace {

constexpr uint32_t kMask = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                           IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr auto kQuiet = std::chrono::milliseconds(500);
constexpr auto kLongest = std::chrono::seconds(30);  // that somebody may have it open without writing

// A link, hard or symbolic, comes whole: nobody will close it.
bool is_link(const std::string& file) {
  struct stat info {};
  return ::lstat(file.c_str(), &info) == 0 && (S_ISLNK(info.st_mode) || info.st_nlink > 1);
}

// Whether somebody has it open for writing: then nobody is given a lease for reading. False where that cannot be told,
// as on file systems of the network.
bool is_open_for_writing(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  // A writer who comes in this moment would have SIGIO sent here, which ends a process; this one does nothing.
  const bool leased = ::fcntl(descriptor, F_SETSIG, SIGURG) == 0 && ::fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0;
  const bool writers = !leased && errno == EAGAIN;
  if (leased) ::fcntl(descriptor, F_SETLEASE, F_UNLCK);
  ::close(descriptor);
  return writers;
}

}  // namespace

base::Result<DirectoryWatch> DirectoryWatch::open() {
  auto inotify = store::Inotify::open();
  if (!inotify.ok()) return inotify.status();
  return DirectoryWatch(std::move(*inotify));
}

void DirectoryWatch::watch(const std::set<std::string>& directories) {
  std::map<int, std::string> now;
  for (const auto& directory : directories) {
    const int number = inotify_.add(directory, kMask);
    std::error_code error;
    if (number >= 0) now[number] = std::filesystem::canonical(directory, error).string();
  }
  for (const auto& [number, directory] : watches_) {
    if (now.count(number) == 0) inotify_.remove(number);
  }
  watches_ = std::move(now);
}

bool DirectoryWatch::read() {
  bool any = false;
  for (auto events = inotify_.read(); !events.empty(); events = inotify_.read()) {
    for (const auto& event : events) {
      const auto at = watches_.find(event.watch);
      if (at == watches_.end() && (event.mask & IN_Q_OVERFLOW) == 0) continue;
      any = true;
      if (event.name.empty()) continue;
      const std::string file = at->second + "/" + event.name;
      const bool begins = (event.mask & (IN_CREATE | IN_MODIFY)) != 0;
      if (begins && !((event.mask & IN_CREATE) != 0 && is_link(file))) {
        written_[file] = std::chrono::steady_clock::now();
      } else if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)) != 0) {
        written_.erase(file);
      }
    }
  }
  return any;
}

bool DirectoryWatch::being_written(const std::string& file) {
  auto at = written_.find(file);
  // It may have been opened before anybody watched.
  if (at == written_.end() && !is_open_for_writing(file)) return false;
  if (at == written_.end()) at = written_.emplace(file, std::chrono::steady_clock::now()).first;
  const auto quiet = std::chrono::steady_clock::now() - at->second;
  if (quiet < kQuiet || (quiet < kLongest && is_open_for_writing(file))) return true;
  written_.erase(at);
  return false;
}

}  // namespace solder::host
