#include "core/host/library_plugin.h"

#include <spdlog/spdlog.h>

#include "core/host/abi_text.h"
#include "core/host/activity.h"
#include "core/host/services/library_discoverer.h"
#include "core/host/services/library_watcher.h"
#include "core/host/trampoline.h"

namespace solder::host {

namespace {

constexpr auto kPatience = std::chrono::seconds(2);
constexpr size_t kMaxState = size_t{64} << 20;

struct StateSink {
  std::string bytes;
  bool bad = false;
};

void write_state(void* ctx, solder_str piece) noexcept {
  auto& sink = *static_cast<StateSink*>(ctx);
  std::string_view text;
  try {
    if (read_bytes(piece, text) != nullptr || sink.bytes.size() + text.size() > kMaxState) {
      sink.bad = true;
    } else {
      sink.bytes += text;
    }
  } catch (...) {
    sink.bad = true;
  }
}

// In the plugin's own words where it said why: the contract has no place for them but the log.
base::Status failed(const char* what, solder_status status, HostTable& host) {
  std::string words = host.take_error();
  const std::string prefix = std::string(what) + ": ";
  if (words.rfind(prefix, 0) == 0) words.erase(0, prefix.size());
  return base::internal_error(std::string(what) + " failed with status " + std::to_string(status) +
                              (words.empty() ? "" : ": " + words));
}

}  // namespace

LibraryPlugin::~LibraryPlugin() {
  if (host) host->close();  // before destroy: nothing comes back into a plugin that is on its way out
  if (!created) return;
  const Activity activity("destroying", manifest.name, kPatience);
  try {
    table.destroy(self);
  } catch (...) {
    spdlog::error("plugin {}: destroy threw an exception", manifest.name);
  }
}

void LibraryPlugin::serve(bool serving) { host->serve(serving); }

base::Result<std::unique_ptr<Discoverer>> LibraryPlugin::make_discoverer(DiscoveryListener& listener) {
  return LibraryDiscoverer::make(*this, listener);
}

base::Result<std::unique_ptr<Watcher>> LibraryPlugin::make_watcher(ObjectListener& listener) {
  return LibraryWatcher::make(*this, listener);
}

bool LibraryPlugin::has(Operation operation) const { return operation_of(*this, operation) != nullptr; }

std::vector<ItemOutput> LibraryPlugin::call(Operation operation, solder_span in, std::span<const Subject> subjects,
                                            const Lookup& lookup, std::chrono::nanoseconds deadline) {
  return call_plugin(*this, operation, in, subjects, lookup, deadline);
}

base::Result<std::optional<std::string>> LibraryPlugin::save() {
  if (state_table.save == nullptr) return std::optional<std::string>();
  const std::lock_guard lock(mutex);
  const Activity activity("in save of", manifest.name, kPatience);
  StateSink sink;
  solder_status status = SOLDER_OK;
  static_cast<void>(host->take_error());
  try {
    status = state_table.save(self, &sink, &write_state);
  } catch (...) {
    return base::internal_error("save threw an exception");
  }
  if (status != SOLDER_OK) return failed("save", status, *host);
  if (sink.bad) return base::internal_error("save gave a state that cannot be read, or of more than 64 MB");
  return std::optional<std::string>(std::move(sink.bytes));
}

base::Status LibraryPlugin::restore(const std::string& version, const std::string& state) {
  if (state_table.restore == nullptr) return {};
  const std::lock_guard lock(mutex);
  const Activity activity("in restore of", manifest.name, kPatience);
  static_cast<void>(host->take_error());
  try {
    const solder_status status = state_table.restore(self, view(version), view(state));
    return status == SOLDER_OK ? base::Status() : failed("restore", status, *host);
  } catch (...) {
    return base::internal_error("restore threw an exception");
  }
}

}  // namespace solder::host
