// What a route does to a request on its way: timeouts, retries, rewrites of path and host; and a virtual host's
// retries. As in Gloo these are for routes that forward; a redirect or a direct response takes no notice of them.
// Source: Gloo's RouteOptions and VirtualHostOptions; Envoy RouteAction. Tested by plugins/routing/testdata.
#include "retry_policy.h"
#include "rewrites.h"
#include "solder/envoy_fields.h"

namespace solder::plugins::routing {

namespace route = envoy::config::route::v3;
using sdk::Json;
using sdk::Message;

namespace {

Message max_stream_duration(const Json& value, sdk::Out& out) {
  namespace fields = route::RouteAction::MaxStreamDuration;
  Message message;
  const auto add = [&](const char* key, uint32_t field) {
    const auto duration = sdk::get_duration(value, key);
    if (!duration || !check_duration(sdk::get_string(value, key), "/" + std::string(key), out)) return;
    message.add_duration(field, *duration);
  };
  add("maxStreamDuration", fields::kMaxStreamDuration);
  add("grpcTimeoutHeaderMax", fields::kGrpcTimeoutHeaderMax);
  add("grpcTimeoutHeaderOffset", fields::kGrpcTimeoutHeaderOffset);
  return message;
}

Message timeout(uint32_t field, const Json& value, sdk::Out& out) {
  const auto& text = value.get_ref<const std::string&>();
  const auto duration = sdk::parse_duration(text);
  Message message;
  if (duration && check_duration(text, "", out)) message.add_duration(field, *duration);
  return message;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const bool virtual_host = in.scope == SOLDER_SCOPE_VIRTUAL_HOST;
    if (!virtual_host && in.action != SOLDER_ACTION_FORWARD) return;
    const Message message = virtual_host ? of_virtual_host(in.key, value, out) : of_route(in, value, out);
    if (!out.failed() && !message.empty()) out.fragment(virtual_host ? "virtual_host" : "route_action", message);
  }

 private:
  static Message of_virtual_host(std::string_view key, const Json& value, sdk::Out& out) {
    Message message;
    if (key == "retries") return message.add_message(route::VirtualHost::kRetryPolicy, retry_policy(value, out));
    return message.add_bool(key == "includeRequestAttemptCount" ? route::VirtualHost::kIncludeRequestAttemptCount
                                                                : route::VirtualHost::kIncludeAttemptCountInResponse,
                            value.get<bool>());
  }

  static Message of_route(const sdk::OptionInput& in, const Json& value, sdk::Out& out) {
    Message message;
    if (is_rewrite(in.key)) return rewrite_of(in.key, value, sdk::parse_json(in.options_json), out);
    if (in.key == "timeout") return timeout(route::RouteAction::kTimeout, value, out);
    if (in.key == "idleTimeout") return timeout(route::RouteAction::kIdleTimeout, value, out);
    if (in.key == "retries") return message.add_message(route::RouteAction::kRetryPolicy, retry_policy(value, out));
    if (in.key == "maxStreamDuration")
      return message.add_message(route::RouteAction::kMaxStreamDuration, max_stream_duration(value, out));
    return message;
  }
};

}  // namespace solder::plugins::routing

SOLDER_PLUGIN(solder::plugins::routing::Plugin, "routing", "1.0.0")
