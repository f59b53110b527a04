// Objects that plugins bring from elsewhere, as one store. What a source gave when it was last whole stands on disk
// below the state directory (Secrets too: only the user may read it), and counts until the source is whole again; with
// one object that is to stay in memory alone (model::memory_only) nothing of that source stands there.
// Nothing of a source counts while it is being read for the first time. Of an object that several sources bring the
// first one by name counts. Any thread.
// Tested by tests/unit/sources/source_store_test.cc.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/host/services/watcher.h"
#include "core/sources/leadership.h"
#include "core/store/store.h"

namespace solder::sources {

class SourceStore final : public store::Store, public host::ObjectListener {
 public:
  // `directory` is made when something is kept there. A source is written when it has been quiet for `settle`, but at
  // least every ten times that long, and at the end.
  explicit SourceStore(std::string directory, std::chrono::milliseconds settle = std::chrono::seconds(3));
  ~SourceStore() override;
  SourceStore(const SourceStore&) = delete;
  SourceStore& operator=(const SourceStore&) = delete;

  // Before start(): plugins whose objects the world waits for.
  void expect(const std::vector<std::string>& plugins);
  // The same: plugins that say nothing before they know the Settings. `known` is called once all others have said all,
  // so that whoever else brings Settings need not be waited for; it must not come back in here.
  void awaits_settings(const std::vector<std::string>& plugins, std::function<void()> known);
  // A new instance of that plugin begins to say what there is.
  void begin(const std::string& plugin);
  // What the plugin that brought it said last, and which that is; null: none did.
  struct Found {
    std::string plugin;
    model::ObjectPtr object;
  };
  [[nodiscard]] Found find(const model::ObjectRef& ref) const;

  base::Status start(store::Listener listener) override;
  void stop() override;

  base::Status put(const std::string& plugin, std::string_view json) override;
  void remove(const std::string& plugin, const model::ObjectRef& object) override;
  void began(const std::string& plugin) override { begin(plugin); }
  void begin_list(const std::string& plugin, const std::string& kind, const std::string& ns) override;
  void end_list(const std::string& plugin, const std::string& kind, const std::string& ns) override;
  void keep(const std::string& plugin, const std::string& kind, const std::string& ns) override;
  void complete(const std::string& plugin) override;
  void reported(const std::string& plugin, model::Diagnostics problems) override;
  void holds_lease(const std::string& plugin, std::chrono::steady_clock::time_point until) override {
    leadership_.hold(plugin, until);
  }
  // Whether this Solder leads among several on one store.
  [[nodiscard]] Leadership& leadership() { return leadership_; }
  host::SettingsBook* settings() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  Leadership leadership_;
};

}  // namespace solder::sources
