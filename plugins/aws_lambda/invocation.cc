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

}  // namespace

void invoke_functions(sdk::Out& out) {
  std::string text;
  for (const std::string_view part : {k_json, k_wrap, k_unwrap, k_invoke}) text.append(part);
  out.upstream_filter(kStage, kInvokeFilter, kLuaUrl, script(text), kInvokeWeight);
  out.upstream_filter(kStage, kGuardFilter, kLuaUrl, script(std::string(k_guard)), kGuardWeight);
}

void tell_invocation(const sdk::Json& context, std::string_view field, sdk::Out& out) {
  out.per_filter(kInvokeFilter, kPerRouteUrl,
                 Message().add_message(lua::LuaPerRoute::kFilterContext, sdk::to_struct(context)), field);
}

}  // namespace solder::plugins::aws_lambda
