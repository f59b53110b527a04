#include "core/host/plugin_set.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/host/abi_text.h"
#include "core/host/file_runners.h"
#include "core/host/loader.h"
#include "core/host/plugin.h"
#include "core/host/private_copy.h"
#include "core/host/refusal.h"
#include "core/host/registry.h"

namespace solder::host {

namespace {

constexpr std::string_view kUpstreamTypeScope = "upstream_type";

// A relative name without a slash would send the dynamic loader on a search.
std::string absolute_directory(const std::string& directory) {
  std::error_code error;
  if (!directory.empty()) return std::filesystem::absolute(directory, error).string();
  const auto temporary = std::filesystem::temp_directory_path(error);
  return (error ? "/tmp" : temporary.string()) + "/solder-plugins-" + std::to_string(::geteuid());
}

bool owns_types(const Manifest& manifest) {
  const auto& all = manifest.provides;
  return std::any_of(all.begin(), all.end(), [](const ManifestCapability& capability) {
    return std::any_of(capability.claims.begin(), capability.claims.end(),
                       [](const ManifestClaim& claim) { return claim.scope == kUpstreamTypeScope; });
  });
}

class SharedSet : public PluginSet {
 public:
  SharedSet(std::vector<PluginPtr> plugins, std::vector<Refused> refused, const LoadOptions& options)
      : deadline_(options.call_deadline), plugins_(std::move(plugins)), refused_(std::move(refused)) {
    std::sort(plugins_.begin(), plugins_.end(),
              [](const auto& a, const auto& b) { return a->manifest.name < b->manifest.name; });
    std::vector<const Manifest*> manifests;
    for (const auto& plugin : plugins_) manifests.push_back(&plugin->manifest);
    registry_ = std::make_unique<Registry>(manifests, options.key_owners);
    for (const auto& [key, index] : registry_->owners()) {
      if (key.first != kKindScope) owners_[key.first + ":" + key.second] = plugins_[static_cast<size_t>(index)].get();
    }
    // Not keys of users': so that whoever has the set finds those that bring objects from elsewhere, and those that
    // find functions on upstreams of others' types.
    for (const auto& plugin : plugins_) {
      if (plugin->watches()) owners_["source:" + plugin->manifest.name] = plugin.get();
      if (plugin->discovers() && !owns_types(plugin->manifest))
        owners_["finder:" + plugin->manifest.name] = plugin.get();
    }
    record_losses();
    join_kinds();
  }

  std::vector<PluginInfo> loaded() const override {
    std::vector<PluginInfo> out;
    for (const auto& plugin : plugins_) out.push_back(info(*plugin));
    return out;
  }
  const std::vector<Refused>& refused() const override { return refused_; }
  const std::vector<std::string>& problems() const override { return registry_->problems(); }

  Plugin* upstream_type(std::string_view key) const override { return owner(kUpstreamTypeScope, key); }
  Plugin* option(std::string_view scope, std::string_view key) const override {
    return scope == kUpstreamTypeScope || scope == kKindScope ? nullptr : owner(scope, key);
  }
  const std::map<std::string, Plugin*>& owners() const override { return owners_; }
  const std::map<std::string, ObjectKind>& kinds() const override { return kinds_; }
  const std::string& name(const Plugin& plugin) const override { return plugin.manifest.name; }
  uint64_t generation(const Plugin& plugin) const override { return plugin.generation; }
  bool has(const Plugin& plugin, Operation operation) const override { return plugin.has(operation); }

  std::vector<ItemOutput> call(Plugin& plugin, Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup) override {
    return plugin.call(operation, in, subjects, lookup, deadline_);
  }

 private:
  void record_losses() {
    for (const Registry::Lost& lost : registry_->lost()) {
      if (lost.key.first == kKindScope) continue;  // it reads the kind all the same
      for (const auto& plugin : plugins_) {
        if (plugin->manifest.name != lost.plugin) continue;
        const std::string key = lost.key.first + ":" + lost.key.second;
        partial_[plugin.get()].push_back(
            {plugin->file(), lost.plugin, std::string(reason::kKeyClaimed),
             key + " belongs to plugin " + lost.owner +
                 (lost.chosen ? ", as the settings say"
                              : ", whose name comes first; keyOwners in Solder's configuration may choose")});
      }
    }
  }

