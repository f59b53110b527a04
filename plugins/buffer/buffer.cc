// buffer on gateways, bufferPerRoute below: Envoy's buffer filter. Source: Gloo's options, which are Envoy's Buffer and
// BufferPerRoute. Tested by plugins/buffer/testdata and tests/e2e/policies_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::buffer {

using sdk::Json;

namespace {

constexpr const char* kFilter = "envoy.filters.http.buffer";
constexpr const char* kType = "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer";
constexpr const char* kPerRouteType = "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute";

bool has_limit(const Json& buffer, const std::string& field, sdk::Out& out) {
  if (sdk::get_uint(buffer, "maxRequestBytes").value_or(0) > 0) return true;
  out.error({field + "/maxRequestBytes", "InvalidValue", "a buffer must hold at least one byte",
             std::to_string(sdk::get_uint(buffer, "maxRequestBytes").value_or(0)), "1 or more"});
  return false;
}

void per_route(const Json& value, sdk::Out& out) {
  const Json* buffer = sdk::find(value, "buffer");
  const bool disabled = sdk::get_bool(value, "disabled").value_or(false);
  if (buffer == nullptr && !disabled) {
    return out.error({"", "MissingField", "this must say what holds here", "", "disabled: true, or buffer"});
  }
  if (buffer != nullptr && !has_limit(*buffer, "/buffer", out)) return;
  out.fragment_json(std::string("per_filter/") + kFilter, value.dump(), kPerRouteType);
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    if (in.scope != SOLDER_SCOPE_HTTP_GATEWAY) return per_route(value, out);
    if (has_limit(value, "", out)) out.filter_json("route", kFilter, kType, value.dump());
  }
};

}  // namespace solder::plugins::buffer

SOLDER_PLUGIN(solder::plugins::buffer::Plugin, "buffer", "1.0.0")
