#include "virtual_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "gateway.h"
#include "http_routes.h"
#include "stream_routes.h"

namespace solder::plugins::istio {

namespace {

// How a host stands at the gateways.
struct HostUse {
  bool plain = false, secure = false, redirects = true;
  Json ssl;
};

std::string host_label(const std::string& host) { return "istio.solder.io/host-" + in_name(host); }

class VirtualServiceReader {
 public:
  VirtualServiceReader(const sdk::SourceInput& in, const Options& options, sdk::Out& out)
      : ns_(in.ref.ns),
        name_(in.ref.name),
        options_(options),
        out_(out),
        world_(options, out),
        report_(&out),
        object_(sdk::parse_json(in.json)),
        spec_(&part(object_, "spec"), "/spec", report_) {}

  void run() {
    read_hosts();
    read_gateways();
    spec_.pass({"exportTo"});
    if (hosts_.empty()) {
      check_delegate();
    } else {
      if (mesh_) mesh_table();
      if (!place_.gateways.empty()) at_gateways();
      for (const char* each : {"http", "tls", "tcp"}) spec_.pass({each});
    }
    spec_.rest();
    derived_.give(out_);
  }

 private:
  // Short names are those of Services. That a name is one of these does not matter otherwise: it is what is asked for.
  void read_hosts() {
    for (const std::string& each : spec_.texts("hosts")) {
      if (!each.empty()) hosts_.push_back(resolve(options_, each, ns_).host);
    }
  }

  void read_gateways() {
    place_.ns = ns_;
    const auto names = spec_.texts("gateways");
    mesh_ = names.empty();
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == "mesh") {
        mesh_ = true;
      } else {
        gateway(names[i], spec_.at("gateways") + "/" + std::to_string(i));
      }
    }
  }

  void gateway(const std::string& text, const std::string& field) {
    const size_t slash = text.find('/');
    const std::string ns = slash == std::string::npos ? ns_ : text.substr(0, slash);
    const std::string name = slash == std::string::npos ? text : text.substr(slash + 1);
    const auto found = world_.find(kGateway, ns, name);
    if (!found) {
      return report_.warning({field, "GatewayNotFound", "the Gateway " + ns + "/" + name + " is not there", text,
                              "a Gateway of networking.istio.io"});
    }
    if (!is_selected(*found, options_)) return;
    if (!is_exported(part(object_, "spec"), ns_, ns)) {
      return report_.info({spec_.at("exportTo"), "NotInEffect",
                           "the virtual service is not exported to the namespace of the Gateway " + ns + "/" + name, "",
                           ns});
    }
    Report quiet(nullptr);
    for (Server& each : read_servers(*found, ns, options_, quiet)) {
      place_.ports.insert(each.port);
      servers_.push_back(std::move(each));
    }
    place_.gateways.insert(ns + "/" + name);
  }

  // Nothing follows from a delegate itself, but who wrote it wants to know what is wrong in it.
  void check_delegate() {
    place_.gateways.clear();
    Derived unused;
    http_routes(spec_, world_, place_, unused);
    for (const char* each : {"tls", "tcp"})
      spec_.cannot(each, "a virtual service without hosts is one that others delegate to, for http");
  }

  void mesh_table() {
    RoutePlace place;
    place.mesh = true;
    place.ns = ns_;
    if (!spec_.has("http")) return;
    Report quiet(nullptr);
    Report& heard = place_.gateways.empty() ? report_ : quiet;
    Fields fields(&part(object_, "spec"), "/spec", heard);
    HttpRoutes routes = http_routes(fields, world_, place, derived_);
    for (Json& each : routes.last) routes.first.push_back(std::move(each));
    table("istio-mesh-" + name_, 0, std::move(routes.first), {});
    if (place_.gateways.empty())
      report_.info({"/spec/gateways", "NotServed",
                    "rules for the mesh's sidecars are served where a VirtualService of gateway.solo.io delegates to "
                    "the RouteTable " +
                        ns_ + "/istio-mesh-" + name_,
                    "mesh", "a Gateway"});
  }

  void at_gateways() {
    stream_routes(spec_, name_, hosts_, servers_, world_, place_, derived_);
    if (!spec_.has("http")) return;
    const auto uses = host_uses();
    HttpRoutes routes = http_routes(spec_, world_, place_, derived_);
    if (uses.empty()) {
      return report_.warning({spec_.at("hosts"), "NotInEffect",
                              "no HTTP server of the virtual service's gateways has one of its hosts",
                              shown(part(part(object_, "spec"), "hosts")), "hosts of its Gateways"});
    }
    Json labels = Json::object();
    for (const auto& [host, use] : uses) labels[host_label(host)] = "true";
    table("istio-" + name_, 0, std::move(routes.first), labels);
    table("istio-" + name_ + "-last", 1, std::move(routes.last), labels);
    for (const auto& [host, use] : uses) {
      if (use.plain) virtual_service(host, use.redirects, nullptr);
      if (use.secure) virtual_service(host, false, use.ssl);
    }
  }

  [[nodiscard]] std::map<std::string, HostUse> host_uses() const {
    std::map<std::string, HostUse> out;
    for (const Server& server : servers_) {
      if (server.kind != ServerKind::kHttp && server.kind != ServerKind::kHttps) continue;
      for (const std::string& host : hosts_) {
        for (const std::string& each : server.serves(host, ns_)) {
          HostUse& use = out[each];
          if (server.kind == ServerKind::kHttp) {
            use.plain = true;
            use.redirects = use.redirects && server.redirect;
          } else if (!std::exchange(use.secure, true)) {
            use.ssl = server.ssl;
          }
        }
      }
    }
    return out;
  }

  void table(const std::string& name, int weight, Json routes, const Json& labels) {
    if (routes.empty()) return;
    Json spec = {{"routes", std::move(routes)}};
    if (weight != 0) spec["weight"] = weight;
    Json object = object_of("RouteTable", ns_, name, std::move(spec));
    if (labels.is_object()) object["metadata"]["labels"].update(labels);
    derived_.add(std::move(object));
  }

  // The same whichever of the host's virtual services it follows from.
  void virtual_service(const std::string& host, bool redirects, Json ssl) {
    Json route = {{"matchers", {{{"prefix", "/"}}}}};
    if (redirects) {
      route["redirectAction"] = {{"httpsRedirect", true}};
    } else {
      route["delegateAction"]["selector"] = {{"labels", {{host_label(host), "true"}}}, {"namespaces", {"*"}}};
    }
    Json spec = {{"virtualHost", {{"domains", {host}}, {"routes", {route}}}}};
    const bool secure = !ssl.is_null();
    if (secure) {
      if (host != "*") ssl["sniDomains"] = {host};
      spec["sslConfig"] = std::move(ssl);
    }
    derived_.add(object_of("VirtualService", options_.write_namespace,
                           "istio-" + in_name(host) + (secure ? "-tls" : ""), std::move(spec)));
  }

  const std::string ns_, name_;
  const Options& options_;
  sdk::Out& out_;
  World world_;
  Report report_;
  const Json object_;
  Fields spec_;
  std::vector<std::string> hosts_;
  std::vector<Server> servers_;
  RoutePlace place_;
  bool mesh_ = false;
  Derived derived_;
};

}  // namespace

void derive_virtual_service(const sdk::SourceInput& in, const Options& options, sdk::Out& out) {
  VirtualServiceReader(in, options, out).run();
}

}  // namespace solder::plugins::istio
