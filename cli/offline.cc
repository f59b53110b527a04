#include "cli/offline.h"

#include <stdlib.h>

#include <filesystem>
#include <system_error>

#include "cli/command.h"
#include "cli/plugin_commands.h"
#include "cli/serve_options.h"
#include "core/store/store.h"

namespace solder::cli {

namespace {

base::Status check_paths(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      return base::not_found(path + ": " + (error ? error.message() : "there is no such file or directory"));
    }
  }
  return {};
}

}  // namespace

host::LoadOptions with_schemas(host::LoadOptions options) {
  options.check_claim = [](const host::ClaimInfo& claim) {
    return config::SchemaCatalog::check_claim({claim.plugin, claim.scope, claim.key, claim.schema_json});
  };
  return options;
}

std::unique_ptr<host::PluginSet> load_plugin_set(host::LoadOptions options) {
  return host::PluginSet::load(with_schemas(std::move(options)));
}

base::Result<config::SchemaCatalogPtr> catalog_of(const host::PluginSet& plugins) {
  std::vector<config::Claim> claims;
  for (const auto& plugin : plugins.loaded()) {
    for (const auto& claim : plugin.claims) claims.push_back({claim.plugin, claim.scope, claim.key, claim.schema_json});
  }
  return config::SchemaCatalog::make(claims);
}

base::Result<Plugins> load_plugins(const host::LoadOptions& options) {
  Plugins plugins;
  plugins.set = load_plugin_set(options);
  for (const auto& plugin : plugins.set->loaded()) {
    for (const auto& part : plugin.partial) {
      plugins.notes.push_back("plugin " + plugin.name + ": " + part.message + " [" + part.reason + "]");
    }
  }
  for (const auto& refused : plugins.set->refused()) {
    plugins.notes.push_back("plugin file " + refused.file + " is refused: " + refused.message + " [" + refused.reason +
                            "]");
  }
  auto catalog = catalog_of(*plugins.set);
  if (!catalog.ok()) return catalog.status();
  plugins.catalog = *catalog;
  return plugins;
}

CopyDirectory::CopyDirectory() {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  std::string name = (error ? std::filesystem::path("/tmp") : parent) / "solder-plugins-XXXXXX";
  if (mkdtemp(name.data()) != nullptr) path_ = name;
}

CopyDirectory::~CopyDirectory() {
  std::error_code error;
  if (!path_.empty()) std::filesystem::remove_all(path_, error);
}

base::Result<host::LoadOptions> load_options(const CopyDirectory& copies, const std::vector<std::string>& directories) {
  if (copies.path().empty()) return base::unavailable("no temporary directory can be made; set TMPDIR");
  host::LoadOptions options;
  options.directories = directories.empty() ? default_plugin_directories() : directories;
  options.copy_directory = copies.path();
  options.isolation.program = plugin_host();
  return options;
}

void add_offline_options(CLI::App& command, OfflineOptions& options) {
  command.add_option("PATH", options.paths, "Files or directories with manifests")->required()->type_name("PATH");
  add_plugin_directories(command, options.plugin_directories);
  command.add_option("--config", options.config_file, "The server's file of settings, for its pluginConfig")
      ->type_name("FILE");
}

base::Result<std::unique_ptr<Offline>> run_offline(const OfflineOptions& given) {
  if (const auto status = check_paths(given.paths); !status.ok()) return status;
  ServeOptions settings;
  if (const auto status = read_config_file(given.config_file, settings); !status.ok()) return status;
  if (!given.plugin_directories.empty()) settings.plugin_directories = given.plugin_directories;
  auto offline = std::make_unique<Offline>();
  auto wanted = load_options(offline->copies, settings.plugin_directories);
  if (!wanted.ok()) return wanted.status();
  wanted->key_owners = settings.key_owners;
  wanted->configurations = settings.plugin_configurations;
  auto plugins = load_plugins(*wanted);
  if (!plugins.ok()) return plugins.status();
  offline->plugins = std::move(*plugins);
  engine::EngineOptions options;
  options.keep_last_good = false;
  options.write_namespace = settings.write_namespace;
  options.scoped_above.reset();
  offline->engine =
      std::make_unique<engine::Engine>(offline->types, *offline->plugins.set, offline->plugins.catalog, options);
  offline->engine->apply(store::read_files(given.paths));
  offline->output = offline->engine->translate();
  return offline;
}

}  // namespace solder::cli
