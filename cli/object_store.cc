#include "cli/object_store.h"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "cli/offline.h"
#include "cli/read_only_world.h"
#include "core/config/kinds.h"
#include "core/host/plugin_manager.h"
#include "core/host/services/quiet_listener.h"
#include "core/host/services/services.h"
#include "core/host/services/watcher.h"

namespace solder::cli {

namespace {

constexpr std::string_view kSourceScope = "source:";

// Hears what becomes of changes; of sources that only write nothing else comes.
class Answers final : public host::QuietObjectListener {
 public:
  void changed(const std::string&, uint64_t id, base::Status status) override {
    const std::lock_guard lock(mutex_);
    answers_.emplace(id, std::move(status));
    there_.notify_all();
  }
  base::Status wait(uint64_t id, std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    if (!there_.wait_for(lock, patience, [&] { return answers_.count(id) != 0; }))
      return {base::Code::kDeadlineExceeded, "no answer within " + std::to_string(patience.count()) + " s"};
    return answers_.extract(id).mapped();
  }

 private:
  std::mutex mutex_;
  std::condition_variable there_;
  std::map<uint64_t, base::Status> answers_;
};

class Stores final : public ObjectStore {
 public:
  Stores(const ServeOptions& options, std::chrono::seconds patience)
      : patience_(patience),
        services_(std::make_shared<host::Services>()),
        directories_(options.config_directories),
        files_(file_objects(options.config_directories)) {
    services_->lease = false;  // who only reads and writes objects takes no part in who leads
  }
  ~Stores() override {
    watchers_.clear();
    manager_.reset();
  }
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  base::Status load(const ServeOptions& options) {
    auto load = load_options(copies_, options.plugin_directories);
    if (!load.ok()) return load.status();
    load->configurations = options.plugin_configurations;
    host::ManagerOptions manager;
    manager.plugins.load = with_schemas(*load);
    manager.plugins.services = services_;
    auto opened = host::PluginManager::open(std::move(manager));
    if (!opened.ok()) return opened.status();
    manager_ = std::move(*opened);
    for (const auto& refused : manager_->listing()->refused()) {
      // One that is set up and does not run would be passed over for files.
      for (const auto& [plugin, configuration] : options.plugin_configurations) {
        if (refused.name == plugin)
          return base::invalid_argument("plugin " + plugin + " is refused: " + refused.message);
      }
    }
    for (const auto& [key, plugin] : manager_->plugins()->owners()) {
      if (!key.starts_with(kSourceScope)) continue;
      auto watcher = plugin->make_watcher(answers_);
      if (watcher.ok()) watchers_.emplace_back(plugin->manifest.name, std::move(*watcher));
    }
    return {};
  }

  base::Status put(const model::Object& object, std::string& where) override {
    const auto done = change({++last_, object.ref, object.api_version, object.json}, where);
    return done ? *done : files_->put(object, where);
  }
  base::Status remove(const model::ObjectRef& ref, std::string& where) override {
    const auto done = change({++last_, ref, config::api_version_of(ref.kind), ""}, where);
    return done ? *done : files_->remove(ref, where);
  }

  base::Result<store::Batch> read() override {
    const auto catalog = catalog_of(*manager_->plugins());
    if (!catalog.ok()) return catalog.status();
    ReadOnlyWorld world(copies_.path() + "/sources", directories_, manager_->plugins(), *catalog);
    std::mutex mutex;
    std::condition_variable there;
    std::map<model::ObjectRef, model::ObjectPtr> objects;
    store::Batch out;
    const auto status = world.start([&](const store::Batch& batch) {
      const std::lock_guard lock(mutex);
      for (const auto& each : batch.changes) objects[each.ref] = each.object;
      out.problems = batch.problems;
      out.complete = out.complete || batch.complete;
      there.notify_all();
    });
    if (!status.ok()) return status;
    {
      std::unique_lock lock(mutex);
      there.wait_for(lock, patience_, [&] { return out.complete; });
    }
    world.stop();
    if (!out.complete) {
      std::string why = "not everything could be read within " + std::to_string(patience_.count()) + " s";
      for (const auto& problem : out.problems) why += "; " + problem.message;
      return base::unavailable(why);
    }
    for (auto& [ref, object] : objects) {
      if (object) out.changes.push_back({ref, object});
    }
    return out;
  }

 private:
  // Nothing: no plugin has a store that could be written.
  std::optional<base::Status> change(const host::StoreChange& change, std::string& where) {
    for (const auto& [name, watcher] : watchers_) {
      if (!watcher->change(change)) continue;
      where = name;
      return answers_.wait(change.id, patience_);
    }
    return std::nullopt;
  }

  const std::chrono::seconds patience_;
  const CopyDirectory copies_;
  const host::ServicesPtr services_;
  const std::vector<std::string> directories_;
  const std::unique_ptr<ObjectStore> files_;
  Answers answers_;
  std::unique_ptr<host::PluginManager> manager_;
  std::vector<std::pair<std::string, std::unique_ptr<host::Watcher>>> watchers_;
  uint64_t last_ = 0;
};

base::Result<ServeOptions> settings_of(const StoreOptions& options) {
  ServeOptions out;
  if (auto status = read_config_file(options.config_file, out); !status.ok()) return status;
  if (!options.config_directories.empty()) out.config_directories = options.config_directories;
  if (!options.plugin_directories.empty()) out.plugin_directories = options.plugin_directories;
  if (auto status = complete(out); !status.ok()) return status;
  return out;
}

}  // namespace

base::Result<std::unique_ptr<ObjectStore>> open_store(const StoreOptions& options) {
  const auto settings = settings_of(options);
  if (!settings.ok()) return settings.status();
  auto stores = std::make_unique<Stores>(*settings, std::chrono::seconds(options.seconds));
  if (auto status = stores->load(*settings); !status.ok()) return status;
  return std::unique_ptr<ObjectStore>(std::move(stores));
}

}  // namespace solder::cli
