// The store that is configured, as `solder apply`, `solder delete` and `solder get --stored` see it: one that a plugin
// brings (Kubernetes, Consul, ...) where one is set up, else the first of the directories with manifests.
// Tested by tests/unit/cli/file_objects_test.cc and tests/e2e/consul_store_test.py.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/serve_options.h"
#include "core/base/status.h"
#include "core/store/store.h"

namespace solder::cli {

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  // "a file", "the plugin consul": where what was written is.
  virtual base::Status put(const model::Object& object, std::string& where) = 0;
  // NOT_FOUND: it was not there.
  virtual base::Status remove(const model::ObjectRef& ref, std::string& where) = 0;
  // All that there is, with the problems of reading it.
  virtual base::Result<store::Batch> read() = 0;
};

// What a command is told of where objects are: `serve`'s own settings.
struct StoreOptions {
  std::string config_file;
  std::vector<std::string> config_directories, plugin_directories;
  int seconds = 30;
};

// --config, --config-dir, --plugin-dir and --seconds. In cli/apply.cc.
void add_store_options(CLI::App& command, StoreOptions& options);

// Loads plugins. Fails where the settings are wrong or plugins cannot be used.
base::Result<std::unique_ptr<ObjectStore>> open_store(const StoreOptions& options);

// Manifests in files: an object is written where it stands already, else as DIRECTORY/KIND/NAMESPACE/NAME.yaml.
std::unique_ptr<ObjectStore> file_objects(std::vector<std::string> directories);

// One object as it is written: YAML.
std::string manifest_text(const model::Object& object);

}  // namespace solder::cli
