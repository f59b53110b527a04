#include "core/host/host_table.h"

#include <spdlog/spdlog.h>

#include "core/host/abi_text.h"

namespace solder::host {

namespace {

constexpr std::string_view kHostName = "solder";
constexpr std::string_view kHostVersion = SOLDER_VERSION;
constexpr size_t kMaxLogLine = 4096;

const void* service(void*, solder_str id) {
  std::string_view text;
  return read_text(id, text) == nullptr ? find_service(text) : nullptr;
}

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

void log(void* ctx, uint32_t level, solder_str message) {
  const auto& plugin = *static_cast<const std::string*>(ctx);
  std::string_view text;
  if (read_bytes(message, text) != nullptr) text = "(a log message that cannot be read)";
  // Nothing may be thrown into a plugin.
  try {
    spdlog::log(log_level(level), "[{}] {}", plugin, printable(text.substr(0, kMaxLogLine)));
  } catch (...) {
  }
}

}  // namespace

const void* find_service(std::string_view) { return nullptr; }

HostTable::HostTable(std::string plugin, std::string copy, std::string original)
    : plugin_(std::move(plugin)),
      copy_(std::move(copy)),
      original_(std::move(original)),
      table_{sizeof(solder_host),
             0,
             SOLDER_ABI_MAJOR,
             SOLDER_ABI_MINOR,
             view(kHostName),
             view(kHostVersion),
             &plugin_,
             &service,
             &log,
             view(copy_),
             view(original_)} {}

}  // namespace solder::host
