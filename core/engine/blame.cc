#include "core/engine/blame.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/base/telling_words.h"
#include "core/engine/host_run.h"
#include "core/engine/virtual_hosts.h"
#include "core/xds/scope_names.h"

namespace solder::engine {

namespace {

using xds::ResourceType;

// Who asked for a resource, and who set what in it.
struct Suspect {
  model::ObjectRef object;
  ProvenanceList fields;
};

std::string group_of(const std::string& scope) { return scope.substr(0, scope.find('|')); }

class Finder {
 public:
  Finder(Translation& t, const VisibleWorld& world, const RefusedPart& refused)
      : t_(t), world_(world), refused_(refused), reader_(t.graph) {}

  std::optional<Suspect> find() {
    switch (refused_.type) {
      case ResourceType::kSecret:
        return secret();
      case ResourceType::kCluster:
      case ResourceType::kEndpoint:
        return cluster();
      case ResourceType::kListener:
        return listener();
      case ResourceType::kScopedRoute:
      case ResourceType::kRoute:
        return routes();
      case ResourceType::kVirtualHost:
        return virtual_host();
      case ResourceType::kExtensionConfig:
        break;
    }
    return extra();
  }

 private:
  std::optional<Suspect> secret() const {
    std::optional<Suspect> suspect;
    t_.secret_resources.for_each([&](const std::string& use, const ResourceResult& result) {
      if (result.resource && result.resource->name == refused_.name)
        suspect = Suspect{decode_secret_use(use).secret, {}};
    });
    return suspect;
  }

  std::optional<Suspect> cluster() {
    for (const auto& ref : world_.seen("Upstream")) {
      if (cluster_name(ref) != refused_.name) continue;
      Suspect suspect{ref, {}};
      build_cluster(t_, reader_, ref, &suspect.fields);
      return suspect;
    }
    return extra();
  }

  std::optional<Suspect> listener() {
    std::optional<Suspect> suspect;
    t_.listeners.for_each([&](const model::ObjectRef& gateway, const ListenerResult& result) {
      if (result.listener && result.listener->name == refused_.name) suspect = Suspect{gateway, {}};
    });
    if (!suspect) return extra();
    build_listener(t_, reader_, suspect->object, &suspect->fields);
    return suspect;
  }

  // One that is served for itself goes by its domain.
  std::optional<Suspect> virtual_host() {
    std::optional<Suspect> suspect;
    const auto is_refused = [&](const PlannedPart& part, const std::string& domain) {
      return virtual_host_key(part.route_configuration, domain) == refused_.name;
    };
    t_.plans.for_each([&](const model::ObjectRef&, const GatewayPlan& plan) {
      for (const auto& part : plan.parts) {
        for_each_host(part, [&](const PlannedHost& host) {
          const bool found = std::any_of(host.domains.begin(), host.domains.end(),
                                         [&](const std::string& domain) { return is_refused(part, domain); });
          if (found) suspect = Suspect{host.virtual_service, {}};
        });
      }
    });
    if (suspect) build_virtual_service(t_, reader_, {suspect->object, ""}, &suspect->fields);
    return suspect;
  }

  // A virtual host is a virtual service; what is no virtual host is the gateway's.
  std::optional<Suspect> routes() {
    std::optional<Suspect> suspect;
    t_.virtual_services.for_each([&](const VirtualServiceKey& key, const VirtualServiceResult& result) {
      if (result.serving && result.name == refused_.name) suspect = Suspect{key.ref, {}};
    });
    if (suspect) {
      build_virtual_service(t_, reader_, {suspect->object, ""}, &suspect->fields);
      return suspect;
    }
    t_.plans.for_each([&](const model::ObjectRef& gateway, const GatewayPlan& plan) {
      for (const auto& part : plan.parts) {
        const std::string& routes = part.route_configuration;
        const bool its_own = refused_.type == ResourceType::kScopedRoute
                                 ? xds::fallback_of(refused_.name) == xds::fallback_scope(routes)
                                 : group_of(refused_.name) == routes;
        if (its_own) suspect = Suspect{gateway, {}};
      }
    });
    return suspect;
  }

