#include "core/config/schema.h"

#include <re2/re2.h>

#include <array>
#include <cctype>

namespace solder::config {

namespace {

using nlohmann::json;

class Compiler {
 public:
  Compiler(const json& root, const ClaimedKeys& claims) : root_(root), claims_(claims) {}

  base::Result<SchemaPtr> compile(const json& schema, int depth) {
    if (depth > 64) return base::invalid_argument("the schema is nested too deep or refers to itself");
    if (schema.is_boolean()) {
      if (schema.get<bool>()) return SchemaPtr(std::make_shared<Schema>());
      return base::invalid_argument("false is no usable schema here");
    }
    if (!schema.is_object())
      return base::invalid_argument("a schema is an object, found " + schema.dump().substr(0, 60));
    if (const auto ref = schema.find("$ref"); ref != schema.end()) return follow(*ref, depth);
    auto out = std::make_shared<Schema>();
    for (const auto& [keyword, value] : schema.items()) {
      try {
        if (auto status = take(keyword, value, *out, depth); !status.ok()) return status;
      } catch (const json::exception&) {
        return base::invalid_argument("the value of \"" + keyword + "\" is of the wrong type");
      }
    }
    return SchemaPtr(std::move(out));
  }

 private:
  base::Result<SchemaPtr> follow(const json& ref, int depth) {
    const std::string text = ref.is_string() ? ref.get<std::string>() : "";
    if (!text.starts_with("#/$defs/"))
      return base::invalid_argument("$ref must name #/$defs/..., found \"" + text + "\"");
    const json::json_pointer at(text.substr(1));
    if (!root_.contains(at)) return base::invalid_argument("$ref names \"" + text + "\", which is not there");
    return compile(root_.at(at), depth + 1);
  }

  static base::Status type(const std::string& name, Schema& out) {
    static const std::map<std::string, ValueType> kTypes = {
        {"object", ValueType::kObject},   {"array", ValueType::kArray},     {"string", ValueType::kString},
        {"boolean", ValueType::kBoolean}, {"integer", ValueType::kInteger}, {"number", ValueType::kNumber}};
    const auto at = kTypes.find(name);
    if (at == kTypes.end()) return base::invalid_argument("the type \"" + name + "\" is not known");
    out.type = at->second;
    return {};
  }

  base::Status child(const json& schema, std::shared_ptr<const Schema>& into, int depth) {
    auto compiled = compile(schema, depth + 1);
    if (!compiled.ok()) return compiled.status();
    into = *compiled;
    return {};
  }

  base::Status properties(const json& value, Schema& out, int depth) {
    for (const auto& [name, schema] : value.items()) {
      if (auto status = child(schema, out.properties[name], depth); !status.ok()) {
        return base::invalid_argument(name + ": " + status.message());
      }
    }
    return {};
  }

  void claimed(const std::string& scope, Schema& out) {
    out.scope = scope;
    const auto at = claims_.find(scope);
    if (at == claims_.end()) return;
    for (const auto& [key, schema] : at->second) out.properties.try_emplace(key, schema);
  }

  base::Status take(const std::string& keyword, const json& value, Schema& out, int depth) {
    if (keyword == "type") return type(value.get<std::string>(), out);
    if (keyword == "properties") return properties(value, out, depth);
    if (keyword == "items") return child(value, out.items, depth);
    if (keyword == "additionalProperties") {
      if (value.is_boolean() && !value.get<bool>()) return {};
      return child(value, out.additional, depth);
    }
    if (keyword == "pattern") {
      auto pattern = std::make_shared<re2::RE2>(value.get<std::string>(), re2::RE2::Quiet);
      if (!pattern->ok()) return base::invalid_argument("the pattern does not compile: " + pattern->error());
      out.pattern = std::move(pattern);
      return {};
    }
    if (keyword == "x-solder-scope") {
      claimed(value.get<std::string>(), out);
      return {};
    }
    return plain(keyword, value, out);
  }

