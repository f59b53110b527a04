#include "core/config/core_schemas.h"

#define SOLDER_SCHEMA(name)                     \
  extern "C" const char solder_schema_##name[]; \
  extern "C" const char solder_schema_##name##_end[]

SOLDER_SCHEMA(virtual_service);
SOLDER_SCHEMA(gateway);
SOLDER_SCHEMA(upstream);
SOLDER_SCHEMA(settings);
SOLDER_SCHEMA(secret);

namespace solder::config {

namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

}  // namespace

std::string_view core_schema(std::string_view name) {
  if (name == "virtual_service") return between(solder_schema_virtual_service, solder_schema_virtual_service_end);
  if (name == "gateway") return between(solder_schema_gateway, solder_schema_gateway_end);
  if (name == "upstream") return between(solder_schema_upstream, solder_schema_upstream_end);
  if (name == "settings") return between(solder_schema_settings, solder_schema_settings_end);
  if (name == "secret") return between(solder_schema_secret, solder_schema_secret_end);
  return {};
}

}  // namespace solder::config
