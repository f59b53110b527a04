#include "ingress.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include "service.h"

namespace solder::plugins::kubernetes {

using sdk::Json;

namespace {

constexpr const char* kClassAnnotation = "kubernetes.io/ingress.class";
constexpr const char* kHostLabel = "solder.io/ingress-host";
constexpr const char* kMark = "solder.io/ingress";
constexpr const char* kAnyHost = "*";

const Json& list(const Json& json, const char* name) {
  static const Json kNothing = Json::array();
  const Json* found = sdk::find(json, name);
  return found != nullptr && found->is_array() ? *found : kNothing;
}

// A host as part of a name.
std::string plain(const std::string& host) {
  if (host == kAnyHost) return "any";
  return host.starts_with("*.") ? "any" + host.substr(1) : host;
}

bool is_ours(const Json& json, const IngressOptions& options) {
  if (!options.require_class) return true;
  const std::string of_spec = sdk::get_string(part(json, "spec"), "ingressClassName");
  if (!of_spec.empty()) return of_spec == options.ingress_class;
  const Labels annotations = labels_of(part(part(json, "metadata"), "annotations"));
  const auto at = annotations.find(kClassAnnotation);
  return at != annotations.end() && at->second == options.ingress_class;
}

void give(const char* api_version, const char* kind, const std::string& name, const std::string& ns, const Json& labels,
          const Json& spec, sdk::Out& out) {
  const Json object = {{"apiVersion", api_version},
                       {"kind", kind},
                       {"metadata", {{"name", name}, {"namespace", ns}, {"labels", labels}}},
                       {"spec", spec}};
  out.object(object.dump());
}

// In the order in which they are looked at, as Gloo sorts routes by their paths.
enum class MatchBy {
  kExact,
  kElement,  // the path of a prefix itself
  kRegex,
  kPrefix,
};

struct Match {
  MatchBy by = MatchBy::kPrefix;
  std::string path;
  bool operator==(const Match&) const = default;
};

struct Route {
  Match match;
  Json destination;
};

bool comes_first(const Route& a, const Route& b) {
  return a.match.by != b.match.by ? a.match.by < b.match.by : a.match.path.size() > b.match.path.size();
}

Json matcher(const Match& match) {
  const char* key = match.by == MatchBy::kRegex ? "regex" : match.by == MatchBy::kPrefix ? "prefix" : "exact";
  return {{key, match.path}};
}

// One Ingress on its way to routes.
class Ingress {
 public:
  Ingress(const sdk::SourceInput& in, const IngressOptions& options, sdk::Out& out)
      : name_(in.ref.name), ns_(in.ref.ns), options_(options), out_(out) {}

  void read(const Json& spec) {
    read_tls(list(spec, "tls"));
    const Json& rules = list(spec, "rules");
    for (size_t i = 0; i < rules.size(); ++i) read_rule(rules[i], "/spec/rules/" + std::to_string(i));
    read_default(spec);
  }

  void give_all() {
    std::erase_if(routes_, [](const auto& each) { return each.second.empty(); });
    for (auto& [host, routes] : routes_) give_host(host, routes);
    if (!options_.proxy.empty() && !routes_.empty()) {
      give_gateway("ingress-http", 8080, false);
      give_gateway("ingress-https", 8443, true);
    }
  }

 private:
  void warn(const std::string& field, const char* reason, const std::string& message, const std::string& found,
            const std::string& expected) {
    out_.warning({field, reason, message, found, expected});
  }

  void read_tls(const Json& tls) {
    for (size_t i = 0; i < tls.size(); ++i) {
      const std::string secret = sdk::get_string(tls[i], "secretName");
      if (secret.empty()) {
        warn("/spec/tls/" + std::to_string(i) + "/secretName", "MissingField",
             "without a Secret there is no TLS for these hosts", "", "the name of a Secret with tls.crt and tls.key");
        continue;
      }
      const Json& hosts = list(tls[i], "hosts");
      if (hosts.empty()) secret_of_all_ = secret;
      for (const Json& host : hosts) {
        if (host.is_string()) secrets_.emplace(host.get<std::string>(), secret);
      }
    }
  }

