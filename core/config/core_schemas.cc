#include "core/config/core_schemas.h"

#include <array>

#define SOLDER_SCHEMA(name)                     \
  extern "C" const char solder_schema_##name[]; \
  extern "C" const char solder_schema_##name##_end[]

SOLDER_SCHEMA(defs);
SOLDER_SCHEMA(virtual_service);
SOLDER_SCHEMA(route_table);
SOLDER_SCHEMA(route_option);
SOLDER_SCHEMA(virtual_host_option);
SOLDER_SCHEMA(gateway);
SOLDER_SCHEMA(matchable_http_gateway);
SOLDER_SCHEMA(matchable_tcp_gateway);
SOLDER_SCHEMA(listener_option);
SOLDER_SCHEMA(http_listener_option);
SOLDER_SCHEMA(upstream);
SOLDER_SCHEMA(upstream_group);
SOLDER_SCHEMA(settings);
SOLDER_SCHEMA(secret);

namespace solder::config {

namespace {

struct Text {
  std::string_view name;
  const char* begin;
  const char* end;
};

#define SOLDER_TEXT(name) \
  { #name, solder_schema_##name, solder_schema_##name##_end }
const std::array<Text, 14> kTexts{
    {SOLDER_TEXT(defs), SOLDER_TEXT(virtual_service), SOLDER_TEXT(route_table), SOLDER_TEXT(route_option),
     SOLDER_TEXT(virtual_host_option), SOLDER_TEXT(gateway), SOLDER_TEXT(matchable_http_gateway),
     SOLDER_TEXT(matchable_tcp_gateway), SOLDER_TEXT(listener_option), SOLDER_TEXT(http_listener_option),
     SOLDER_TEXT(upstream), SOLDER_TEXT(upstream_group), SOLDER_TEXT(settings), SOLDER_TEXT(secret)}};
#undef SOLDER_TEXT

}  // namespace

std::string_view core_schema(std::string_view name) {
  for (const Text& text : kTexts) {
    if (text.name == name) return {text.begin, static_cast<size_t>(text.end - text.begin)};
  }
  return {};
}

}  // namespace solder::config
