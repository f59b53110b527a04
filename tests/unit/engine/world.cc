#include "world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <thread>

#include "core/config/documents.h"
#include "core/config/schema_catalog.h"
#include "core/host/loader.h"
#include "core/host/private_copy.h"
#include "core/report/reporter.h"
#include "core/services/certificates.h"

namespace solder::engine::testing {

namespace {

std::vector<host::PluginPtr> load_all() {
  host::LoadOptions options;
  options.copy_directory = ::testing::TempDir() + "solder-engine-test-plugins-" + std::to_string(::getpid());
  EXPECT_TRUE(host::prepare_copy_directory(options.copy_directory).ok());
  std::vector<host::PluginPtr> out;
  std::set<std::string> names;
  for (const char* file : {PLUGIN_FILES}) {
    auto loaded = host::load_plugin(file, options, names);
    auto* plugin = std::get_if<host::PluginPtr>(&loaded);
    EXPECT_NE(plugin, nullptr) << file << " cannot be loaded";
    if (plugin) out.push_back(std::move(*plugin));
  }
  std::filesystem::remove_all(options.copy_directory);
  return out;
}

config::SchemaCatalogPtr catalog_of(const host::PluginSet& plugins) {
  std::vector<config::Claim> claims;
  for (const auto& plugin : plugins.loaded()) {
    for (const auto& claim : plugin.claims) claims.push_back({claim.plugin, claim.scope, claim.key, claim.schema_json});
  }
  return *config::SchemaCatalog::make(claims);
}

// Loaded once: every engine of the program uses the same plugins.
struct Shared {
  services::MessageTypes types;
  std::array<std::vector<host::PluginPtr>, 2> generations{load_all(), load_all()};
  std::shared_ptr<host::PluginSet> plugins = host::PluginSet::make(generations[0], {}, {});
  config::SchemaCatalogPtr catalog = catalog_of(*plugins);
};

Shared& shared() {
  static Shared kShared;
  return kShared;
}

std::shared_ptr<host::PluginSet> set_of(const std::set<std::string>& without, bool second) {
  std::vector<host::PluginPtr> chosen;
  for (const auto& plugin : shared().generations[second ? 1 : 0]) {
    if (without.count(plugin->manifest.name) == 0) chosen.push_back(plugin);
  }
  return host::PluginSet::make(std::move(chosen), {}, {});
}

// Of two changes of one object the newer one counts.
void keep_older(std::vector<model::ObjectChange>& changes, std::vector<model::ObjectChange> older) {
  std::set<model::ObjectRef> known;
  for (const auto& change : changes) known.insert(change.ref);
  for (auto& change : older) {
    if (known.count(change.ref) == 0) changes.push_back(std::move(change));
  }
}

std::vector<std::pair<std::string, uint64_t>> view_of(const xds::SnapshotsByRole& snapshots) {
  std::vector<std::pair<std::string, uint64_t>> out;
  for (const auto& [role, snapshot] : snapshots) {
    for (const auto& type : snapshot->types) out.emplace_back(role, type.hash());
  }
  return out;
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
             bool scopes_on_demand, bool virtual_hosts_on_demand) {
  EngineOptions options;
  if (worth_threads) {
    options.threads = 4;
    options.worth_threads = *worth_threads;
  }
  options.scoped_above = scoped_above;
  options.scopes_on_demand = scopes_on_demand;
  options.virtual_hosts_on_demand = virtual_hosts_on_demand;
  options.last_good_directory = std::move(last_good_directory);
  plugins_ = shared().plugins;
  engine_ = std::make_unique<Engine>(shared().types, *plugins_, shared().catalog, options);
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

World& World::give(const host::IdTokenStates& tokens) {
  engine_->set_tokens(tokens);
  return *this;
}

World& World::refuse(const std::vector<RefusedPart>& refused) {
  engine_->set_refused(refused);
  return *this;
}

World& World::use_plugins(const std::set<std::string>& without, bool second) {
  auto next = set_of(without, second);
  engine_->use_plugins(*next, catalog_of(*next));
  plugins_ = std::move(next);
  return *this;
}

World& World::change_engines(const std::set<std::string>& without, bool second, const std::function<void()>& meanwhile,
                             bool taken) {
  translate();
  auto next = set_of(without, second);
  const auto other = engine_->second(*next, catalog_of(*next));
  engine_->begin_telling();
  std::vector<model::ObjectChange> told;
  EngineInputs inputs;
  do {
    inputs = engine_->tell(3);
    std::thread maker([&] {
      other->take(inputs);
      if (!inputs.more) other->try_out();
    });
    if (meanwhile) meanwhile();
    keep_older(told, translate().changes);
    maker.join();
  } while (inputs.more);
  other->take(engine_->tell(0));
  const Output tried = other->try_out();
  auto changes = engine_->compare(*other);
  if (!taken) {
    engine_->end_telling();
    return *this;
  }
  engine_->change_places(*other);
  plugins_ = std::move(next);
  translate();
  EXPECT_EQ(view_of(*tried.snapshots), view_of(*output_.snapshots));
  keep_older(changes, std::move(told));
  keep_older(output_.changes, std::move(changes));
  return *this;
}

size_t World::reach(const std::set<std::string>& without, bool second) const {
  const auto next = set_of(without, second);
  return engine_->reach(*next, *catalog_of(*next));
}

const Output& World::translate() { return run(false); }
const Output& World::try_out() { return run(true); }

const Output& World::run(bool trial) {
  batch_.complete = !told_;
  told_ = true;
  engine_->apply(batch_);
  batch_ = {};
  const uint64_t before = engine_->computed();
  output_ = trial ? engine_->try_out() : engine_->translate();
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