  void read_rule(const Json& rule, const std::string& field) {
    const std::string said = sdk::get_string(rule, "host");
    const std::string host = said.empty() ? kAnyHost : said;
    const Json& paths = list(part(rule, "http"), "paths");
    std::vector<Route>& routes = routes_[host];
    for (size_t i = 0; i < paths.size(); ++i) {
      const std::string at = field + "/http/paths/" + std::to_string(i);
      const std::vector<Match> matches = matches_of(paths[i], at);
      const Json destination = destination_of(part(paths[i], "backend"), at + "/backend");
      if (destination.is_null()) continue;
      for (const Match& match : matches) routes.push_back({match, destination});
    }
  }

  // What no rule takes.
  void read_default(const Json& spec) {
    const Json& backend = part(spec, "defaultBackend");
    if (!backend.is_object()) return;
    const Json destination = destination_of(backend, "/spec/defaultBackend");
    if (destination.is_null()) return;
    const Match all{MatchBy::kPrefix, "/"};
    routes_.try_emplace(kAnyHost);
    for (auto& [host, routes] : routes_) {
      const bool taken =
          std::any_of(routes.begin(), routes.end(), [&](const Route& each) { return each.match == all; });
      if (!taken) routes.push_back({all, destination});
    }
  }

  // Paths of the type Prefix match element by element: /a is /a and /a/b, not /ab.
  std::vector<Match> matches_of(const Json& path, const std::string& field) {
    const std::string type = sdk::get_string(path, "pathType");
    std::string text = sdk::get_string(path, "path");
    if (type == "ImplementationSpecific" || type.empty()) {
      if (text.empty()) return {{MatchBy::kPrefix, "/"}};
      return {{MatchBy::kRegex, text}};
    }
    if (!text.starts_with('/')) {
      warn(field + "/path", "InvalidValue", "a path of the type " + type + " begins with a slash", text, "/" + text);
      return {};
    }
    if (type == "Exact") return {{MatchBy::kExact, text}};
    if (type != "Prefix") {
      warn(field + "/pathType", "InvalidEnum", "there is no such type of path", type,
           "Exact, Prefix or ImplementationSpecific");
      return {};
    }
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    if (text == "/") return {{MatchBy::kPrefix, "/"}};
    return {{MatchBy::kElement, text}, {MatchBy::kPrefix, text + "/"}};
  }

  Json destination_of(const Json& backend, const std::string& field) {
    const Json& service = part(backend, "service");
    const std::string name = sdk::get_string(service, "name");
    if (name.empty()) {
      warn(field, sdk::find(backend, "resource") != nullptr ? "NotServed" : "MissingField",
           "only Services can be led to; the path is passed over", "", "service: {name, port}");
      return {};
    }
    const auto port = port_of(service, name, field + "/service");
    if (!port) return {};
    return {{"kube", {{"ref", {{"name", name}, {"namespace", ns_}}}, {"port", *port}}}};
  }

  std::optional<uint64_t> port_of(const Json& service, const std::string& name, const std::string& field) {
    const Json& port = part(service, "port");
    if (const auto number = sdk::get_uint(port, "number"); number.value_or(0) != 0) return number;
    const std::string port_name = sdk::get_string(port, "name");
    if (port_name.empty()) {
      warn(field + "/port", "MissingField", "a backend needs a port of its Service; the path is passed over", "",
           "number or name");
      return std::nullopt;
    }
    const auto json = out_.lookup({"Service", ns_, name});
    if (!json) {
      out_.warning({field + "/name",
                    "ServiceNotFound",
                    "the Service " + ns_ + "/" + name + " is not there; the path is passed over",
                    name,
                    "a Service in this namespace",
                    {"Service", ns_, name}});
      return std::nullopt;
    }
    const Service found(sdk::parse_json(*json));
    for (const ServicePort& each : found.ports) {
      if (each.name == port_name) return each.port;
    }
    out_.warning({field + "/port/name",
                  "ServicePortNotFound",
                  "the Service " + ns_ + "/" + name + " has no such port; the path is passed over",
                  port_name,
                  "the name of a port of the Service",
                  {"Service", ns_, name}});
    return std::nullopt;
  }

