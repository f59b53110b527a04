#include "core/host/plugin_set.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>

#include "core/host/abi_text.h"
#include "core/host/loader.h"
#include "core/host/private_copy.h"
#include "core/host/refusal.h"
#include "core/host/registry.h"
#include "core/host/trampoline.h"

namespace solder::host {

Plugin::~Plugin() {
  if (host) host->timers().close();  // before destroy: nothing comes back into a plugin that is on its way out
  if (!created) return;
  try {
    table.destroy(self);
  } catch (...) {
    spdlog::error("plugin {}: destroy threw an exception", manifest.name);
  }
}

namespace {

constexpr std::string_view kUpstreamTypeScope = "upstream_type";

// A relative name without a slash would send the dynamic loader on a search.
std::string absolute_directory(const std::string& directory) {
  std::error_code error;
  if (!directory.empty()) return std::filesystem::absolute(directory, error).string();
  const auto temporary = std::filesystem::temp_directory_path(error);
  return (error ? "/tmp" : temporary.string()) + "/solder-plugins-" + std::to_string(::geteuid());
}

class LoadedSet : public PluginSet {
 public:
  explicit LoadedSet(LoadOptions options) : deadline_(options.call_deadline) {
    options.copy_directory = absolute_directory(options.copy_directory);
    open_all(options);
    std::vector<const Manifest*> manifests;
    for (const auto& plugin : plugins_) manifests.push_back(&plugin->manifest);
    registry_ = std::make_unique<Registry>(manifests, options.key_owners);
    record_losses();
    join_kinds();
    for (const std::string& problem : registry_->problems()) spdlog::warn("plugins: {}", problem);
  }

  std::vector<PluginInfo> loaded() const override {
    std::vector<PluginInfo> out;
    for (const auto& plugin : plugins_) out.push_back(info(*plugin));
    return out;
  }
  const std::vector<Refused>& refused() const override { return refused_; }

  Plugin* upstream_type(std::string_view key) const override { return owner(kUpstreamTypeScope, key); }
  Plugin* option(std::string_view scope, std::string_view key) const override {
    return scope == kUpstreamTypeScope || scope == kKindScope ? nullptr : owner(scope, key);
  }
  const std::map<std::string, ObjectKind>& kinds() const override { return kinds_; }
  const std::string& name(const Plugin& plugin) const override { return plugin.manifest.name; }
  bool has(const Plugin& plugin, Operation operation) const override {
    return operation_of(plugin, operation) != nullptr;
  }

  std::vector<ItemOutput> call(Plugin& plugin, Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup) override {
    return call_plugin(plugin, operation, in, subjects, lookup, deadline_);
  }

 private:
  void open_all(const LoadOptions& options) {
    const base::Status prepared = prepare_copy_directory(options.copy_directory);
    std::set<std::string> names;
    for (const std::string& file : find_plugin_files(options.directories, refused_)) {
      if (!prepared.ok()) {
        refused_.push_back(
            {file, "", std::string(reason::kCopyFailed), "its private copy could not be made: " + prepared.message()});
        continue;
      }
      auto result = load_plugin(file, options, names);
      if (auto* refusal = std::get_if<Refused>(&result)) {
        refused_.push_back(std::move(*refusal));
      } else {
        plugins_.push_back(std::move(std::get<std::unique_ptr<Plugin>>(result)));
      }
    }
    std::sort(plugins_.begin(), plugins_.end(),
              [](const auto& a, const auto& b) { return a->manifest.name < b->manifest.name; });
  }

  void record_losses() {
    for (const Registry::Lost& lost : registry_->lost()) {
      if (lost.key.first == kKindScope) continue;  // it reads the kind all the same
      for (const auto& plugin : plugins_) {
        if (plugin->manifest.name != lost.plugin) continue;
        const std::string key = lost.key.first + ":" + lost.key.second;
        plugin->partial.push_back(
            {plugin->file, lost.plugin, std::string(reason::kKeyClaimed),
             key + " belongs to plugin " + lost.owner +
                 (lost.chosen ? ", as the settings say" : ", whose name comes first; the settings may choose")});
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
        if (kind.derive) joined.derivers.push_back(plugin.get());
      }
    }
    for (auto& [kind, joined] : kinds_) {
      std::sort(joined.index.begin(), joined.index.end());
      joined.index.erase(std::unique(joined.index.begin(), joined.index.end()), joined.index.end());
    }
  }

  PluginInfo info(Plugin& plugin) const {
    const Manifest& manifest = plugin.manifest;
    PluginInfo out{manifest.name, manifest.version, manifest.summary, plugin.file, {}, {}, plugin.partial, {}};
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
    const std::lock_guard lock(plugin.warnings_mutex);
    out.warnings = plugin.warnings;
    return out;
  }

  Plugin* owner(std::string_view scope, std::string_view key) const {
    const int index = registry_->owner(scope, key);
    return index < 0 ? nullptr : plugins_[static_cast<size_t>(index)].get();
  }

  std::chrono::nanoseconds deadline_;
  std::vector<std::unique_ptr<Plugin>> plugins_;  // by name
  std::vector<Refused> refused_;
  std::unique_ptr<Registry> registry_;
  std::map<std::string, ObjectKind> kinds_;
};

}  // namespace

std::unique_ptr<PluginSet> PluginSet::load(const LoadOptions& options) { return std::make_unique<LoadedSet>(options); }

}  // namespace solder::host
