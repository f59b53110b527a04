#include "world.h"

#include <gtest/gtest.h>

#include "core/config/documents.h"
#include "core/config/schema_catalog.h"
#include "core/report/reporter.h"
#include "core/services/certificates.h"

namespace solder::engine::testing {

namespace {

// Loaded once: every engine of the program uses the same plugins.
struct Shared {
  services::MessageTypes types;
  std::unique_ptr<host::PluginSet> plugins;
  config::SchemaCatalogPtr catalog;

  Shared() {
    host::LoadOptions options;
    options.directories = {SHIPPED_PLUGINS, ECHO_PLUGINS};
    plugins = host::PluginSet::load(options);
    std::vector<config::Claim> claims;
    for (const auto& plugin : plugins->loaded()) {
      for (const auto& claim : plugin.claims) {
        claims.push_back({claim.plugin, claim.scope, claim.key, claim.schema_json});
      }
    }
    catalog = *config::SchemaCatalog::make(claims);
  }
};

Shared& shared() {
  static Shared kShared;
  return kShared;
}

std::string_view message_name(xds::ResourceType type) {
  const std::string_view url = xds::type_url(type);
  return url.substr(url.rfind('/') + 1);
}

std::string json_of(xds::ResourceType type, const xds::ResourcePtr& resource) {
  if (!resource) return "";
  const auto text = shared().types.wire_to_json(*shared().types.find(message_name(type)), resource->message.flatten());
  return text.ok() ? *text : text.status().message();
}

}  // namespace

World::World(std::string last_good_directory, std::optional<size_t> scoped_above, std::optional<size_t> worth_threads,
             bool scopes_on_demand) {
  EngineOptions options;
  if (worth_threads) {
    options.threads = 4;
    options.worth_threads = *worth_threads;
  }
  options.scoped_above = scoped_above;
  options.scopes_on_demand = scopes_on_demand;
  options.last_good_directory = std::move(last_good_directory);
  engine_ = std::make_unique<Engine>(shared().types, *shared().plugins, shared().catalog, options);
}

World& World::put(std::string_view yaml) {
  auto documents = config::parse_documents(yaml, "world.yaml");
  for (const auto& problem : documents.problems) ADD_FAILURE() << report::to_text(problem) << "\n" << yaml;
  for (auto& object : documents.objects) {
    const model::ObjectRef ref = object->ref;
    batch_.changes.push_back({ref, std::move(object)});
  }
  return *this;
}

World& World::remove(const model::ObjectRef& ref) {
  batch_.changes.push_back({ref, nullptr});
  return *this;
}

World& World::refuse(const std::vector<RefusedPart>& refused) {
  engine_->set_refused(refused);
  return *this;
}

const Output& World::translate() {
  batch_.complete = !told_;
  told_ = true;
  engine_->apply(batch_);
  batch_ = {};
  const uint64_t before = engine_->computed();
  output_ = engine_->translate();
  computed_ = engine_->computed() - before;
  return output_;
}

const xds::ResourceSet& World::set(xds::ResourceType type) const {
  return output_.snapshots->at("gloo-system~gateway-proxy")->of(type);
}

const xds::ResourceSet& World::scoped_set(xds::ResourceType type) const {
  const auto& snapshot = *output_.snapshots->at("gloo-system~gateway-proxy");
  return (snapshot.scoped ? *snapshot.scoped : snapshot).of(type);
}

xds::ResourcePtr World::resource(xds::ResourceType type, std::string_view name) const { return set(type).find(name); }

std::string World::json(xds::ResourceType type, std::string_view name) const {
  return json_of(type, resource(type, name));
}

std::string World::scoped_json(xds::ResourceType type, std::string_view name) const {
  return json_of(type, scoped_set(type).find(name));
}

std::vector<model::ObjectReport> World::reports() const {
  return report::make_reports(engine_->objects(), engine_->diagnostics());
}

model::State World::state(const model::ObjectRef& ref) const {
  for (const auto& report : reports()) {
    if (report.object == ref) return report.state;
  }
  ADD_FAILURE() << "no report of " << model::to_string(ref);
  return model::State::kAccepted;
}

model::Diagnostics World::problems(const model::ObjectRef& ref) const {
  model::Diagnostics out;
  for (const auto& problem : engine_->diagnostics()) {
    if (problem.object == ref) out.push_back(problem);
  }
  return out;
}

std::vector<std::string> World::reasons(const model::ObjectRef& ref) const {
  std::vector<std::string> out;
  for (const auto& problem : engine_->diagnostics()) {
    if (problem.object == ref) out.push_back(problem.reason);
  }
  return out;
}

const std::pair<std::string, std::string>& key_pair(size_t number) {
  static std::map<size_t, std::pair<std::string, std::string>> known;
  auto& pair = known[number];
  if (pair.first.empty()) {
    const auto made = services::make_throwaway_key_pair("test-" + std::to_string(number));
    if (made.ok()) pair = {made->certificate_pem, made->key_pem};
  }
  return pair;
}

std::string upstream(const std::string& name, int port) {
  return "---\napiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: " + name +
         ", namespace: gloo-system}\nspec: {static: {hosts: [{addr: 127.0.0.1, port: " + std::to_string(port) +
         "}]}}\n";
}

std::string virtual_service(const std::string& name, const std::string& domain, const std::string& upstream_name,
                            const std::string& more) {
  return "---\napiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
         ", namespace: gloo-system}\nspec:\n  virtualHost:\n    domains: ['" + domain +
         "']\n    routes:\n    - matchers: [{prefix: /}]\n      routeAction: {single: {upstream: {name: " +
         upstream_name + ", namespace: gloo-system}}}\n" + more;
}

}  // namespace solder::engine::testing
