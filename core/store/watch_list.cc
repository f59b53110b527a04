#include "core/store/watch_list.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "core/store/file_names.h"

namespace solder::store {

namespace {

constexpr uint32_t kEntryMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |
                                IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr uint32_t kWholeMask = kEntryMask | IN_MODIFY;
constexpr uint32_t kComesOrGoes = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

}  // namespace

void WatchList::begin_walk() {
  before_ = std::exchange(watches_, {});
  placed_.clear();
  problems_.clear();
}

void WatchList::end_walk() {
  for (const auto& [watch, what] : before_) {
    if (watches_.count(watch) == 0) inotify_.remove(watch);
  }
  before_.clear();
}

int WatchList::place(const std::string& path, uint32_t mask, bool must) {
  // One directory can be watched as a whole and for an entry: the masks add up.
  const int watch = inotify_.add(path, mask | IN_MASK_ADD);
  if (watch >= 0) return watch;
  if (must && watch != -ENOENT && problems_.empty()) {
    std::string message = "changes here are noticed only every other second: " + errno_words(-watch);
    if (watch == -ENOSPC) {
      message = "too many directories are watched on this machine, so changes here are noticed only every other second";
      message += "; raise the limit with sysctl fs.inotify.max_user_watches=1048576";
    }
    problems_.push_back(file_problem("WatchFailed", path, message));
    problems_.back().severity = model::Severity::kWarning;
  }
  return -1;
}

void WatchList::directory(const std::string& path, const std::string& /*real*/) {
  const int number = place(path, kWholeMask, true);
  if (number < 0) return;
  Watch& watch = watches_[number];
  watch.whole = true;
  watch.path = path;
}

void WatchList::entry(const std::string& directory, const std::string& name) {
  auto known = placed_.find(directory);
  if (known == placed_.end()) known = placed_.emplace(directory, place(directory, kEntryMask, false)).first;
  if (known->second >= 0) watches_[known->second].names.insert(name);
}

Meaning WatchList::meaning_of(const FileEvent& event) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) return {Meaning::Kind::kRescanAll, ""};
  const auto at = watches_.find(event.watch);
  if (at == watches_.end()) return {};
  if ((event.mask & IN_IGNORED) != 0) {
    watches_.erase(at);
    return {};
  }
  if (event.name.empty()) {
    const bool shape = (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0;
    const bool rights = at->second.whole && (event.mask & IN_ATTRIB) != 0;
    return {shape || rights ? Meaning::Kind::kRescan : Meaning::Kind::kNothing, ""};
  }
  return meaning_of_entry(at->second, event);
}

Meaning WatchList::meaning_of_entry(const Watch& watch, const FileEvent& event) const {
  if (watch.names.count(event.name) != 0 && (event.mask & IN_MODIFY) == 0) return {Meaning::Kind::kRescan, ""};
  if (!watch.whole || passed_over(event.name)) return {};
  if ((event.mask & IN_ISDIR) != 0) {
    const bool shape = (event.mask & (kComesOrGoes | IN_ATTRIB)) != 0;
    return {shape ? Meaning::Kind::kRescan : Meaning::Kind::kNothing, ""};
  }
  const std::string path = watch.path.ends_with('/') ? watch.path + event.name : watch.path + "/" + event.name;
  if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && is_link(path)) return {Meaning::Kind::kRescan, ""};
  if (!is_manifest(event.name)) return {};
  if ((event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0) return {Meaning::Kind::kGone, path};
  if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB)) != 0) return {Meaning::Kind::kReady, path};
  return {Meaning::Kind::kWritten, path};
}

}  // namespace solder::store
