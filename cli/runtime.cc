#include "cli/runtime.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "cli/plugin_commands.h"
#include "cli/plugin_trial.h"
#include "cli/refused_parts.h"
#include "cli/snapshot_changes.h"
#include "cli/startup_log.h"
#include "cli/xds_tls.h"
#include "core/base/memory.h"
#include "core/host/listing.h"
#include "core/sources/joined_store.h"

namespace solder::cli {

namespace {

constexpr int kEndStreamsMs = 2000;
constexpr auto kReviewPatience = std::chrono::seconds(9);  // less than an API server has
constexpr auto kFirstTokens = std::chrono::seconds(5);
constexpr size_t kMaxLoggedProblems = 50;
constexpr size_t kManyChanges = 1000;  // of objects and resources in one translation
constexpr size_t kManyObjects = 500;   // a world that was that large may be worth giving memory back for

}  // namespace

Runtime::Runtime(const ServeOptions&, StateDirectory state) : state_(std::move(state)) {}

base::Result<std::unique_ptr<Runtime>> Runtime::start(const ServeOptions& options) {
  auto state = StateDirectory::open(options.state_directory);
  if (!state.ok()) return state.status();
  std::unique_ptr<Runtime> runtime(new Runtime(options, std::move(*state)));
  if (auto status = runtime->start_plugins(options); !status.ok()) return status;
  if (auto status = runtime->start_servers(options); !status.ok()) return status;
  if (auto status = runtime->start_engine(options); !status.ok()) return status;
  if (auto status = runtime->start_validation(options); !status.ok()) return status;
  return runtime;
}

base::Status Runtime::start_plugins(const ServeOptions& options) {
  host::ManagerOptions manager;
  auto trust = trust_of(options);
  if (!trust.ok()) return trust.status();
  manager.plugins.load = with_schemas(
      {options.plugin_directories, state_.below("plugins"), options.key_owners, options.plugin_configurations});
  manager.plugins.load.trust = std::move(*trust);
  manager.plugins.services = services_;
  manager.plugins.load.isolation = options.isolation;
  manager.plugins.load.isolation.program = plugin_host();
  manager.plugins.isolate_crashed = options.isolate_crashed;
  manager.plugins.keep_removed = options.removed_plugins == "keep";
  manager.preflight_program = "/proc/self/exe";
  manager.preflight_arguments = {kPreflightCommand};
  auto opened = host::PluginManager::open(std::move(manager));
  if (!opened.ok()) return opened.status();
  manager_ = std::move(*opened);
  plugins_ = manager_->plugins();
  auto catalog = catalog_of(*plugins_);
  if (!catalog.ok()) return catalog.status();
  catalog_ = std::move(*catalog);
  services_->id_tokens.listen([this] { queue_.poke(); });
  log_plugins(*manager_->listing());
  return {};
}

base::Status Runtime::start_servers(const ServeOptions& options) {
  xds::ServerOptions xds_options;
  xds_options.address = options.xds_address;
  auto tls = xds_tls(options);
  if (!tls.ok()) return tls.status();
  xds_options.tls = std::move(*tls);
  auto server = xds::Server::start(
      xds_options, [this](const xds::Refusal& refusal) { refused(refusal); }, [this] { queue_.poke(); });
  if (!server.ok()) return server.status();
  server_ = std::move(*server);
  view_ = std::make_unique<ServeView>(types_, *manager_, *server_, refusals_);
  view_->not_ready("the manifests are being read for the first time");
  statuses_ = std::make_unique<report::StatusWriter>(state_.below("status"));
  admin::Handlers handlers;
  handlers.ready = [this] { return view_->ready(); };
  handlers.metrics = [this] { return view_->metrics(); };
  handlers.snapshot = [this] { return view_->snapshot(); };
  handlers.status = [this] { return view_->status(); };
  handlers.plugins = [this] { return host::to_json(*manager_->listing()); };
  handlers.plugin_history = [this](const std::string& plugin) { return manager_->history_json(plugin); };
  handlers.plugin_command = [this](const admin::PluginCommand& command) { return run_command(*manager_, command); };
  auto pages = admin::Server::start(options.admin_address, std::move(handlers));
  if (!pages.ok()) return pages.status();
  admin_ = std::move(*pages);
  spdlog::info("xDS on {} (port {}{}), admin pages on {} (port {})", options.xds_address, server_->port(),
               xds_options.tls ? ", TLS" : "", options.admin_address, admin_->port());
  return {};
}

base::Status Runtime::start_engine(const ServeOptions& options) {
  engine::EngineOptions engine_options;
  engine_options.write_namespace = options.write_namespace;
  engine_options.scoped_above = scoped_routes_above(options);
  engine_options.scopes_on_demand = options.scoped_routes_on_demand;
  engine_options.virtual_hosts_on_demand = options.virtual_hosts_on_demand;
  engine_options.last_good_directory = state_.below("last_good");
  engine_ = std::make_unique<engine::Engine>(types_, *plugins_, catalog_, engine_options);
  warn_of_missing(options.config_directories);
  spdlog::info("watching {}; state in {}", joined(options.config_directories), state_.path());
  engine_thread_ = std::thread([this] { translate_until_closed(); });
  if (auto status = manager_->follow([this](const host::Proposal& proposal) { return consider(proposal); });
      !status.ok()) {
    return status;
  }
  return start_store(options);
}

base::Status Runtime::start_store(const ServeOptions& options) {
  discovered_ = std::make_unique<discovery::DiscoveredFiles>(state_.below("discovered"));
  sources_ = std::make_unique<sources::SourceStore>(state_.below("sources"));
  sources_->expect(sources::watching(*plugins_));
  settings_ =
      std::make_unique<sources::SettingsTap>([this](std::string spec) { sources_->settings()->set(std::move(spec)); });
  settings_->catalog(catalog_);
  sources_->awaits_settings(sources::awaiting_settings(*plugins_), [this] { settings_->sources_known(); });
  driver_ = std::make_unique<sources::SourceDriver>(*sources_);
  shared_ = std::make_unique<SharedState>(SharedState::Ends{
      [this] { return sources_->leadership().leads(); },
      [this](auto entries) { driver_->share(std::move(entries)); },
      [this](const auto& plugin, const auto& list) { static_cast<void>(discovered_->put(plugin, list)); },
      [this](const auto& object) { discovered_->remove(object); },
  });
  auto files = settings_->watch_files(store::make_file_store(options.config_directories));
  store_ = discovery::DiscoveredStore::make(sources::join(std::move(files), *sources_),
                                            store::make_file_store({discovered_->directory()}),
                                            {[this](const store::Batch& batch) {
                                               settings_->take(batch);
                                               shared_->told(batch);
                                               discovery_->objects(batch);
                                             },
                                             [this](const store::Batch& batch) { shared_->found(batch); }});
  discovery::FunctionDiscovery::Ends ends;
  ends.publish = [this](const auto& plugin, const auto& list) {
    return sources_->leadership().leads() ? discovered_->put(plugin, list)
                                          : base::unavailable("another Solder leads now");
  };
  ends.gone = [this](const auto& object) { discovered_->remove(object); };
  ends.tell = [this](model::Diagnostics problems) { store_->tell(std::move(problems)); };
  ends.settings = sources_->settings();
  discovery_ = std::make_unique<discovery::FunctionDiscovery>(services_->secrets, std::move(ends));
  discovery_->lead(false);
  discovery_->plugins(plugins_, catalog_);
  sources_->leadership().follow([this](bool leads) {
    shared_->leads(leads);
    turn_.leads(leads);
  });
  if (options.discovery) {
    lease_ = discovery::make_file_lease(state_.below("discovery.lock"));
    lease_->start([this](bool held) {
      // What another process said was wrong is this one's to say now.
      if (held) static_cast<void>(discovered_->put_problems({}));
      turn_.holds(held);
    });
  }
  driver_->plugins(plugins_);
  return store_->start([this](store::Batch batch) { queue_.push(std::move(batch)); });
}

base::Status Runtime::start_validation(const ServeOptions& options) {
  if (options.validation_address.empty()) return {};
  auto server =
      admission::Server::start({options.validation_address, options.validation_certificate, options.validation_key},
                               [this](const admission::Review& review) { return judge(review); });
  if (!server.ok()) return server.status();
  validation_ = std::move(*server);
  spdlog::info("validation on {} (port {})", options.validation_address, validation_->port());
  return {};
}

// Asked by threads of the server, answered by the engine's.
base::Result<admission::Verdict> Runtime::judge(const admission::Review& review) {
  if (review.changes.empty() && review.problems.empty()) return admission::Verdict{};
  if (auto ready = view_->ready(); !ready.ok()) return ready;
  const auto promise = std::make_shared<std::promise<std::optional<admission::Verdict>>>();
  auto answer = promise->get_future();
  const bool posted = queue_.post([this, promise, review](bool doable) {
    promise->set_value(doable ? std::optional(admission_.judge(review, *engine_, reports_.all())) : std::nullopt);
  });
  if (!posted || answer.wait_for(kReviewPatience) != std::future_status::ready)
    return base::unavailable("Solder is ending, or has too much to do");
  auto verdict = answer.get();
  if (!verdict) return base::unavailable("Solder is ending");
  return std::move(*verdict);
}

Runtime::~Runtime() {
  validation_.reset();
  services_->id_tokens.listen(nullptr);
  if (store_) store_->stop();
  queue_.close();
  if (engine_thread_.joinable()) engine_thread_.join();
  if (manager_) manager_->stop();
  if (sources_) sources_->leadership().follow(nullptr);
  lease_.reset();
  discovery_.reset();  // the two above tell it of plugins, and the next
  driver_.reset();
  if (server_) server_->shutdown(kEndStreamsMs);
  admin_.reset();
  statuses_.reset();  // writes what is pending
}

void Runtime::refused(const xds::Refusal& refusal) {
  refusals_.add(refusal);
  std::set<std::string> resources;
  for (const auto& name : refusal.names) resources.insert(std::string(xds::plural(refusal.type)) + " " + name);
  manager_->refused_by_envoy(std::move(resources), refusal.message);
  spdlog::warn("node {} of {} refused {} ({}): {}", refusal.node_id, refusal.role, xds::plural(refusal.type),
               joined(refusal.names), refusal.message);
}

void Runtime::translate_until_closed() {
  bool complete = false;
  size_t changed = 0;
  std::vector<Task> tasks;
  for (auto work = queue_.take(); !work.empty(); work = queue_.take()) {
    if (work.poked && published_) engine_->set_refused(refused_parts(server_->refusing(), *published_));
    if (work.poked) engine_->set_tokens(services_->id_tokens.states());
    for (const auto& batch : work.batches) {
      engine_->apply(batch);
      changed += batch.changes.size();
      complete = complete || batch.complete;
    }
    std::move(work.tasks.begin(), work.tasks.end(), std::back_inserter(tasks));
    // Half a world would take away from Envoys what only has not been read yet.
    if (!complete) {
      if (!work.batches.empty()) explain_waiting(work.batches.back());
      continue;
    }
    if (!work.batches.empty() || work.poked) translate(std::exchange(changed, 0));
    for (const auto& task : std::exchange(tasks, {})) task(true);
  }
  for (const auto& task : tasks) task(false);
}

void Runtime::explain_waiting(const store::Batch& batch) {
  for (const auto& problem : batch.problems) {
    if (problem.object.kind != "ConfigSource") continue;
    const std::string words = "nothing is served before " + problem.object.name + " has been read: " + problem.message;
    spdlog::warn("{} [{}]", words, problem.reason);
    view_->not_ready(words);
  }
}

// Envoys that are there already have tokens: the first that they are told is not that there is none.
engine::Output Runtime::with_tokens(engine::Output output) {
  if (published_ || output.tokens.empty()) return output;
  services_->id_tokens.want(output.tokens);
  services_->id_tokens.wait_settled(kFirstTokens);
  engine_->set_tokens(services_->id_tokens.states());
  engine::Output again = engine_->translate();
  keep_older(again.changes, std::move(output.changes));
  return again;
}

// What is new is new since the first of two translations.
void Runtime::keep_older(std::vector<model::ObjectChange>& changes, std::vector<model::ObjectChange> older) {
  std::set<model::ObjectRef> known;
  for (const auto& change : changes) known.insert(change.ref);
  std::copy_if(std::make_move_iterator(older.begin()), std::make_move_iterator(older.end()),
               std::back_inserter(changes), [&](const auto& change) { return known.count(change.ref) == 0; });
}

void Runtime::translate(size_t changed_objects) {
  const auto begin = std::chrono::steady_clock::now();
  engine::Output output = with_tokens(engine_->translate());
  server_->publish(output.snapshots);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const auto changes = count_changes(published_.get(), *output.snapshots);
  spdlog::info("translated: {} of {} objects changed, {} resources changed, {} removed, {:.1f} ms", changed_objects,
               engine_->object_count(), changes.changed, changes.removed, took.count() * 1000);
  // The allocator keeps what a smaller world no longer needs; giving it back costs milliseconds, so not for a few.
  // Files that go one by one come in many small translations: the world is smaller by a tenth now and then.
  const size_t objects = engine_->object_count();
  most_objects_ = std::max(most_objects_, objects);
  const bool shrunk = most_objects_ >= kManyObjects && objects <= most_objects_ - most_objects_ / 10;
  if (shrunk) most_objects_ = objects;
  if (shrunk || changed_objects + changes.removed >= kManyChanges) base::give_back_memory();
  present(std::move(output), took);
}

void Runtime::present(engine::Output output, std::chrono::duration<double> took) {
  services_->id_tokens.want(output.tokens);
  published_ = output.snapshots;
  auto reports = reports_.update(output.changes);
  log_problems(reports);
  shared_->kept(output.kept);
  view_->update(std::move(output), reports, took);
  driver_->reports(reports);
  statuses_->write(std::move(reports));
}

void Runtime::log_problems(const report::Reports::Changes& reports) {
  const auto changes = problems_.update(reports);
  size_t logged = 0;
  for (const auto& problem : changes.appeared) {
    if (++logged <= kMaxLoggedProblems) spdlog::warn("{}", report::to_text(problem));
  }
  for (const auto& problem : changes.gone) {
    if (++logged <= kMaxLoggedProblems) spdlog::info("gone: {}", report::to_text(problem));
  }
  if (logged > kMaxLoggedProblems)
    spdlog::warn("and {} more; `solder get` and /status have all", logged - kMaxLoggedProblems);
}

}  // namespace solder::cli