  // What a plugin asked for beside the resources of an object.
  std::optional<Suspect> extra() {
    std::optional<Suspect> suspect;
    const auto look = [&](const auto&, const auto& result) {
      for (const auto& resource : result.resources) {
        if (resource.type == refused_.type && resource.name == refused_.name)
          suspect = Suspect{resource.origin.object, {{"", resource.origin}}};
      }
    };
    t_.clusters.for_each(look);
    if (!suspect) t_.virtual_services.for_each(look);
    if (!suspect) t_.listeners.for_each(look);
    return suspect;
  }

  Translation& t_;
  const VisibleWorld& world_;
  const RefusedPart& refused_;
  Reader reader_;
};

std::string text_at(const VisibleWorld& world, const Origin& origin) {
  const auto object = world.find(origin.object);
  if (!object) return {};
  const auto json = nlohmann::json::parse(object->json, nullptr, false);
  const auto pointer = nlohmann::json::json_pointer(origin.field);
  return !json.is_discarded() && json.contains(pointer) ? json[pointer].dump() : std::string();
}

// The origins that hold most of those words which not all of them hold.
std::vector<Origin> pointed_at(const VisibleWorld& world, const std::set<Origin>& origins, std::string_view words) {
  const auto telling = base::telling_words(words);
  std::map<std::string_view, std::vector<const Origin*>> holders;
  for (const auto& origin : origins) {
    const std::string text = text_at(world, origin);
    for (const auto word : telling) {
      if (text.find(word) != std::string::npos) holders[word].push_back(&origin);
    }
  }
  size_t fewest = origins.size() + 1;
  for (const auto& [word, who] : holders) fewest = std::min(fewest, who.size());
  if (fewest == origins.size() && fewest > 1) return {};
  std::set<Origin> out;
  for (const auto& [word, who] : holders) {
    if (who.size() != fewest) continue;
    for (const auto* origin : who) out.insert(*origin);
  }
  return {out.begin(), out.end()};
}

std::string only_plugin(const std::set<Origin>& origins) {
  std::set<std::string> plugins;
  for (const auto& origin : origins) plugins.insert(origin.plugin);
  return plugins.size() == 1 ? *plugins.begin() : std::string();
}

std::string list_of(const std::vector<std::string>& nodes) {
  constexpr size_t kMostListed = 5;
  std::string out;
  for (size_t i = 0; i < nodes.size() && i < kMostListed; ++i) out += (i == 0 ? "" : ", ") + nodes[i];
  return nodes.size() > kMostListed ? out + " and " + std::to_string(nodes.size() - kMostListed) + " more" : out;
}

model::Diagnostic describe(const RefusedPart& part, const Origin& origin) {
  const bool by_all = part.nodes.size() >= part.connected;
  const std::string who =
      by_all ? "every connected Envoy refuses it"
             : std::to_string(part.nodes.size()) + " of " + std::to_string(part.connected) +
                   (part.nodes.size() == 1 ? " connected Envoys refuses it (" : " connected Envoys refuse it (") +
                   list_of(part.nodes) + ")";
  return {.severity = by_all ? model::Severity::kError : model::Severity::kWarning,
          .reason = "RefusedByEnvoy",
          .object = origin.object,
          .field = origin.field,
          .message = who + ", and goes on with what it had: " + part.words,
          .plugin = origin.plugin};
}

std::vector<Origin> origins_of(Translation& t, const VisibleWorld& world, const RefusedPart& refused) {
  const auto suspect = Finder(t, world, refused).find();
  if (!suspect) return {};
  std::set<Origin> origins;
  for (const auto& [path, origin] : suspect->fields) {
    if (!origin.plugin.empty() && !origin.object.kind.empty()) origins.insert(origin);
  }
  auto found = pointed_at(world, origins, refused.words);
  if (!found.empty()) return found;
  if (origins.size() == 1) return {*origins.begin()};
  return {Origin{only_plugin(origins), suspect->object, ""}};
}

}  // namespace

model::Diagnostics blame(Translation& t, const VisibleWorld& world, const std::vector<RefusedPart>& refused) {
  model::Diagnostics all;
  for (const auto& part : refused) {
    for (const auto& origin : origins_of(t, world, part)) all.push_back(describe(part, origin));
  }
  return all;
}

}  // namespace solder::engine
