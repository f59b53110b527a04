// What the admin pages of a running server show: written by the engine's thread after each translation, read by the
// admin server's. Tested by tests/unit/cli/serve_test.py.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/refusal_book.h"
#include "core/admin/metrics.h"
#include "core/base/status.h"
#include "core/engine/engine.h"
#include "core/host/plugin_manager.h"
#include "core/model/diagnostic.h"
#include "core/report/reporter.h"
#include "core/services/message_types.h"
#include "core/xds/server.h"
#include "core/xds/snapshot.h"

namespace solder::cli {

class ServeView {
 public:
  // All must outlive the view.
  ServeView(const services::MessageTypes& types, const host::PluginManager& plugins, const xds::Server& server,
            RefusalBook& refusals);

  // One translation is done and published; `reports` is what it changed.
  void update(engine::Output output, const report::Reports::Changes& reports, std::chrono::duration<double> took);
  // Why the server is not ready yet, until the first update().
  void not_ready(std::string reason);

  [[nodiscard]] base::Status ready() const;
  [[nodiscard]] std::string metrics() const;
  // {"roles": ...}; private keys are redacted.
  [[nodiscard]] base::Result<std::string> snapshot() const;
  // {"ready","reason"?,"reports":[...],"nodes":[...]}
  [[nodiscard]] std::string status() const;

 private:
  const services::MessageTypes& types_;
  const host::PluginManager& plugins_;
  const xds::Server& server_;
  RefusalBook& refusals_;
  admin::Metrics metrics_;  // what is counted as it happens; the rest is read when it is asked for
  admin::Counter& translations_;
  admin::Histogram& seconds_;

  mutable std::mutex mutex_;
  std::string why_not_ready_ = "starting";
  std::shared_ptr<const xds::SnapshotsByRole> snapshots_;
  std::shared_ptr<const engine::ServedPlaces> places_;
  std::map<model::ObjectRef, model::ObjectReport> reports_;
};

}  // namespace solder::cli
