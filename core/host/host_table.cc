#include "core/host/host_table.h"

#include <spdlog/spdlog.h>

#include "core/host/abi_text.h"

namespace solder::host {

namespace {

constexpr std::string_view kHostName = "solder";
constexpr std::string_view kHostVersion = SOLDER_VERSION;
constexpr size_t kMaxLogLine = 4096;

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
  if (host.identity_.apart) {
    log(ctx, SOLDER_LOG_WARNING,
        view("it asks for a host service, which a plugin in a process of its own is not given"));
    return nullptr;
  }
  if (text == SOLDER_SVC_HTTP) return host.requests_.table();
  if (text == SOLDER_SVC_PUBLISH) return host.publications_.table();
  return host.timers_.table();
}

void HostTable::log(void* ctx, uint32_t level, solder_str message) {
  const std::string& plugin = static_cast<HostTable*>(ctx)->identity_.name;
  std::string_view text;
  if (read_bytes(message, text) != nullptr) text = "(a log message that cannot be read)";
  // Nothing may be thrown into a plugin.
  try {
    spdlog::log(log_level(level), "[{}] {}", plugin, printable(text.substr(0, kMaxLogLine)));
  } catch (...) {
  }
}

bool has_service(std::string_view id) {
  return id == SOLDER_SVC_LOOP || id == SOLDER_SVC_HTTP || id == SOLDER_SVC_PUBLISH;
}

HostTable::HostTable(PluginIdentity identity, std::mutex& strand, ServicesPtr services, DiscoveryListener* listener)
    : identity_(std::move(identity)),
      timers_(identity_.name, strand),
      requests_(timers_, std::move(services)),
      publications_(identity_.name, listener),
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
  timers_.close();
}

}  // namespace solder::host
