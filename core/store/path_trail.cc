#include "core/store/path_trail.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string_view>

namespace solder::store {

namespace {

constexpr int kMaxLinks = 40;  // as the kernel has it

void push_parts_front(std::deque<std::string>& parts, std::string_view path) {
  std::deque<std::string> front;
  for (size_t at = 0; at < path.size();) {
    size_t end = path.find('/', at);
    if (end == std::string_view::npos) end = path.size();
    if (end > at && path.substr(at, end - at) != ".") front.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  parts.insert(parts.begin(), front.begin(), front.end());
}

std::string join(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

void follow(std::string directory, std::deque<std::string> parts, const EntryVisitor& visit) {
  for (int links = 0; !parts.empty();) {
    const std::string name = parts.front();
    parts.pop_front();
    if (name == "..") {
      const size_t slash = directory.rfind('/');
      directory.resize(slash == 0 ? 1 : slash);
      continue;
    }
    visit(directory, name);
    const std::string entry = join(directory, name);
    struct stat status {};
    if (::lstat(entry.c_str(), &status) != 0) return;
    if (!S_ISLNK(status.st_mode)) {
      directory = entry;
      continue;
    }
    const std::string target = link_target(entry);
    if (target.empty() || ++links > kMaxLinks) return;
    if (target.front() == '/') directory.assign(1, '/');
    push_parts_front(parts, target);
  }
}

}  // namespace

void follow_path(const std::string& path, const EntryVisitor& visit) {
  std::deque<std::string> parts;
  push_parts_front(parts, path);
  if (path.starts_with('/')) return follow("/", std::move(parts), visit);
  const std::string here = real_path(".");
  if (!here.empty()) follow(here, std::move(parts), visit);
}

void follow_entry(const std::string& directory, const std::string& name, const EntryVisitor& visit) {
  follow(directory, {name}, visit);
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
  return real ? real.get() : "";
}

std::string link_target(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return target;
}

}  // namespace solder::store
