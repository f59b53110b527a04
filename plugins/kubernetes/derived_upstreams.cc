// The Upstreams that Gloo makes of a Service: one for each port, in memory, named "kube-svc:<namespace>-<name>-<port>",
// which is what a route's `kube` destination leads to; and those that its discovery writes, where that is asked for.
// Annotations of the Service set up both. Source: Gloo's service converters.
#include <algorithm>

#include "service.h"
#include "solder/sdk/service_name.hpp"

namespace solder::plugins::kubernetes {

namespace {

constexpr const char* kHttp2 = "gloo.solo.io/h2_service";
constexpr const char* kConfig = "gloo.solo.io/upstream_config";
constexpr const char* kDeepMerge = "gloo.solo.io/upstream_config.deep_merge";
constexpr const char* kSecret = "gloo.solo.io/sslService.secret";
constexpr const char* kCertificate = "gloo.solo.io/sslService.tlsCert";
constexpr const char* kKey = "gloo.solo.io/sslService.tlsKey";
constexpr const char* kRootCa = "gloo.solo.io/sslService.rootCa";

std::string annotation(const Labels& annotations, const char* name) {
  const auto at = annotations.find(name);
  return at == annotations.end() ? std::string() : at->second;
}

// "mysecret" is for all ports, "443:mysecret" for that one.
std::string for_port(const std::string& value, uint64_t port) {
  const size_t colon = value.find(':');
  if (colon == std::string::npos || value.find(':', colon + 1) != std::string::npos) return value;
  return value.substr(0, colon) == std::to_string(port) ? value.substr(colon + 1) : std::string();
}

// What is said of one Service stands above what is said of all, and both above what the port says by itself.
std::optional<bool> use_http2(const Labels& annotations, const Labels& everywhere, const ServicePort& port) {
  for (const Labels* each : {&annotations, &everywhere}) {
    const std::string said = annotation(*each, kHttp2);
    if (said == "true" || said == "false") return said == "true";
  }
  if (port.app_protocol == "kubernetes.io/h2c" || port.app_protocol == "grpc") return true;
  for (const char* prefix : {"grpc", "h2", "http2"}) {
    if (port.name.starts_with(prefix)) return true;
  }
  return std::nullopt;
}

sdk::Json ssl_config(const Labels& annotations, const std::string& ns, uint64_t port) {
  const auto value = [&](const char* name) { return for_port(annotation(annotations, name), port); };
  if (const std::string secret = value(kSecret); !secret.empty()) {
    return {{"secretRef", {{"name", secret}, {"namespace", ns}}}};
  }
  sdk::Json files;
  if (const std::string path = value(kCertificate); !path.empty()) files["tlsCert"] = path;
  if (const std::string path = value(kKey); !path.empty()) files["tlsKey"] = path;
  if (const std::string path = value(kRootCa); !path.empty()) files["rootCa"] = path;
  return files.is_null() ? sdk::Json() : sdk::Json{{"sslFiles", files}};
}

std::string lower_camel(const std::string& name) {
  std::string out;
  bool upper = false;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out.push_back(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    upper = false;
  }
  return out;
}

// The annotation is an Upstream's spec, whose members take the place of what follows from the Service, or are merged
// into it.
void apply_config(const Labels& annotations, const char* where, sdk::Json& spec, sdk::Out& out) {
  const std::string text = annotation(annotations, kConfig);
  if (text.empty()) return;
  const sdk::Json config = sdk::parse_json(text);
  if (!config.is_object()) {
    return out.warning({where + sdk::pointer_step(kConfig), "InvalidAnnotation",
                        "the annotation is not read, as it is no JSON object", text,
                        "the spec of an Upstream as JSON"});
  }
  const bool deep = annotation(annotations, kDeepMerge) == "true";
  for (const auto& [name, value] : config.items()) {
    const std::string key = lower_camel(name);
    if (key == "metadata" || key == "discoveryMetadata" || key == "namespacedStatuses") continue;
    if (deep && spec.contains(key)) {
      spec[key].merge_patch(value);
    } else {
      spec[key] = value;
    }
  }
}

// A member as users may spell it.
const sdk::Json& either(const sdk::Json& json, const char* name, const char* snake) {
  const sdk::Json& found = part(json, name);
  return found.is_object() ? found : part(json, snake);
}

// What Settings say of discovery.
struct Discovery {
  bool on = false;
  Labels wanted;      // of Services
  Labels everywhere;  // annotations that hold for all

  Discovery(const DiscoveryOptions& options, sdk::Out& out) : on(options.upstreams) {
    const auto text = out.lookup({"Settings", "", ""});
    const sdk::Json settings = text ? sdk::parse_json(*text) : sdk::Json();
    const sdk::Json& spec = part(settings, "spec");
    const sdk::Json& annotations =
        either(either(spec, "upstreamOptions", "upstream_options"), "globalAnnotations", "global_annotations");
    everywhere = labels_of(annotations);
    const sdk::Json& uds = either(part(spec, "discovery"), "udsOptions", "uds_options");
    if (!uds.is_object()) return;
    on = sdk::get_bool(uds, "enabled").value_or(true);
    wanted = labels_of(either(uds, "watchLabels", "watch_labels"));
  }
  [[nodiscard]] bool finds(const Labels& labels) const {
    return on && std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
             const auto at = labels.find(each.first);
             return at != labels.end() && at->second == each.second;
           });
  }
};

void give(const std::string& name, const std::string& ns, const sdk::Json& labels, const sdk::Json& spec,
          sdk::Out& out) {
  sdk::Json upstream = {{"apiVersion", "gloo.solo.io/v1"},
                        {"kind", "Upstream"},
                        {"metadata", {{"name", name}, {"namespace", ns}}},
                        {"spec", spec}};
  if (!labels.empty()) upstream["metadata"]["labels"] = labels;
  out.object(upstream.dump());
}

}  // namespace

void derive_upstreams(const sdk::SourceInput& in, const DiscoveryOptions& options, sdk::Out& out) {
  const sdk::Json json = sdk::parse_json(in.json);
  const Service service(json);
  const std::string ns(in.ref.ns), name(in.ref.name);
  const Labels annotations = labels_of(part(part(json, "metadata"), "annotations"));
  const Labels labels = labels_of(part(part(json, "metadata"), "labels"));
  const Discovery discovery(options, out);
  for (const ServicePort& port : service.ports) {
    sdk::Json spec = {
        {"kube", {{"serviceName", name}, {"serviceNamespace", ns}, {"servicePort", port.port}}},
        {"discoveryMetadata", sdk::Json::object()},
    };
    if (!labels.empty()) spec["discoveryMetadata"]["labels"] = labels;
    if (const auto http2 = use_http2(annotations, discovery.everywhere, port)) spec["useHttp2"] = *http2;
    if (const sdk::Json ssl = ssl_config(annotations, ns, port.port); !ssl.is_null()) spec["sslConfig"] = ssl;
    apply_config(discovery.everywhere, "/spec/upstreamOptions/globalAnnotations", spec, out);
    apply_config(annotations, "/metadata/annotations", spec, out);
    give(sdk::service_upstream_name(ns, name, port.port), ns, {}, spec, out);
    if (!discovery.finds(labels)) continue;
    if (!service.selector.empty()) spec["kube"]["selector"] = service.selector;
    give(sdk::discovered_upstream_name(ns, name, port.port), options.write_namespace,
         {{"discovered_by", "kubernetesplugin"}}, spec, out);
  }
}

}  // namespace solder::plugins::kubernetes
