// HTTP/1 or HTTP/2 to the upstream. Everything goes into HttpProtocolOptions, the one place that Envoy looks at once
// any plugin fills it; Gloo's older fields of the cluster would then be ignored.
#include "parts.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"

namespace solder::plugins::connection {

namespace core = envoy::config::core::v3;
namespace http = envoy::extensions::upstreams::http::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr std::string_view kSlot = "http_protocol_options";
constexpr std::string_view kPreserveCase = "envoy.http.stateful_header_formatters.preserve_case";
constexpr std::string_view kPreserveCaseUrl =
    "type.googleapis.com/envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig";
constexpr uint64_t kSmallestWindow = 65535, kLargest = 2147483647;

bool follows_client(const Json& options) {
  return sdk::get_string(options, "protocolSelection") == "USE_DOWNSTREAM_PROTOCOL";
}

bool uses_http2(const Json& options) { return sdk::get_bool(options, "useHttp2").value_or(false); }

// The options of one version of HTTP, where the selected way of choosing the version has them.
Message of_version(const Json& options, uint32_t explicit_field, uint32_t downstream_field, const Message& version) {
  if (follows_client(options)) {
    return Message().add_message(http::HttpProtocolOptions::kUseDownstreamProtocolConfig,
                                 Message().add_message(downstream_field, version));
  }
  return Message().add_message(http::HttpProtocolOptions::kExplicitHttpConfig,
                               Message().add_message(explicit_field, version));
}

Message http1(const Json& options, const Message& version) {
  return of_version(options, http::HttpProtocolOptions::ExplicitHttpConfig::kHttpProtocolOptions,
                    http::HttpProtocolOptions::UseDownstreamHttpConfig::kHttpProtocolOptions, version);
}

Message http2(const Json& options, const Message& version) {
  return of_version(options, http::HttpProtocolOptions::ExplicitHttpConfig::kHttp2ProtocolOptions,
                    http::HttpProtocolOptions::UseDownstreamHttpConfig::kHttp2ProtocolOptions, version);
}

void select(const Json& options, sdk::Out& out) {
  if (!follows_client(options)) return;
  namespace downstream = http::HttpProtocolOptions::UseDownstreamHttpConfig;
  Message both;
  both.add_message(downstream::kHttpProtocolOptions, {}).add_message(downstream::kHttp2ProtocolOptions, {});
  out.fragment(kSlot, Message().add_message(http::HttpProtocolOptions::kUseDownstreamProtocolConfig, both));
}

void number(uint32_t field, uint64_t least, const Json& value, const Json& options, sdk::Out& out) {
  const uint64_t number = value.get<uint64_t>();
  if (number < least || number > kLargest) {
    return out.error({"", "InvalidValue", "HTTP/2 does not allow this value", std::to_string(number),
                      std::to_string(least) + " to " + std::to_string(kLargest)});
  }
  out.fragment(kSlot, http2(options, Message().add_uint_value(field, number)));
}

Message header_format(const Json& value) {
  namespace format = core::Http1ProtocolOptions::HeaderKeyFormat;
  Message message;
  if (sdk::get_bool(value, "properCaseHeaderKeyFormat").value_or(false)) {
    message.add_message(format::kProperCaseWords, {});
  } else if (sdk::get_bool(value, "preserveCaseHeaderKeyFormat").value_or(false)) {
    message.add_message(format::kStatefulFormatter,
                        Message()
                            .add_string(core::TypedExtensionConfig::kName, kPreserveCase)
                            .add_any(core::TypedExtensionConfig::kTypedConfig, kPreserveCaseUrl, {}));
  }
  return message;
}

Message http1_options(const Json& value) {
  namespace fields = core::Http1ProtocolOptions;
  Message message;
  if (sdk::get_bool(value, "enableTrailers").value_or(false)) message.add_bool(fields::kEnableTrailers, true);
  if (const Message format = header_format(value); !format.empty())
    message.add_message(fields::kHeaderKeyFormat, format);
  if (const auto lenient = sdk::get_bool(value, "overrideStreamErrorOnInvalidHttpMessage"))
    message.add_bool_value(fields::kOverrideStreamErrorOnInvalidHttpMessage, *lenient);
  return message;
}

void add_common(Message& message, const Json& value, sdk::Out& out) {
  namespace fields = core::HttpProtocolOptions;
  const std::string field = "/commonHttpProtocolOptions";
  if (const auto idle = sdk::checked_duration(value, "idleTimeout", sdk::Least::kZero, field, out))
    message.add_duration(fields::kIdleTimeout, *idle);
  if (const auto longest = sdk::checked_duration(value, "maxStreamDuration", sdk::Least::kZero, field, out))
    message.add_duration(fields::kMaxStreamDuration, *longest);
  if (const uint64_t count = sdk::get_uint(value, "maxHeadersCount").value_or(0); count > 0)
    message.add_uint_value(fields::kMaxHeadersCount, count);
  namespace actions = fields::HeadersWithUnderscoresAction;
  const std::string action = sdk::get_string(value, "headersWithUnderscoresAction");
  if (action == "REJECT_REQUEST") message.add_enum(fields::kHeadersWithUnderscoresAction, actions::kREJECT_REQUEST);
  if (action == "DROP_HEADER") message.add_enum(fields::kHeadersWithUnderscoresAction, actions::kDROP_HEADER);
}

}  // namespace

void http2_option(std::string_view key, const Json& value, const Json& options, sdk::Out& out) {
  namespace fields = core::Http2ProtocolOptions;
  if (key == "protocolSelection") return select(options, out);
  if (key == "useHttp2") {
    if (value.get<bool>()) out.fragment(kSlot, http2(options, {}));
    return;
  }
  if (!uses_http2(options)) {  // as Gloo, which looks at these beside useHttp2 only
    return out.info({"", "NoEffect", "this has an effect beside `useHttp2: true` only", "", "useHttp2: true"});
  }
  if (key == "initialStreamWindowSize")
    return number(fields::kInitialStreamWindowSize, kSmallestWindow, value, options, out);
  if (key == "initialConnectionWindowSize")
    return number(fields::kInitialConnectionWindowSize, kSmallestWindow, value, options, out);
  if (key == "maxConcurrentStreams") return number(fields::kMaxConcurrentStreams, 1, value, options, out);
  out.fragment(kSlot, http2(options, Message().add_bool_value(fields::kOverrideStreamErrorOnInvalidHttpMessage,
                                                              value.get<bool>())));
}

void http_options(const Json& config, const Json& options, sdk::Out& out) {
  Message common;
  if (const uint64_t requests = sdk::get_uint(config, "maxRequestsPerConnection").value_or(0); requests > 0)
    common.add_uint_value(core::HttpProtocolOptions::kMaxRequestsPerConnection, requests);
  if (const Json* value = sdk::find(config, "commonHttpProtocolOptions")) add_common(common, *value, out);
  if (!common.empty())
    out.fragment(kSlot, Message().add_message(http::HttpProtocolOptions::kCommonHttpProtocolOptions, common));
  const Json* value = sdk::find(config, "http1ProtocolOptions");
  if (value == nullptr) return;
  if (uses_http2(options) && !follows_client(options)) {
    return out.error({"/http1ProtocolOptions", "OneofConflict",
                      "options of HTTP/1 and useHttp2 go together only where the protocol is the client's", "",
                      "protocolSelection: USE_DOWNSTREAM_PROTOCOL"});
  }
  out.fragment(kSlot, http1(options, http1_options(*value)), "/http1ProtocolOptions");
}

}  // namespace solder::plugins::connection
