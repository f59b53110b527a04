#include "core/store/tree_walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "core/store/file_names.h"
#include "core/store/path_trail.h"

namespace solder::store {

namespace {

std::string child_path(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

class Walker {
 public:
  explicit Walker(WalkVisitor& visitor) : visitor_(visitor) {}

  void root(const std::string& path) {
    follow_path(path,
                [this](const std::string& directory, const std::string& name) { visitor_.entry(directory, name); });
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return root_problem(path, errno);
    if (S_ISDIR(status.st_mode)) {
      directory(path, real_path(path));
    } else {
      file(path, real_path(path), status, false);
    }
  }

  Tree finish() {
    while (!links_.empty()) {
      const auto [path, place] = *links_.begin();
      links_.erase(links_.begin());
      link(path, place);
    }
    report_loops();
    return std::move(tree_);
  }

 private:
  // Where a link stands: its directory's real path, and its name.
  using Place = std::pair<std::string, std::string>;

  void root_problem(const std::string& path, int error) {
    if (error == ENOENT) {
      problem("MissingPath", path, "there is no such file or directory");
      tree_.problems.back().expected = "a directory of manifests, or a manifest";
    } else {
      unreadable(path, error);
    }
  }

  void problem(std::string reason, const std::string& path, std::string message) {
    tree_.problems.push_back(file_problem(std::move(reason), path, std::move(message)));
  }

  void unreadable(const std::string& path, int error) {
    tree_.unreadable.push_back(path);
    problem("UnreadableFile", path, "this cannot be read: " + errno_words(error));
  }

  // Directories nest as deep as paths may be long, so they are queued, not descended into.
  void directory(const std::string& path, const std::string& real) {
    std::vector<std::pair<std::string, std::string>> waiting{{path, real}};
    while (!waiting.empty()) {
      auto [at, at_real] = std::move(waiting.back());
      waiting.pop_back();
      if (at_real.empty() || !directories_.emplace(at_real, std::set<std::string>{}).second) continue;
      list(at, at_real, waiting);
    }
  }

  void list(const std::string& path, const std::string& real,
            std::vector<std::pair<std::string, std::string>>& waiting) {
    visitor_.directory(path, real);
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(path.c_str()), ::closedir);
    if (!listing) {
      if (errno != ENOENT) unreadable(path, errno);
      return;
    }
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(listing.get());
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (!passed_over(name)) take(path, real, name, waiting);
    }
    if (errno != 0) unreadable(path, errno);
  }

  void take(const std::string& path, const std::string& real, const std::string& name,
            std::vector<std::pair<std::string, std::string>>& waiting) {
    const std::string at = child_path(path, name);
    struct stat status {};
    if (::lstat(at.c_str(), &status) != 0) {
      if (errno != ENOENT) unreadable(at, errno);
      return;
    }
    if (S_ISLNK(status.st_mode)) {
      links_.emplace(at, Place{real, name});
    } else if (S_ISDIR(status.st_mode)) {
      const std::string child = child_path(real, name);
      directories_[real].insert(child);
      waiting.emplace_back(at, child);
    } else if (is_manifest(name)) {
      file(at, child_path(real, name), status, true);
    }
  }

  void file(const std::string& path, const std::string& real, const struct stat& status, bool direct) {
    if (real.empty() || !files_.insert(real).second) return;
    tree_.files[path] = {stamp_of(status), direct};
  }

  void link(const std::string& path, const Place& place) {
    follow_entry(place.first, place.second,
                 [this](const std::string& directory, const std::string& name) { visitor_.entry(directory, name); });
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      const int error = errno;
      if (error == ELOOP) return loop(path);
      if (!is_manifest(place.second)) return;
      if (error != ENOENT) return unreadable(path, error);
      return problem("UnreadableFile", path, "this link leads to " + link_target(path) + ", which is not there");
    }
    const std::string real = real_path(path);
    if (S_ISDIR(status.st_mode)) {
      if (directories_.count(real) != 0) again_.emplace_back(path, place.first, real);
      directories_[place.first].insert(real);
      directory(path, real);
    } else if (is_manifest(place.second)) {
      file(path, real, status, false);
    }
  }

  void loop(const std::string& path) {
    problem("SymlinkLoop", path, "this symbolic link leads back to itself and is not followed");
    tree_.problems.back().found = link_target(path);
  }

  // A link to a directory that was walked already is a loop where that directory leads back to the link.
  void report_loops() {
    for (const auto& [path, from, to] : again_) {
      std::set<std::string> seen{to};
      std::vector<std::string> waiting{to};
      while (!waiting.empty() && seen.count(from) == 0) {
        const std::string at = std::move(waiting.back());
        waiting.pop_back();
        for (const auto& child : directories_[at]) {
          if (seen.insert(child).second) waiting.push_back(child);
        }
      }
      if (seen.count(from) != 0) loop(path);
    }
  }

  struct Again {
    std::string path, from, to;
    Again(std::string p, std::string f, std::string t) : path(std::move(p)), from(std::move(f)), to(std::move(t)) {}
  };

  WalkVisitor& visitor_;
  Tree tree_;
  std::map<std::string, std::set<std::string>> directories_;  // real path → the real paths it leads to
  std::set<std::string> files_;                               // real paths
  std::map<std::string, Place> links_;
  std::vector<Again> again_;
};

}  // namespace

Tree walk(const std::vector<std::string>& roots, WalkVisitor& visitor) {
  Walker walker(visitor);
  for (std::string root : roots) {
    while (root.size() > 1 && root.ends_with('/')) root.pop_back();
    walker.root(root);
  }
  return walker.finish();
}

}  // namespace solder::store
