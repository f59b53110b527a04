// Looks at what stores tell and says which Settings count, once they are known, for plugins that ask for them by
// "solder.settings/1". Any thread. Tested by tests/unit/sources/settings_tap_test.cc.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/config/schema_catalog.h"
#include "core/store/store.h"

namespace solder::sources {

class SettingsTap {
 public:
  // Gets the spec as JSON; empty: there are none. Called one at a time.
  using Tell = std::function<void(std::string)>;

  explicit SettingsTap(Tell tell) : tell_(std::move(tell)) {}

  // By which schemas Settings are read.
  void catalog(config::SchemaCatalogPtr catalog);
  // What everybody says, files and sources.
  void take(const store::Batch& batch);
  // Sources have said all but for those that wait for Settings; files have.
  void sources_known();
  void files_known();
  // The same store, which says so.
  std::unique_ptr<store::Store> watch_files(std::unique_ptr<store::Store> files);

 private:
  void look();
  [[nodiscard]] bool known() const { return sources_known_ && files_known_; }

  const Tell tell_;
  std::mutex mutex_;
  config::SchemaCatalogPtr catalog_;
  std::map<model::ObjectRef, model::ObjectPtr> settings_;
  bool sources_known_ = false, files_known_ = false;
  std::optional<std::pair<model::ObjectRef, std::string>> good_;  // the last that passed its schemas
};

}  // namespace solder::sources
