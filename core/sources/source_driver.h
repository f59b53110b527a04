// Drives the plugins that bring objects from elsewhere: makes an instance of each, tells it which kinds count, and what
// became of what it brought. On a thread of its own: translation never waits for it.
// Tested by tests/plugin/config_watcher_test.cc and tests/e2e/kubernetes_api_test.py.
#pragma once

#include <memory>

#include "core/host/plugin_set.h"
#include "core/report/reporter.h"
#include "core/sources/source_store.h"

namespace solder::sources {

// Names of the plugins in it that bring objects.
std::vector<std::string> watching(const host::PluginSet& plugins);
// Those of them that ask for Settings.
std::vector<std::string> awaiting_settings(const host::PluginSet& plugins);

class SourceDriver {
 public:
  // `store` must outlive it.
  explicit SourceDriver(SourceStore& store);
  // Ends all instances.
  ~SourceDriver();
  SourceDriver(const SourceDriver&) = delete;
  SourceDriver& operator=(const SourceDriver&) = delete;

  // What runs now. [any thread]
  void plugins(std::shared_ptr<host::PluginSet> plugins);
  // What became of objects. Of those that a source brought, the source is told. [any thread]
  void reports(const report::Reports::Changes& changes);
  // All that Solders on one store are to share: entries by what they are about, whose source is told. [any thread]
  struct SharedEntry {
    model::ObjectRef about;
    std::string name, json;
  };
  using SharedEntries = std::vector<std::shared_ptr<const SharedEntry>>;
  void share(SharedEntries entries);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::sources
