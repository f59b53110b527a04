// Writes status files on a thread of its own. Of what waits only the newest report of each object counts; a slow disk
// makes statuses late, never translation.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "core/base/background.h"
#include "core/base/hash.h"
#include "core/report/reporter.h"
#include "core/report/spare_files.h"
#include "core/report/status_path.h"

namespace solder::report {

namespace {

namespace fs = std::filesystem;

// Nobody notices that a status is this late.
constexpr std::chrono::milliseconds kGather{10};

// What stands on the disk below one directory. One thread.
class StatusDirectory {
 public:
  explicit StatusDirectory(std::string directory)
      : directory_(std::move(directory)), spares_(spare_directory(directory_)) {}

  // A report each for what is new, nothing for what is gone.
  using News = std::map<model::ObjectRef, std::optional<model::ObjectReport>>;

  void update(const News& news) {
    std::string failure;
    const bool first = !std::exchange(swept_, true);
    if (first) recall();
    std::set<std::string> named;
    for (const auto& [object, report] : news) {
      const std::string path = directory_ + "/" + status_path(object);
      if (first) named.insert(path);
      const std::string problem = report ? write(path, to_yaml(*report)) : std::string();
      if (!report && written_.erase(path) > 0) take_away(path);
      if (failure.empty()) failure = problem;
    }
    for (auto at = written_.begin(); first && at != written_.end();) {
      const bool stays = named.count(at->first) != 0;
      if (!stays) take_away(at->first);
      at = stays ? std::next(at) : written_.erase(at);
    }
    tell(failure);
  }

 private:
  // Empty, or why it could not be written.
  std::string write(const std::string& path, const std::string& text) {
    const uint64_t hash = base::hash_bytes(text);
    const auto before = written_.find(path);
    if (before != written_.end() && before->second == hash) return "";
    std::string problem = put(path, text);
    if (problem.empty()) written_[path] = hash;
    if (!problem.empty() && before != written_.end()) before->second = 0;  // still there, and to be written again
    return problem;
  }

  static std::string spare_directory(const std::string& directory) { return directory + "/.spare"; }

  // What an earlier run left: its files count as written; half-written ones, of versions that had such, and spare ones
  // go.
  void recall() {
    std::error_code error;
    SpareFiles::sweep(spare_directory(directory_));
    for (auto it = fs::recursive_directory_iterator(directory_, error); !error && it != fs::end(it);
         it.increment(error)) {
      if (!it->is_regular_file(error)) continue;
      const std::string path = it->path().string();
      if (path.ends_with(".yaml.tmp")) {
        ::unlink(path.c_str());
      } else if (path.ends_with(".yaml")) {
        std::ifstream in(path, std::ios::binary);
        written_[path] = base::hash_bytes(std::string((std::istreambuf_iterator<char>(in)), {}));
      }
    }
  }

  // Empty, or why it could not be written.
  std::string put(const std::string& path, const std::string& text) {
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    return spares_.replace(path, text);
  }

  void take_away(const std::string& path) const {
    ::unlink(path.c_str());
    // Directories that became empty go too; rmdir leaves the others.
    fs::path parent = fs::path(path).parent_path();
    for (int level = 0; level < 2 && ::rmdir(parent.c_str()) == 0; ++level) parent = parent.parent_path();
  }

  void tell(const std::string& failure) {
    if (!failure.empty() && failure != last_failure_) spdlog::warn("A status could not be written: {}", failure);
    last_failure_ = failure;
  }

  std::string directory_;
  SpareFiles spares_;
  std::map<std::string, uint64_t> written_;  // path → hash of its text
  bool swept_ = false;
  std::string last_failure_;
};

}  // namespace

struct StatusWriter::Impl {
  explicit Impl(std::string path) : directory(std::move(path)), thread([this] { run(); }) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_one();
    thread.join();
  }

  void run() {
    base::work_in_background();  // files can wait for configuration, not the other way round
    for (;;) {
      StatusDirectory::News news;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return stopping || waits; });
        // Not beside the change that is reported: it is on its way to the proxies now.
        if (waits) wake.wait_for(lock, kGather, [this] { return stopping; });
        if (!std::exchange(waits, false)) return;
        news = std::exchange(pending, {});
      }
      directory.update(news);
    }
  }

  StatusDirectory directory;
  std::mutex mutex;
  std::condition_variable wake;
  StatusDirectory::News pending;
  bool waits = false;  // pending may be empty: a first call without objects sweeps
  bool stopping = false;
  std::thread thread;
};

StatusWriter::StatusWriter(std::string directory) : impl_(std::make_unique<Impl>(std::move(directory))) {}

StatusWriter::~StatusWriter() = default;

void StatusWriter::write(Reports::Changes changes) {
  {
    const std::lock_guard lock(impl_->mutex);
    for (auto& ref : changes.gone) impl_->pending[std::move(ref)] = std::nullopt;
    for (auto& report : changes.reports) {
      const model::ObjectRef ref = report.object;
      impl_->pending[ref] = std::move(report);
    }
    impl_->waits = true;
  }
  impl_->wake.notify_one();
}

}  // namespace solder::report
