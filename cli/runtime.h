// The running server: store → engine → xDS server, with statuses and admin pages behind. One thread translates; the
// snapshot is published before anything else is done with a result. Tested by tests/unit/cli/serve_test.py and
// tests/e2e.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/admission.h"
#include "cli/batch_queue.h"
#include "cli/discovery_turn.h"
#include "cli/offline.h"
#include "cli/problem_log.h"
#include "cli/refusal_book.h"
#include "cli/serve_options.h"
#include "cli/serve_view.h"
#include "cli/shared_state.h"
#include "cli/state_directory.h"
#include "core/admin/server.h"
#include "core/admission/server.h"
#include "core/discovery/discovered_files.h"
#include "core/discovery/discovered_store.h"
#include "core/discovery/function_discovery.h"
#include "core/discovery/lease.h"
#include "core/engine/engine.h"
#include "core/host/plugin_manager.h"
#include "core/host/services/services.h"
#include "core/report/reporter.h"
#include "core/sources/settings_tap.h"
#include "core/sources/source_driver.h"
#include "core/sources/source_store.h"
#include "core/store/store.h"
#include "core/xds/server.h"

namespace solder::cli {

class Runtime {
 public:
  // Starts everything in order, or says what is in the way.
  static base::Result<std::unique_ptr<Runtime>> start(const ServeOptions& options);
  // Stops everything in order: the store, the engine, the streams, the statuses.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  [[nodiscard]] int xds_port() const { return server_->port(); }
  [[nodiscard]] int admin_port() const { return admin_->port(); }

 private:
  Runtime(const ServeOptions& options, StateDirectory state);

  base::Status start_servers(const ServeOptions& options);
  base::Status start_store(const ServeOptions& options);
  base::Status start_validation(const ServeOptions& options);
  base::Result<admission::Verdict> judge(const admission::Review& review);
  base::Status start_engine(const ServeOptions& options);
  void refused(const xds::Refusal& refusal);
  void translate_until_closed();
  // Where a source is what is waited for: why it has not said all yet.
  void explain_waiting(const store::Batch& batch);
  engine::Output with_tokens(engine::Output output);
  void translate(size_t changed_objects);
  void present(engine::Output output, std::chrono::duration<double> took);
  base::Status start_plugins(const ServeOptions& options);
  static void keep_older(std::vector<model::ObjectChange>& changes, std::vector<model::ObjectChange> older);
  // runtime_plugins.cc: the manager's questions, asked in its thread and answered by the engine's.
  struct Change;
  host::Verdict consider(const host::Proposal& proposal);
  bool in_engine_thread(Change& change, const std::function<void()>& work);
  host::Verdict change_engines(Change& change);
  host::Verdict take_second(Change& change, engine::Engine& second);
  host::Verdict use_plugins(Change& change);
  static std::vector<std::string> judge_change(const Change& change, const report::Reports& reports,
                                               const std::vector<model::ObjectChange>& changes);
  void tell_others();
  void log_problems(const report::Reports::Changes& reports);

  StateDirectory state_;
  services::MessageTypes types_;
  host::ServicesPtr services_ = std::make_shared<host::Services>();
  std::unique_ptr<host::PluginManager> manager_;
  // What the engine uses; the manager may be about to propose others, and waits while its thread changes them.
  std::shared_ptr<host::PluginSet> plugins_;
  config::SchemaCatalogPtr catalog_;
  RefusalBook refusals_;
  std::unique_ptr<xds::Server> server_;
  std::unique_ptr<ServeView> view_;
  std::unique_ptr<report::StatusWriter> statuses_;
  std::unique_ptr<admin::Server> admin_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<discovery::DiscoveredFiles> discovered_;
  std::unique_ptr<sources::SourceStore> sources_;
  std::unique_ptr<sources::SettingsTap> settings_;
  std::unique_ptr<sources::SourceDriver> driver_;
  std::unique_ptr<SharedState> shared_;
  std::unique_ptr<discovery::DiscoveredStore> store_;
  std::unique_ptr<discovery::FunctionDiscovery> discovery_;
  DiscoveryTurn turn_{[this](bool discovers) { discovery_->lead(discovers); }};
  std::unique_ptr<discovery::Lease> lease_;  // of those who discover on one state directory
  BatchQueue queue_;
  report::Reports reports_;
  ProblemLog problems_;
  Admission admission_;
  std::shared_ptr<const xds::SnapshotsByRole> published_;
  size_t most_objects_ = 0;  // since memory was given back last
  std::thread engine_thread_;
  std::unique_ptr<admission::Server> validation_;
};

}  // namespace solder::cli
