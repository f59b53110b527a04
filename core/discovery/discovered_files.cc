#include "core/discovery/discovered_files.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/base/replace_file.h"
#include "core/config/documents.h"
#include "core/discovery/discovered_fields.h"
#include "core/report/status_path.h"

namespace solder::discovery {

namespace fs = std::filesystem;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

DiscoveredFiles::DiscoveredFiles(std::string directory) : directory_(std::move(directory)) {
  std::error_code error;
  fs::create_directories(directory_, error);
}

std::string DiscoveredFiles::path_of(const std::string& plugin, const host::PublishedList& list) const {
  return directory_ + "/" + report::status_path(discovered_ref(plugin, list));
}

base::Status DiscoveredFiles::put(const std::string& plugin, const host::PublishedList& list) {
  auto status = write(path_of(plugin, list), to_yaml(plugin, list));
  if (status.ok()) return status;
  spdlog::error("what the plugin {} found for {} cannot be kept: {}", plugin, model::to_string(list.object),
                status.message());
  return base::unavailable(status.message());
}

base::Status DiscoveredFiles::put_problems(const model::Diagnostics& problems) {
  const std::string path = directory_ + "/" + report::status_path({kProblemsKind, "solder", "all"});
  if (!problems.empty()) return write(path, problems_yaml(problems));
  const std::lock_guard lock(mutex_);
  std::error_code error;
  fs::remove(path, error);
  return {};
}

base::Status DiscoveredFiles::write(const std::string& path, const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (content_of(path) == text) return {};
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  // A hidden name: no reader of the directory takes it for a file of its own.
  const fs::path staging = fs::path(path).parent_path() / ("." + fs::path(path).filename().string() + ".new");
  auto status = base::replace_file(path, staging.string(), text, 0644);
  if (status.ok()) ++writes_;
  return status;
}

// The files say themselves what they are about.
void DiscoveredFiles::remove(const model::ObjectRef& object) {
  const std::lock_guard lock(mutex_);
  const std::string below =
      directory_ + "/" + fs::path(report::status_path({kDiscoveredKind, object.ns, "x"})).parent_path().string();
  std::error_code error;
  for (fs::directory_iterator entry(below, error), end; !error && entry != end; entry.increment(error)) {
    const std::string path = entry->path().string();
    if (entry->path().filename().string().front() == '.') continue;
    for (const auto& each : config::parse_documents(content_of(path), path).objects) {
      const auto list = read_discovered(*each);
      if (!list || list->object != object) continue;
      std::error_code failed;
      fs::remove(path, failed);
    }
  }
}

uint64_t DiscoveredFiles::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

}  // namespace solder::discovery
