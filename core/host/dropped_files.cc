#include "core/host/dropped_files.h"

#include <sys/stat.h>

#include <filesystem>

#include "core/base/user_name.h"
#include "core/host/file_runners.h"
#include "core/host/loader.h"

namespace solder::host {

namespace {

// So long may a file be cut off before that is said of it.
constexpr auto kFilePatience = std::chrono::seconds(1);

std::string owner_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? base::user_name(info.st_uid) : "";
}

}  // namespace

DroppedFiles::DroppedFiles(const LoadOptions& options, std::function<bool(const std::string&)> being_written)
    : options_(options), being_written_(std::move(being_written)) {}

DroppedFiles::Stamp DroppedFiles::stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  const auto nanoseconds = [](const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
  return {info.st_dev, info.st_ino, info.st_size, nanoseconds(info.st_mtim), nanoseconds(info.st_ctim), info.st_mode};
}

DroppedFile DroppedFiles::inspect(const std::string& path) const {
  DroppedFile out;
  out.path = path;
  out.owner = owner_of(path);
  auto found = inspect_plugin(path, options_);
  if (auto* refused = std::get_if<Refused>(&found)) {
    out.name = refused->name;
    out.refused = std::move(*refused);
    return out;
  }
  const auto& candidate = std::get<Candidate>(found);
  out.name = candidate.gated.manifest.name;
  out.sha256 = candidate.sha256;
  out.trusted_by = candidate.trusted_by;
  return out;
}

// True where it has to be looked at again.
bool DroppedFiles::look_at(const std::string& path, std::map<std::string, Known>& now) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error).string();
  if (!error) places_.insert(real.substr(0, real.rfind('/')));
  const auto before = known_.find(path);
  Known known = before == known_.end() ? Known{} : before->second;
  const Stamp stamp = stamp_of(path), signature = stamp_of(path + ".sig");
  if (before != known_.end() && known.stamp == stamp && known.signature == signature && !known.cut_off_since) {
    now.emplace(path, std::move(known));
    return false;
  }
  if (being_written_ && being_written_(error ? path : real)) {
    if (before != known_.end()) now.emplace(path, std::move(known));
    return true;
  }
  DroppedFile file = inspect(path);
  const bool cut_off = file.refused && file.refused->reason == reason::kTruncated;
  if (cut_off && !known.cut_off_since) known.cut_off_since = std::chrono::steady_clock::now();
  // Cut off or still on its way: what it was counts on, unless it stays so.
  if (cut_off && std::chrono::steady_clock::now() - *known.cut_off_since < kFilePatience) {
    now.emplace(path, std::move(known));
    return true;
  }
  known.cut_off_since.reset();
  known.stamp = stamp;
  known.signature = signature;
  known.file = std::move(file);
  now.emplace(path, std::move(known));
  return false;
}

bool DroppedFiles::look() {
  std::vector<Refused> unreadable;
  std::map<std::string, Known> now;
  places_ = {options_.directories.begin(), options_.directories.end()};
  auto paths = find_plugin_files(options_.directories, unreadable);
  bool again = false;
  for (const auto& path : paths) again = look_at(path, now) || again;
  if (options_.runners) {
    for (auto& path : find_run_files(options_.directories, *options_.runners)) {
      again = look_at(path, now) || again;
      paths.push_back(std::move(path));
    }
  }
  known_ = std::move(now);
  files_.clear();
  for (auto& refused : unreadable) files_.push_back({.path = refused.file, .refused = refused});
  std::map<std::string, std::string> first;
  for (const auto& path : paths) {
    const auto at = known_.find(path);
    if (at == known_.end() || at->second.file.path.empty()) {
      files_.push_back({.path = path, .pending = true});
      continue;
    }
    DroppedFile file = at->second.file;
    if (!file.refused) {
      const auto [earlier, is_first] = first.emplace(file.name, path);
      if (!is_first) {
        file.refused = Refused{path, file.name, std::string(reason::kDuplicateName),
                               "the plugin " + file.name + " comes from " + earlier->second + ", which is found first"};
        file.sha256.clear();
      }
    }
    files_.push_back(std::move(file));
  }
  return again;
}

}  // namespace solder::host