  void join_kinds() {
    for (const auto& plugin : plugins_) {
      for (const ManifestKind& kind : plugin->manifest.kinds) {
        ObjectKind& joined = kinds_[kind.kind];
        if (joined.api_version.empty()) joined.api_version = kind.api_version;
        if (joined.api_version != kind.api_version) {
          spdlog::warn("plugin {} reads {} of {}, but {} is read", plugin->manifest.name, kind.kind, kind.api_version,
                       joined.api_version);
          continue;
        }
        joined.index.insert(joined.index.end(), kind.index.begin(), kind.index.end());
        joined.status = joined.status || kind.status;
        if (kind.derive) joined.derivers.push_back(plugin.get());
      }
    }
    for (auto& [kind, joined] : kinds_) {
      std::sort(joined.index.begin(), joined.index.end());
      joined.index.erase(std::unique(joined.index.begin(), joined.index.end()), joined.index.end());
    }
  }

  PluginInfo info(const Plugin& plugin) const {
    const Manifest& manifest = plugin.manifest;
    PluginInfo out;
    out.name = manifest.name;
    out.version = manifest.version;
    out.summary = manifest.summary;
    out.file = plugin.file();
    out.state = plugin.state();
    out.sha256 = plugin.sha256;
    if (const auto lost = partial_.find(&plugin); lost != partial_.end()) out.partial = lost->second;
    out.warnings = plugin.warnings();
    out.isolation = plugin.isolation();
    for (const ManifestCapability& capability : manifest.provides) {
      out.capabilities.push_back(capability.id);
      for (const ManifestClaim& claim : capability.claims) {
        if (owner(claim.scope, claim.key) != &plugin) continue;
        out.claims.push_back({manifest.name, capability.id, claim.scope, claim.key, claim.schema_json});
      }
    }
    for (const ManifestKind& kind : manifest.kinds) {
      if (owner(kKindScope, kind.kind) != &plugin) continue;
      out.claims.push_back({manifest.name, "", std::string(kKindScope), kind.kind, kind.schema_json});
    }
    return out;
  }

  Plugin* owner(std::string_view scope, std::string_view key) const {
    const int index = registry_->owner(scope, key);
    return index < 0 ? nullptr : plugins_[static_cast<size_t>(index)].get();
  }

  std::chrono::nanoseconds deadline_;
  std::vector<PluginPtr> plugins_;  // by name
  std::vector<Refused> refused_;
  std::unique_ptr<Registry> registry_;
  std::map<std::string, Plugin*> owners_;
  std::map<const Plugin*, std::vector<Refused>> partial_;  // keys that another one owns
  std::map<std::string, ObjectKind> kinds_;
};

}  // namespace

std::unique_ptr<PluginSet> PluginSet::make(std::vector<PluginPtr> plugins, std::vector<Refused> refused,
                                           const LoadOptions& options) {
  return std::make_unique<SharedSet>(std::move(plugins), std::move(refused), options);
}

std::unique_ptr<PluginSet> PluginSet::load(const LoadOptions& given) {
  LoadOptions options = given;
  options.copy_directory = absolute_directory(options.copy_directory);
  if (!options.runners) options.runners = std::make_shared<FileRunners>();
  const base::Status prepared = prepare_copy_directory(options.copy_directory);
  std::set<std::string> names;
  std::vector<PluginPtr> plugins;
  std::vector<Refused> refused;
  const auto take = [&](const std::string& file) {
    if (!prepared.ok()) {
      refused.push_back(
          {file, "", std::string(reason::kCopyFailed), "its private copy could not be made: " + prepared.message()});
      return;
    }
    auto result = load_plugin(file, options, names);
    if (auto* refusal = std::get_if<Refused>(&result)) {
      refused.push_back(std::move(*refusal));
    } else {
      plugins.push_back(std::move(std::get<PluginPtr>(result)));
    }
  };
  for (const std::string& file : find_plugin_files(options.directories, refused)) take(file);
  for (const std::string& file : find_run_files(options.directories, *options.runners)) take(file);
  auto set = make(std::move(plugins), std::move(refused), options);
  for (const std::string& problem : set->problems()) spdlog::warn("plugins: {}", problem);
  return set;
}

}  // namespace solder::host
