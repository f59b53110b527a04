// Drives the plugins that find functions: on a thread of its own it follows what users write, decides which upstreams
// are looked at, and tells each plugin's discovering instance. Translation neither waits for it nor hears of it but by
// what is published. Tested by tests/plugin/discovery_test.cc and tests/e2e/lambda_discovery_test.py.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/config/schema_catalog.h"
#include "core/host/plugin_set.h"
#include "core/host/services/discoverer.h"
#include "core/host/services/secret_book.h"
#include "core/store/store.h"

namespace solder::discovery {

class FunctionDiscovery {
 public:
  struct Ends {
    // What was found is kept here.
    std::function<base::Status(const std::string& plugin, const host::PublishedList&)> publish;
    // An upstream is gone, and what was found for it with it.
    std::function<void(const model::ObjectRef&)> gone;
    // All problems that there are now.
    std::function<void(model::Diagnostics)> tell;
    // Where only one upstream is looked at: why it is not. May be empty.
    std::function<void(const std::string&)> not_followed{};
    // What plugins hear of Settings; outlives it. Null: nothing.
    host::SettingsBook* settings = nullptr;
  };

  // `secrets` gets the values of users' Secrets, and must outlive it. `only`: that upstream alone is looked at.
  FunctionDiscovery(host::SecretBook& secrets, Ends ends, std::optional<model::ObjectRef> only = std::nullopt);
  // Ends all instances.
  ~FunctionDiscovery();
  FunctionDiscovery(const FunctionDiscovery&) = delete;
  FunctionDiscovery& operator=(const FunctionDiscovery&) = delete;

  // Whether it is this process that looks: without it nothing runs, is published or taken away, and users' Secrets are
  // known all the same. From the start it does, unless it is told otherwise. [any thread]
  void lead(bool leads);
  // What users wrote. Nothing is looked at before a batch that is complete. [any thread]
  void objects(store::Batch batch);
  // What runs now. [any thread]
  void plugins(std::shared_ptr<host::PluginSet> plugins, config::SchemaCatalogPtr catalog);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::discovery
