#include "processor.h"

#include <re2/re2.h>

#include "solder/sdk/checked.hpp"
#include "solder/sdk/cluster_name.hpp"

namespace solder::plugins::ext_proc {

using sdk::Json;

namespace {

constexpr sdk::Duration kLongest{3600, 0};
// Where Gloo lets a processor write.
constexpr const char* kWritable[] = {"envoy.filters.http.ext_proc.encoder", "envoy.filters.http.ext_proc.decoder"};

void copy(const Json& from, std::initializer_list<const char*> names, Json& to) {
  for (const char* name : names) {
    if (const Json* value = sdk::find(from, name)) to[name] = *value;
  }
}

Json envoy_grpc(const Json& service, const std::string& field, sdk::Out& out) {
  const Json ref = service.value("extProcServerRef", Json::object());
  const std::string name = sdk::get_string(ref, "name"), ns = sdk::get_string(ref, "namespace");
  if (name.empty()) {
    out.error({field + "/extProcServerRef", "MissingField", "a processor is an upstream", "",
               "name and namespace of an Upstream"});
    return Json::object();
  }
  const sdk::Ref upstream{"Upstream", ns, name};
  if (!out.lookup(upstream)) {
    out.warning({field + "/extProcServerRef", "UpstreamNotFound",
                 "Upstream " + ns + "/" + name + " is not there; until it comes the processor fails", ns + "/" + name,
                 "", upstream});
  }
  Json grpc{{"clusterName", sdk::cluster_name(upstream)}};
  copy(service, {"authority"}, grpc);
  if (const Json* retries = sdk::find(service, "retryPolicy")) grpc["retryPolicy"] = *retries;
  return grpc;
}

Json grpc_service(const Json& service, const std::string& field, sdk::Out& out) {
  Json result{{"envoyGrpc", envoy_grpc(service, field, out)}};
  if (sdk::checked_duration(service, "timeout", sdk::Least::kZero, field, out)) copy(service, {"timeout"}, result);
  copy(service, {"initialMetadata"}, result);
  return result;
}

void add_timeouts(const Json& settings, Json& config, sdk::Out& out) {
  for (const char* name : {"messageTimeout", "maxMessageTimeout"}) {
    const auto duration = sdk::checked_duration(settings, name, sdk::Least::kZero, "", out);
    if (!duration) continue;
    if (*duration > kLongest)
      out.error({std::string("/") + name, "InvalidDuration", "a processor may take an hour at most",
                 sdk::get_string(settings, name), "0s to 3600s"});
    copy(settings, {name}, config);
  }
  const auto usual = sdk::get_duration(settings, "messageTimeout");
  const auto most = sdk::get_duration(settings, "maxMessageTimeout");
  if (usual && most && *usual > *most) {
    out.error({"/maxMessageTimeout", "InvalidDuration", "the longest timeout is below messageTimeout",
               sdk::get_string(settings, "maxMessageTimeout"),
               sdk::get_string(settings, "messageTimeout") + " or more"});
  }
}

Json regex(const Json& value, const std::string& field, sdk::Out& out) {
  const std::string text = sdk::get_string(value, "regex");
  const re2::RE2 expression(text, re2::RE2::Quiet);
  if (!expression.ok())
    out.error({field + "/regex", "InvalidRegex", "this is no regular expression of RE2: " + expression.error(), text});
  return {{"regex", text}};
}

void add_mutation_rules(const Json& settings, Json& config, sdk::Out& out) {
  const Json* rules = sdk::find(settings, "mutationRules");
  if (rules == nullptr) return;
  Json& to = config["mutationRules"] = Json::object();
  copy(*rules, {"allowAllRouting", "allowEnvoy", "disallowSystem", "disallowAll", "disallowIsError"}, to);
  for (const char* name : {"allowExpression", "disallowExpression"}) {
    if (const Json* one = sdk::find(*rules, name)) to[name] = regex(*one, std::string("/mutationRules/") + name, out);
  }
}

void add_forward_rules(const Json& settings, Json& config, sdk::Out& out) {
  const Json* rules = sdk::find(settings, "forwardRules");
  if (rules == nullptr) return;
  Json& to = config["forwardRules"] = Json::object();
  for (const char* name : {"allowedHeaders", "disallowedHeaders"}) {
    const Json* list = sdk::find(*rules, name);
    if (list == nullptr) continue;
    const Json patterns = list->value("patterns", Json::array());
    Json& into = to[name]["patterns"] = Json::array();
    for (size_t i = 0; i < patterns.size(); ++i) {
      Json pattern = patterns[i];
      const std::string at = std::string("/forwardRules/") + name + "/patterns/" + std::to_string(i);
      if (const Json* expression = sdk::find(pattern, "safeRegex"))
        pattern["safeRegex"] = regex(*expression, at + "/safeRegex", out);
      if (pattern.size() == (pattern.contains("ignoreCase") ? 1u : 0u))
        out.error({at, "MissingField", "this does not say what a header's name is like", "",
                   "exact, prefix, suffix or safeRegex"});
      into.push_back(std::move(pattern));
    }
  }
}

// Which metadata the processor is told.
Json forwarded(const Json& settings) {
  Json namespaces = Json::object();
  if (const Json* list = sdk::find(settings, "metadataContextNamespaces")) namespaces["untyped"] = *list;
  if (const Json* list = sdk::find(settings, "typedMetadataContextNamespaces")) namespaces["typed"] = *list;
  return namespaces;
}

void refuse_async(const Json& settings, const std::string& field, sdk::Out& out) {
  if (!sdk::get_bool(settings, "asyncMode").value_or(false)) return;
  out.warning({field + "/asyncMode", "NotServed", "Envoy always waits for a processor's answer", "true", "false"});
}

}  // namespace

Json processor(const Json& settings, sdk::Out& out) {
  Json config = Json::object();
  if (const Json* service = sdk::find(settings, "grpcService"))
    config["grpcService"] = grpc_service(*service, "/grpcService", out);
  else
    out.error({"/grpcService", "MissingField", "no processor is named", "", "grpcService.extProcServerRef"});
  copy(settings,
       {"failureModeAllow", "processingMode", "requestAttributes", "responseAttributes", "statPrefix",
        "disableClearRouteCache", "filterMetadata", "allowModeOverride"},
       config);
  refuse_async(settings, "", out);
  add_timeouts(settings, config, out);
  add_mutation_rules(settings, config, out);
  add_forward_rules(settings, config, out);
  config["metadataOptions"]["receivingNamespaces"]["untyped"] = kWritable;
  if (Json namespaces = forwarded(settings); !namespaces.empty())
    config["metadataOptions"]["forwardingNamespaces"] = std::move(namespaces);
  return config;
}

Json changes(const Json& value, sdk::Out& out) {
  if (const auto disabled = sdk::get_bool(value, "disabled")) {
    if (!*disabled)
      out.error({"/disabled", "InvalidValue", "Envoy can switch the processor off here, but not on", "false",
                 "true, or overrides"});
    return {{"disabled", true}};
  }
  const Json* given = sdk::find(value, "overrides");
  if (given == nullptr) return nullptr;
  Json overrides = Json::object();
  copy(*given, {"processingMode", "requestAttributes", "responseAttributes"}, overrides);
  refuse_async(*given, "/overrides", out);
  if (const Json* service = sdk::find(*given, "grpcService"))
    overrides["grpcService"] = grpc_service(*service, "/overrides/grpcService", out);
  if (Json namespaces = forwarded(*given); !namespaces.empty())
    overrides["metadataOptions"]["forwardingNamespaces"] = std::move(namespaces);
  return {{"overrides", std::move(overrides)}};
}

}  // namespace solder::plugins::ext_proc
