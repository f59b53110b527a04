#include "core/engine/last_good.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/background.h"
#include "core/base/hash.h"
#include "core/model/memory_only.h"

namespace solder::engine {

namespace {

constexpr size_t kSmallJournal = 1000;  // lines; below it, old ones do not matter

std::string line_of(const model::ObjectRef& ref, const model::Object* object) {
  nlohmann::json line{{"kind", ref.kind}, {"namespace", ref.ns}, {"name", ref.name}};
  if (object != nullptr) {
    line["apiVersion"] = object->api_version;
    line["labels"] = object->labels;
    line["annotations"] = object->annotations;
    line["hash"] = object->hash;
    line["json"] = object->json;
  }
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::FILE* open_private(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  return descriptor < 0 ? nullptr : ::fdopen(descriptor, "w");
}

}  // namespace

LastGoodJournal::LastGoodJournal(std::string directory)
    : directory_(std::move(directory)), path_(directory_ + "/last-good.jsonl") {
  if (directory_.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  load(path_);
  writer_ = std::thread([this] { write_until_closed(); });
}

LastGoodJournal::~LastGoodJournal() {
  if (!writer_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void LastGoodJournal::load(const std::string& path) {
  std::ifstream in(path);
  for (std::string text; std::getline(in, text);) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object() || !line.contains("kind")) continue;
    try {
      const model::ObjectRef ref{line.at("kind"), line.at("namespace"), line.at("name")};
      if (!line.contains("json")) {
        current_.erase(ref);
        continue;
      }
      auto object = std::make_shared<model::Object>();
      object->ref = ref;
      object->api_version = line.at("apiVersion");
      object->labels = line.at("labels");
      object->annotations = line.at("annotations");
      object->hash = line.at("hash");
      object->json = line.at("json");
      current_[ref] = std::move(object);
    } catch (const nlohmann::json::exception& problem) {
      spdlog::warn("{}: a line cannot be read and is passed over: {}", path, problem.what());
    }
  }
}

bool LastGoodJournal::begin_anew() {
  const std::string next = path_ + ".new";
  ::unlink(next.c_str());
  file_.reset(open_private(next, O_EXCL));
  if (!file_) spdlog::warn("{}: last good versions are not kept over a restart: {}", path_, std::strerror(errno));
  return file_ != nullptr;
}

void LastGoodJournal::write(const Objects& changes, bool anew) {
  if (anew && !begin_anew()) return;
  if (!file_) return;
  for (const auto& [ref, object] : changes) {
    const std::string line = line_of(ref, object.get());
    std::fwrite(line.data(), 1, line.size(), file_.get());
  }
  std::fflush(file_.get());
  if (anew && std::rename((path_ + ".new").c_str(), path_.c_str()) != 0) {
    spdlog::warn("{}: cannot be replaced: {}", path_, std::strerror(errno));
  }
}

void LastGoodJournal::write_until_closed() {
  base::work_in_background();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closed_ || anew_ || !waiting_.empty(); });
    if (!anew_ && waiting_.empty()) return;
    const bool anew = std::exchange(anew_, false);
    Objects changes = std::exchange(waiting_, {});
    if (anew) changes = current_;
    lines_ = (anew ? 0 : lines_) + changes.size();
    anew_ = lines_ > kSmallJournal && lines_ > 2 * current_.size();
    writing_ = true;
    lock.unlock();
    write(changes, anew);
    changes.clear();
    lock.lock();
    writing_ = false;
    idle_.notify_all();
  }
}

void LastGoodJournal::set(const model::ObjectRef& ref, model::ObjectPtr object) {
  if (directory_.empty()) return;
  if (object != nullptr && model::memory_only(*object)) object = nullptr;
  const auto at = current_.find(ref);
  if (object == nullptr && at == current_.end()) return;
  if (object != nullptr && at != current_.end() && at->second->hash == object->hash) return;
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    idle = waiting_.empty();
    waiting_[ref] = object;
    if (object != nullptr) {
      current_[ref] = std::move(object);
    } else {
      current_.erase(at);
    }
  }
  if (idle) wake_.notify_one();
}

void LastGoodJournal::flush() {
  if (!writer_.joinable()) return;
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !anew_ && !writing_ && waiting_.empty(); });
}

}  // namespace solder::engine
