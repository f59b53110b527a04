#include "core/host/plugin.h"

#include <utility>

namespace solder::host {

namespace {

uint64_t next_generation() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

Plugin::Plugin(Manifest its_manifest, std::string its_file, std::string its_sha256)
    : manifest(std::move(its_manifest)),
      sha256(std::move(its_sha256)),
      generation(next_generation()),
      file_(std::move(its_file)) {}

std::string Plugin::file() const {
  const std::lock_guard lock(mutex_);
  return file_;
}

void Plugin::moved_to(std::string file) {
  const std::lock_guard lock(mutex_);
  file_ = std::move(file);
}

void Plugin::warn(std::string words) {
  const std::lock_guard lock(mutex_);
  warnings_.push_back(std::move(words));
}

std::vector<std::string> Plugin::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

}  // namespace solder::host
