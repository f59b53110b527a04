// One run of the whole translation over files, without a server: what check and translate share.
// Tested by tests/unit/cli/offline_test.py.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/config/schema_catalog.h"
#include "core/engine/engine.h"
#include "core/host/plugin_set.h"
#include "core/model/diagnostic.h"
#include "core/services/message_types.h"

namespace solder::cli {

// Loaded plugins with the schemas that their claims make.
struct Plugins {
  std::unique_ptr<host::PluginSet> set;
  config::SchemaCatalogPtr catalog;
  std::vector<std::string> notes;  // refused files and keys of others, one sentence each
};
// So that a plugin with a claim whose schema cannot be used is refused.
host::LoadOptions with_schemas(host::LoadOptions options);
base::Result<config::SchemaCatalogPtr> catalog_of(const host::PluginSet& plugins);
std::unique_ptr<host::PluginSet> load_plugin_set(host::LoadOptions options);
base::Result<Plugins> load_plugins(const host::LoadOptions& options);

// A directory for private copies of plugins, removed at the end.
class CopyDirectory {
 public:
  CopyDirectory();
  ~CopyDirectory();
  CopyDirectory(const CopyDirectory&) = delete;
  CopyDirectory& operator=(const CopyDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What a command without a server loads plugins with: those of `directories`, or of the usual ones where there is none.
base::Result<host::LoadOptions> load_options(const CopyDirectory& copies, const std::vector<std::string>& directories);

struct Offline {
  CopyDirectory copies;
  services::MessageTypes types;
  Plugins plugins;  // before the engine, which uses it
  std::unique_ptr<engine::Engine> engine;
  engine::Output output;
};

struct OfflineOptions {
  std::vector<std::string> paths;
  std::vector<std::string> plugin_directories;
  // The server's file of settings, of which counts what translation depends on: the plugins, their configurations, who
  // owns a key, the write namespace.
  std::string config_file;
};
// PATH, --plugin-dir and --config, as every command has them that translates without a server.
void add_offline_options(CLI::App& command, OfflineOptions& options);
// Reads the paths and translates once. Fails where a path is not there or the plugins cannot be used at all.
base::Result<std::unique_ptr<Offline>> run_offline(const OfflineOptions& options);

}  // namespace solder::cli
