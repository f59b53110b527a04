#include "target.h"

#include "shown.h"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

constexpr uint64_t kHttps = 443;

// In the one spelling or the other: what a service says is passed on as it was written where nobody has a schema of it.
const Json* find_either(const Json& object, const char* camel, const char* snake) {
  const Json* found = sdk::find(object, camel);
  return found == nullptr ? sdk::find(object, snake) : found;
}

void add_base(const std::string& host, uint64_t port, bool tls, Target& out) {
  const bool v6 = host.find(':') != std::string::npos;
  const auto url = parse_url(std::string(tls ? "https://" : "http://") + (v6 ? "[" + host + "]" : host) + ":" +
                             std::to_string(port) + "/");
  if (url) out.bases.push_back(*url);
}

void add_static(const Json& type, bool has_ssl, Target& out) {
  const Json* hosts = sdk::find(type, "hosts");
  if (hosts == nullptr || !hosts->is_array()) return;
  bool tls = has_ssl;
  if (const auto told = sdk::get_bool(type, "useTls")) tls = tls || *told;
  for (const Json& host : *hosts) {
    const bool by_port = !type.contains("useTls") && sdk::get_uint(host, "port") == kHttps;
    tls = tls || by_port;
  }
  for (const Json& host : *hosts) {
    const uint64_t port = sdk::get_uint(host, "port").value_or(0);
    if (port != 0) add_base(sdk::get_string(host, "addr"), port, tls, out);
  }
}

void add_kube(const Json& type, bool has_ssl, const std::string& domain, Target& out) {
  const std::string name = sdk::get_string(type, "serviceName"), ns = sdk::get_string(type, "serviceNamespace");
  const uint64_t port = sdk::get_uint(type, "servicePort").value_or(0);
  if (!name.empty() && !ns.empty() && port != 0) add_base(name + "." + ns + ".svc." + domain, port, has_ssl, out);
}

void read_rest(const Json& rest, Target& out) {
  out.says_rest = true;
  if (const Json* functions = sdk::find(rest, "transformations"); functions != nullptr && functions->is_object()) {
    for (const auto& [name, function] : functions->items()) out.own_functions.insert(name);
  }
  const Json* info = find_either(rest, "swaggerInfo", "swagger_info");
  if (info == nullptr || !info->is_object()) return;
  out.document_text = sdk::get_string(*info, "inline");
  const std::string url = sdk::get_string(*info, "url");
  if (url.empty()) return;
  const auto whole =
      url.front() == '/' ? (out.bases.empty() ? std::nullopt : resolve_url(out.bases.front(), url)) : parse_url(url);
  if (whole) {
    out.document_url = whole->text();
  } else {
    out.problem = "the document's URL " + shown(url) +
                  " cannot be used; right is http://HOST/PATH, https://HOST/PATH, or /PATH on the upstream";
  }
}

}  // namespace

Target target_of(std::string_view type, const Json& spec, const std::string& cluster_domain) {
  Target out;
  const Json* value = sdk::find(spec, std::string(type).c_str());
  if (value == nullptr || !value->is_object()) return out;
  const Json* ssl = sdk::find(spec, "sslConfig");
  if (ssl != nullptr) {
    if (const Json* secret = sdk::find(*ssl, "secretRef"); secret != nullptr && secret->is_object()) {
      out.secret_ns = sdk::get_string(*secret, "namespace");
      out.secret_name = sdk::get_string(*secret, "name");
    }
  }
  if (type == "static") add_static(*value, ssl != nullptr, out);
  if (type == "kube") add_kube(*value, ssl != nullptr, cluster_domain, out);
  const Json* service = sdk::find(*value, "serviceSpec");
  if (service == nullptr || !service->is_object()) return out;
  if (const Json* rest = sdk::find(*service, "rest"); rest != nullptr && rest->is_object()) read_rest(*rest, out);
  if (const Json* grpc = sdk::find(*service, "grpcJsonTranscoder"); grpc != nullptr && grpc->is_object()) {
    out.says_grpc = true;
    // Descriptors of the user's own leave nothing to find.
    for (const char* own : {"protoDescriptor", "protoDescriptorBin", "protoDescriptorConfigMap"})
      out.says_other = out.says_other || grpc->contains(own);
  }
  if (const Json* grpc = sdk::find(*service, "grpc"); grpc != nullptr && grpc->is_object()) {
    out.says_grpc = out.wants_services = true;
    out.says_other = out.says_other || grpc->contains("grpcServices");
  }
  out.says_other = out.says_other || service->contains("graphql");
  return out;
}

}  // namespace solder::plugins::openapi
