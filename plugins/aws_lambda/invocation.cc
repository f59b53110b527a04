#include "invocation.h"

#include "solder/envoy_fields.h"

namespace solder::plugins::aws_lambda {

namespace lua = envoy::extensions::filters::http::lua::v3;
namespace core = envoy::config::core::v3;
using sdk::Message;

namespace {

#include "scripts.inc"

constexpr std::string_view kInvokeFilter = "solder.aws_lambda.invoke";
constexpr std::string_view kGuardFilter = "solder.aws_lambda.guard";
constexpr std::string_view kLuaUrl = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";
constexpr std::string_view kPerRouteUrl = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute";

Message script(const std::string& text) {
  Message source;
  source.add_string(core::DataSource::kInlineString, text);
  return Message().add_message(lua::Lua::kDefaultSourceCode, source);
}

// Texts as Lua's, whatever stands in them.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const unsigned char c : text) {
    if (c < 0x20 || c == '"' || c == '\\') {
      out += "\\" + std::string(3 - std::to_string(c).size(), '0') + std::to_string(c);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + "\"";
}

std::string table(const sdk::Json& standard) {
  std::string out = "\nlocal standard = {";
  for (const auto& [name, value] : standard.items())
    out += name + " = " + (value.is_string() ? quoted(value.get<std::string>()) : value.dump()) + ", ";
  return out + "}\n";
}

}  // namespace

void invoke_functions(const sdk::Json& standard, sdk::Out& out) {
  std::string text = table(standard);
  for (const std::string_view part : {k_idempotency_key, k_json, k_wrap, k_unwrap, k_invoke}) text.append(part);
  out.upstream_filter(kStage, kInvokeFilter, kLuaUrl, script(text), kInvokeWeight);
  out.upstream_filter(kStage, kGuardFilter, kLuaUrl, script(std::string(k_guard)), kGuardWeight);
}

void tell_invocation(const sdk::Json& context, std::string_view field, sdk::Out& out) {
  out.per_filter(kInvokeFilter, kPerRouteUrl,
                 Message().add_message(lua::LuaPerRoute::kFilterContext, sdk::to_struct(context)), field);
}

}  // namespace solder::plugins::aws_lambda