  [[nodiscard]] std::string secret_for(const std::string& host) const {
    const auto at = secrets_.find(host);
    return at == secrets_.end() ? secret_of_all_ : at->second;
  }

  void give_host(const std::string& host, std::vector<Route>& of_it) {
    std::stable_sort(of_it.begin(), of_it.end(), comes_first);
    Json routes = Json::array();
    for (const Route& each : of_it) {
      routes.push_back(
          {{"matchers", Json::array({matcher(each.match)})}, {"routeAction", {{"single", each.destination}}}});
    }
    const Json of_host = {{kHostLabel, plain(host)}};
    give("gateway.solo.io/v1", "RouteTable", "ingress-" + name_ + "-" + plain(host), ns_, of_host, {{"routes", routes}},
         out_);
    const Json delegate = {{"selector", {{"labels", of_host}, {"namespaces", {"*"}}}}};
    const Json all = Json::array({{{"matchers", {{{"prefix", "/"}}}}, {"delegateAction", delegate}}});
    Json spec = {{"virtualHost", {{"domains", {host}}, {"routes", all}}}};
    const std::string secret = secret_for(host);
    if (!secret.empty()) {
      spec["sslConfig"] = {{"secretRef", {{"name", secret}, {"namespace", ns_}}}};
      if (host != kAnyHost) spec["sslConfig"]["sniDomains"] = {host};
    }
    give("gateway.solo.io/v1", "VirtualService",
         std::string("ingress-") + (secret.empty() ? "http-" : "https-") + plain(host), options_.write_namespace,
         {{kMark, "true"}}, spec, out_);
  }

  void give_gateway(const char* name, int port, bool ssl) {
    const Json spec = {{"bindAddress", "::"},
                       {"bindPort", port},
                       {"ssl", ssl},
                       {"proxyNames", {options_.proxy}},
                       {"httpGateway", {{"virtualServiceSelector", {{kMark, "true"}}}}}};
    give("gateway.solo.io/v1", "Gateway", name, options_.write_namespace, Json::object(), spec, out_);
  }

  const std::string name_, ns_;
  const IngressOptions& options_;
  sdk::Out& out_;
  std::map<std::string, std::string> secrets_;  // by host
  std::string secret_of_all_;
  std::map<std::string, std::vector<Route>> routes_;  // by host
};

}  // namespace

IngressOptions read_ingress_options(const Json& ingress) {
  IngressOptions out;
  for (const auto& [name, value] : ingress.items()) {
    if (name == "enabled" && value.is_boolean()) {
      out.on = value.get<bool>();
    } else if (name == "ingressClass" && value.is_string()) {
      out.ingress_class = value.get<std::string>();
    } else if (name == "requireIngressClass" && value.is_boolean()) {
      out.require_class = value.get<bool>();
    } else if (name == "proxy" && value.is_string()) {
      out.proxy = value.get<std::string>();
    } else {
      throw std::invalid_argument(
          "unknown or of the wrong type: ingress." + name +
          "; right are enabled and requireIngressClass (true or false), ingressClass and proxy (texts)");
    }
  }
  return out;
}

void derive_ingress(const sdk::SourceInput& in, const IngressOptions& options, sdk::Out& out) {
  const Json json = sdk::parse_json(in.json);
  if (!options.on || !is_ours(json, options)) return;
  Ingress ingress(in, options, out);
  ingress.read(part(json, "spec"));
  ingress.give_all();
}

}  // namespace solder::plugins::kubernetes
