#include "core/host/host_table.h"

#include <spdlog/spdlog.h>

#include <set>
#include <utility>

#include "core/host/abi_text.h"

namespace solder::host {

namespace {

constexpr std::string_view kHostName = "solder";
constexpr std::string_view kHostVersion = SOLDER_VERSION;
constexpr size_t kMaxLogLine = 4096;
constexpr uint64_t kMaxHidden = 100;

spdlog::level::level_enum log_level(uint32_t level) {
  switch (level) {
    case SOLDER_LOG_DEBUG:
      return spdlog::level::debug;
    case SOLDER_LOG_WARNING:
      return spdlog::level::warn;
    case SOLDER_LOG_ERROR:
      return spdlog::level::err;
    default:
      return spdlog::level::info;
  }
}

}  // namespace

const void* HostTable::service(void* ctx, solder_str id) {
  std::string_view text;
  if (read_text(id, text) != nullptr || !has_service(text)) return nullptr;
  auto& host = *static_cast<HostTable*>(ctx);
  if (host.identity_.apart && host.identity_.needs.count(std::string(text)) == 0) {
    const std::string words = "it asks for the host service " + std::string(text) +
                              ", which its manifest does not list under \"needs\"; in a process of its own it is given "
                              "none but those";
    log(ctx, SOLDER_LOG_WARNING, view(words));
    return nullptr;
  }
  if (host.services_ && host.services_->elsewhere != nullptr) {
    if (const void* table = host.services_->elsewhere->service(text, host.timers_)) return table;
  }
  if (text == SOLDER_SVC_HTTP) return host.requests_.table();
  if (text == SOLDER_SVC_OBJECTS) return host.objects_.table();
  if (text == SOLDER_SVC_LEASE) return host.services_ && !host.services_->lease ? nullptr : host.objects_.lease();
  if (text == SOLDER_SVC_FILES) return &host.files_;
  if (text == SOLDER_SVC_SETTINGS) return host.settings_.table();
  if (text == SOLDER_SVC_PUBLISH) return host.publications_.table();
  return host.timers_.table();
}

std::string HostTable::take_error() {
  const std::lock_guard lock(error_mutex_);
  return std::exchange(error_, {});
}

void HostTable::log(void* ctx, uint32_t level, solder_str message) {
  auto& host = *static_cast<HostTable*>(ctx);
  const std::string& plugin = host.identity_.name;
  std::string_view text;
  if (read_bytes(message, text) != nullptr) text = "(a log message that cannot be read)";
  // Nothing may be thrown into a plugin.
  try {
    const std::string line = printable(text.substr(0, kMaxLogLine));
    spdlog::log(log_level(level), "[{}] {}", plugin, line);
    if (log_level(level) != spdlog::level::err) return;
    const std::lock_guard lock(host.error_mutex_);
    host.error_ = line;
  } catch (...) {
  }
}

solder_status HostTable::read_file(void* ctx, solder_str path, solder_span hidden, void (*got)(void*, solder_str),
                                   void* arg) {
  const ServicesPtr& services = static_cast<HostTable*>(ctx)->services_;
  std::string_view text;
  if (got == nullptr || read_text(path, text) != nullptr || text.empty() || hidden.count > kMaxHidden ||
      (hidden.count > 0 && (hidden.data == nullptr || hidden.stride < sizeof(solder_str)))) {
    return SOLDER_INVALID_ARGUMENT;
  }
  if (!services) return SOLDER_UNAVAILABLE;
  try {
    std::set<std::string> names;
    for (uint64_t i = 0; i < hidden.count; ++i) {
      std::string_view name;
      if (read_text(*SOLDER_AT(solder_str, hidden, i), name) != nullptr) return SOLDER_INVALID_ARGUMENT;
      names.emplace(name);
    }
    const auto document = services->files.document(std::string(text), names);
    got(arg, view(document.ok() ? *document : document.status().message()));
    return document.ok() ? SOLDER_OK : SOLDER_FAILED_PRECONDITION;
  } catch (...) {
    return SOLDER_RESOURCE_EXHAUSTED;  // nothing may be thrown into a plugin
  }
}

// Who brings objects may lead by them; not every host offers that, so it is nothing that one can need.
std::set<std::string> services_of(const Manifest& manifest) {
  std::set<std::string> out(manifest.needs.begin(), manifest.needs.end());
  if (out.count(SOLDER_SVC_OBJECTS) != 0) out.insert(SOLDER_SVC_LEASE);
  return out;
}

bool has_service(std::string_view id) {
  return id == SOLDER_SVC_LOOP || id == SOLDER_SVC_HTTP || id == SOLDER_SVC_PUBLISH || id == SOLDER_SVC_OBJECTS ||
         id == SOLDER_SVC_FILES || id == SOLDER_SVC_SETTINGS || id == SOLDER_SVC_LEASE;
}

namespace {

SettingsBook* book_of(const HostTable::Listeners& listeners) {
  if (listeners.objects != nullptr) return listeners.objects->settings();
  return listeners.discovery == nullptr ? nullptr : listeners.discovery->settings();
}

}  // namespace

HostTable::HostTable(PluginIdentity identity, std::mutex& strand, ServicesPtr services, Listeners listeners)
    : identity_(std::move(identity)),
      timers_(identity_.name, strand),
      requests_(timers_, services),
      settings_(timers_, book_of(listeners)),
      publications_(identity_.name, listeners.discovery),
      objects_(identity_.name, listeners.objects),
      services_(std::move(services)),
      files_{sizeof(solder_svc_files), 0, this, &read_file},
      table_{sizeof(solder_host),
             0,
             SOLDER_ABI_MAJOR,
             SOLDER_ABI_MINOR,
             view(kHostName),
             view(kHostVersion),
             this,
             &service,
             &log,
             view(identity_.copy),
             view(identity_.original)} {}

void HostTable::serve(bool serving) {
  if (serving) {
    timers_.open();
  } else {
    timers_.pause();
  }
}

void HostTable::close() {
  requests_.close();
  settings_.close();
  timers_.close();
}

}  // namespace solder::host