  static base::Status plain(const std::string& keyword, const json& value, Schema& out) {
    if (keyword == "required") {
      out.required = value.get<std::vector<std::string>>();
    } else if (keyword == "enum") {
      out.values = value.get<std::vector<std::string>>();
    } else if (keyword == "x-solder-oneof") {
      out.oneofs = value.get<std::vector<std::vector<std::string>>>();
    } else if (keyword == "format") {
      out.format = value.get<std::string>();
    } else if (keyword == "minimum") {
      out.minimum = value.get<double>();
    } else if (keyword == "maximum") {
      out.maximum = value.get<double>();
    } else if (keyword == "minLength") {
      out.min_length = value.get<size_t>();
    } else if (keyword == "maxLength") {
      out.max_length = value.get<size_t>();
    } else if (keyword == "minItems") {
      out.min_items = value.get<size_t>();
    } else if (keyword == "maxItems") {
      out.max_items = value.get<size_t>();
    } else if (keyword == "description") {
      out.description = value.get<std::string>();
    } else if (keyword != "title" && keyword != "$defs" && keyword != "default" && keyword != "$schema" &&
               keyword != "examples") {
      return base::invalid_argument("the keyword \"" + keyword + "\" is not supported");
    }
    return {};
  }

  const json& root_;
  const ClaimedKeys& claims_;
};

struct KnownKey {
  std::string_view scope;
  std::string_view key;
  std::string_view plugin;
};

// Keys of Gloo's that plugins beyond the four basic ones bring. Source: Gloo's options protos.
constexpr std::array kKnownKeys = {
    KnownKey{"route", "cors", "cors"},
    KnownKey{"virtual_host", "cors", "cors"},
    KnownKey{"route", "transformations", "transformation"},
    KnownKey{"virtual_host", "transformations", "transformation"},
    KnownKey{"weighted_destination", "transformations", "transformation"},
    KnownKey{"route", "stagedTransformations", "transformation"},
    KnownKey{"virtual_host", "stagedTransformations", "transformation"},
    KnownKey{"weighted_destination", "stagedTransformations", "transformation"},
    KnownKey{"route", "extauth", "ext_auth"},
    KnownKey{"virtual_host", "extauth", "ext_auth"},
    KnownKey{"weighted_destination", "extauth", "ext_auth"},
    KnownKey{"route", "faults", "faults"},
    KnownKey{"route", "tracing", "tracing"},
    KnownKey{"route", "shadowing", "shadowing"},
    KnownKey{"route", "lbHash", "load_balancing"},
    KnownKey{"route", "upgrades", "upgrades"},
    KnownKey{"route", "ratelimit", "rate_limit"},
    KnownKey{"route", "ratelimitBasic", "rate_limit"},
    KnownKey{"route", "rateLimitConfigs", "rate_limit"},
    KnownKey{"virtual_host", "ratelimit", "rate_limit"},
    KnownKey{"virtual_host", "ratelimitBasic", "rate_limit"},
    KnownKey{"virtual_host", "rateLimitConfigs", "rate_limit"},
    KnownKey{"virtual_host", "ratelimitRegular", "rate_limit"},
    KnownKey{"route", "ratelimitRegular", "rate_limit"},
    KnownKey{"route", "jwt", "jwt"},
    KnownKey{"virtual_host", "jwt", "jwt"},
    KnownKey{"route", "rbac", "rbac"},
    KnownKey{"virtual_host", "rbac", "rbac"},
    KnownKey{"route", "waf", "waf"},
    KnownKey{"virtual_host", "waf", "waf"},
    KnownKey{"route", "dlp", "dlp"},
    KnownKey{"virtual_host", "dlp", "dlp"},
    KnownKey{"route", "csrf", "csrf"},
    KnownKey{"virtual_host", "csrf", "csrf"},
    KnownKey{"weighted_destination", "csrf", "csrf"},
    KnownKey{"route", "bufferPerRoute", "buffer"},
    KnownKey{"virtual_host", "bufferPerRoute", "buffer"},
    KnownKey{"weighted_destination", "bufferPerRoute", "buffer"},
    KnownKey{"route", "envoyMetadata", "metadata"},
    KnownKey{"route", "extProc", "ext_proc"},
    KnownKey{"virtual_host", "extProc", "ext_proc"},
    KnownKey{"route", "ai", "ai"},
    KnownKey{"virtual_host", "stats", "stats"},
    KnownKey{"virtual_host", "includeRequestAttemptCount", "routing"},
    KnownKey{"virtual_host", "includeAttemptCountInResponse", "routing"},
    KnownKey{"route", "extensions", "extensions"},
    KnownKey{"virtual_host", "extensions", "extensions"},
    KnownKey{"upstream", "circuitBreakers", "circuit_breakers"},
    KnownKey{"upstream", "loadBalancerConfig", "load_balancing"},
    KnownKey{"upstream", "connectionConfig", "connection"},
    KnownKey{"upstream", "healthChecks", "health_checks"},
    KnownKey{"upstream", "outlierDetection", "outlier_detection"},
    KnownKey{"upstream", "useHttp2", "connection"},
    KnownKey{"upstream", "failover", "failover"},
    KnownKey{"upstream", "initialStreamWindowSize", "connection"},
    KnownKey{"upstream", "initialConnectionWindowSize", "connection"},
    KnownKey{"upstream", "httpProxyHostname", "tunneling"},
    KnownKey{"upstream", "httpConnectHeaders", "tunneling"},
    KnownKey{"upstream", "httpConnectSslConfig", "tunneling"},
    KnownKey{"upstream", "ignoreHealthOnHostRemoval", "health_checks"},
    KnownKey{"upstream", "respectDnsTtl", "connection"},
    KnownKey{"upstream", "dnsRefreshRate", "connection"},
    KnownKey{"upstream", "proxyProtocolVersion", "connection"},
    KnownKey{"upstream", "preconnectPolicy", "connection"},
    KnownKey{"upstream", "disableIstioAutoMtls", "istio"},
    KnownKey{"upstream", "maxConcurrentStreams", "connection"},
    KnownKey{"upstream", "overrideStreamErrorOnInvalidHttpMessage", "connection"},
    KnownKey{"upstream", "kube", "kubernetes"},
    KnownKey{"upstream", "aws", "aws_lambda"},
    KnownKey{"upstream", "awsEc2", "aws_ec2"},
    KnownKey{"upstream", "azure", "azure"},
    KnownKey{"upstream", "consul", "consul"},
    KnownKey{"upstream", "gcp", "gcf"},
    KnownKey{"upstream", "pipe", "pipe"},
    KnownKey{"upstream", "ai", "ai"},
    KnownKey{"gateway", "accessLoggingService", "access_log"},
    KnownKey{"gateway", "perConnectionBufferLimitBytes", "listener_options"},
    KnownKey{"gateway", "socketOptions", "listener_options"},
    KnownKey{"gateway", "proxyProtocol", "listener_options"},
    KnownKey{"gateway", "connectionBalanceConfig", "listener_options"},
    KnownKey{"gateway", "listenerAccessLoggingService", "access_log"},
    KnownKey{"gateway", "tcpStats", "listener_options"},
    KnownKey{"gateway", "extensions", "extensions"},
    KnownKey{"http_gateway", "httpConnectionManagerSettings", "hcm"},
    KnownKey{"http_gateway", "grpcWeb", "grpc_web"},
    KnownKey{"http_gateway", "healthCheck", "health_check"},
    KnownKey{"http_gateway", "gzip", "gzip"},
    KnownKey{"http_gateway", "waf", "waf"},
    KnownKey{"http_gateway", "caching", "caching"},
    KnownKey{"http_gateway", "wasm", "wasm"},
    KnownKey{"http_gateway", "buffer", "buffer"},
    KnownKey{"http_gateway", "csrf", "csrf"},
    KnownKey{"http_gateway", "extauth", "ext_auth"},
    KnownKey{"http_gateway", "extProc", "ext_proc"},
    KnownKey{"http_gateway", "ratelimitServer", "rate_limit"},
    KnownKey{"http_gateway", "httpLocalRatelimit", "rate_limit"},
    KnownKey{"http_gateway", "networkLocalRatelimit", "rate_limit"},
    KnownKey{"http_gateway", "dynamicForwardProxy", "dynamic_forward_proxy"},
    KnownKey{"http_gateway", "router", "hcm"},
    KnownKey{"http_gateway", "headerValidationSettings", "hcm"},
    KnownKey{"http_gateway", "proxyLatency", "proxy_latency"},
    KnownKey{"http_gateway", "sanitizeClusterHeader", "hcm"},
    KnownKey{"http_gateway", "leftmostXffAddress", "hcm"},
    KnownKey{"http_gateway", "dlp", "dlp"},
    KnownKey{"http_gateway", "disableExtProc", "ext_proc"},
    KnownKey{"http_gateway", "connectionLimit", "connection_limit"},
    KnownKey{"http_gateway", "statefulSession", "stateful_session"},
    KnownKey{"http_gateway", "extensions", "extensions"},
};

}  // namespace

std::string to_lower_camel(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_' && !out.empty()) {
      up = true;
      continue;
    }
    out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    up = false;
  }
  return out;
}

base::Result<SchemaPtr> compile_schema(const json& schema, const ClaimedKeys& claims) {
  return Compiler(schema, claims).compile(schema, 0);
}

std::string plugin_for_key(std::string_view scope, std::string_view key) {
  for (const auto& known : kKnownKeys) {
    if (known.scope == scope && known.key == key) return std::string(known.plugin);
  }
  return "";
}

}  // namespace solder::config
