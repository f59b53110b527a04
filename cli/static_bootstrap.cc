#include "cli/static_bootstrap.h"

#include <arpa/inet.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/services/certificates.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;
using ByName = std::map<std::string, const Json*>;

constexpr size_t kTicketKeyBytes = 80;  // what Envoy asks of a TLS session ticket key

ByName by_name(const Json& snapshot, const char* section, const char* key) {
  ByName found;
  if (const auto list = snapshot.find(section); list != snapshot.end()) {
    for (const auto& resource : *list) found.emplace(resource.value(key, ""), &resource);
  }
  return found;
}

bool is_address(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 || inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// Whether an endpoint of the assignment is a name that has to be looked up.
bool has_names(const Json& assignment) {
  for (const auto& locality : assignment.value("endpoints", Json::array())) {
    for (const auto& endpoint : locality.value("lbEndpoints", Json::array())) {
      const auto at = Json::json_pointer("/endpoint/address/socketAddress/address");
      if (endpoint.contains(at) && !is_address(endpoint.at(at).get<std::string>())) return true;
    }
  }
  return false;
}

Json inline_text(const std::string& text) { return {{"inlineString", text}}; }

enum class SecretKind { kCertificate, kValidation, kGeneric };

class Builder {
 public:
  Builder(const Json& snapshot, services::KeyPair pair)
      : snapshot_(snapshot),
        pair_(std::move(pair)),
        routes_(by_name(snapshot, "routes", "name")),
        endpoints_(by_name(snapshot, "endpoints", "clusterName")),
        extensions_(by_name(snapshot, "extensionConfigs", "name")) {}

  Json build(bool with_secrets) {
    Json listeners = snapshot_.value("listeners", Json::array());
    Json clusters = snapshot_.value("clusters", Json::array());
    for (auto& cluster : clusters) inline_endpoints(cluster);
    rewrite(listeners, "");
    rewrite(clusters, "");
    return {
        {"node", {{"id", "solder-static"}, {"cluster", "gateway"}}},
        {"admin", {{"address", {{"socketAddress", {{"address", "127.0.0.1"}, {"portValue", 19000}}}}}}},
        {"staticResources",
         {{"listeners", std::move(listeners)}, {"clusters", std::move(clusters)}, {"secrets", secrets(with_secrets)}}}};
  }

 private:
  void inline_endpoints(Json& cluster) {
    if (!cluster.contains("edsClusterConfig")) return;
    const std::string name = cluster.value("name", "");
    const std::string service = cluster["edsClusterConfig"].value("serviceName", "");
    cluster.erase("edsClusterConfig");
    const auto found = endpoints_.find(service.empty() ? name : service);
    Json assignment = found == endpoints_.end() ? Json::object() : *found->second;
    assignment["clusterName"] = name;
    cluster["type"] = has_names(assignment) ? "STRICT_DNS" : "STATIC";
    cluster["loadAssignment"] = std::move(assignment);
  }

  // Everything within `value`, which stands at the field `key`, that refers to what xDS would bring.
  void rewrite(Json& value, const std::string& key) {
    if (value.is_array()) {
      for (auto at = value.begin(); at != value.end();) {
        if (is_unknown_extension(*at)) {
          at = value.erase(at);
          continue;
        }
        rewrite(*at, key);
        ++at;
      }
      return;
    }
    if (!value.is_object()) return;
    if (value.contains("sdsConfig") && value.contains("name")) {
      value.erase("sdsConfig");
      wanted_.emplace(value["name"].get<std::string>(), kind_of(key));
      return;
    }
    inline_extension(value);
    inline_routes(value);
    for (auto& [name, member] : value.items()) rewrite(member, name);
  }

  static SecretKind kind_of(const std::string& key) {
    if (key == "tlsCertificateSdsSecretConfigs") return SecretKind::kCertificate;
    return key == "validationContextSdsSecretConfig" ? SecretKind::kValidation : SecretKind::kGeneric;
  }

  // A filter whose configuration is not in the snapshot would make Envoy wait for a control plane.
  [[nodiscard]] bool is_unknown_extension(const Json& value) const {
    return value.is_object() && value.contains("configDiscovery") && extensions_.count(value.value("name", "")) == 0;
  }

  void inline_extension(Json& value) const {
    if (!value.contains("configDiscovery")) return;
    const auto found = extensions_.find(value.value("name", ""));
    if (found == extensions_.end()) return;
    value.erase("configDiscovery");
    value["typedConfig"] = found->second->value("typedConfig", Json::object());
  }

  void inline_routes(Json& manager) const {
    if (!manager.contains("rds") || !manager.contains("@type")) return;
    const std::string name = manager["rds"].value("routeConfigName", "");
    const auto found = routes_.find(name);
    Json routes = found == routes_.end() ? Json{{"name", name}} : *found->second;
    // A route to a cluster that is not there answers 503, as it does with xDS.
    routes["validateClusters"] = false;
    // In the place of `rds`, which keeps the order of the fields.
    Json rewritten;
    for (auto& [key, member] : manager.items()) {
      if (key == "rds") {
        rewritten["routeConfig"] = routes;
      } else {
        rewritten[key] = std::move(member);
      }
    }
    manager = std::move(rewritten);
  }

  Json secrets(bool with_secrets) const {
    Json all = snapshot_.value("secrets", Json::array());
    ByName known;
    for (auto& secret : all) {
      known.emplace(secret.value("name", ""), nullptr);
      if (!with_secrets) replace(secret);
    }
    for (const auto& [name, kind] : wanted_) {
      if (known.count(name) == 0) all.push_back(stand_in(name, kind));
    }
    return all;
  }

  [[nodiscard]] Json throwaway_certificate() const {
    return {{"certificateChain", inline_text(pair_.certificate_pem)}, {"privateKey", inline_text(pair_.key_pem)}};
  }

  void replace(Json& secret) const {
    if (secret.contains("tlsCertificate")) secret["tlsCertificate"] = throwaway_certificate();
    if (secret.contains("sessionTicketKeys")) {
      secret["sessionTicketKeys"] = {{"keys", Json::array({inline_text(std::string(kTicketKeyBytes, '0'))})}};
    }
  }

  [[nodiscard]] Json stand_in(const std::string& name, SecretKind kind) const {
    if (kind == SecretKind::kCertificate) return {{"name", name}, {"tlsCertificate", throwaway_certificate()}};
    if (kind == SecretKind::kValidation) {
      return {{"name", name}, {"validationContext", {{"trustedCa", inline_text(pair_.certificate_pem)}}}};
    }
    return {{"name", name}, {"genericSecret", {{"secret", inline_text("[missing]")}}}};
  }

  const Json& snapshot_;
  services::KeyPair pair_;
  ByName routes_;
  ByName endpoints_;
  ByName extensions_;
  std::map<std::string, SecretKind> wanted_;
};

}  // namespace

base::Result<Json> static_bootstrap(const Json& snapshot, bool with_secrets) {
  auto pair = services::make_throwaway_key_pair("solder throwaway");
  if (!pair.ok()) return pair.status();
  return Builder(snapshot, std::move(*pair)).build(with_secrets);
}

}  // namespace solder::cli
