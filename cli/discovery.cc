// `solder discovery`: finds functions and instances for a `solder serve` beside it, until SIGTERM or SIGINT. It reads
// the same manifests and writes what it finds where the server looks for it. Of several one works, the others wait.
#include <signal.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "cli/plugin_commands.h"
#include "cli/read_only_world.h"
#include "cli/serve_options.h"
#include "core/discovery/discovered_files.h"
#include "core/discovery/function_discovery.h"
#include "core/discovery/lease.h"
#include "core/host/plugin_manager.h"
#include "core/host/services/services.h"

namespace solder::cli {

namespace {

struct DiscoveryFlags {
  std::string config_file;
  ServeOptions given;
};

base::Result<ServeOptions> options_of(const DiscoveryFlags& flags) {
  ServeOptions options;
  if (auto status = read_config_file(flags.config_file, options); !status.ok()) return status;
  const ServeOptions& given = flags.given;
  if (!given.config_directories.empty()) options.config_directories = given.config_directories;
  if (!given.plugin_directories.empty()) options.plugin_directories = given.plugin_directories;
  if (!given.state_directory.empty()) options.state_directory = given.state_directory;
  if (auto status = complete(options); !status.ok()) return status;
  return options;
}

class DiscoveryProcess {
 public:
  ~DiscoveryProcess() {
    if (world_) world_->stop();
    if (manager_) manager_->stop();
    lease_.reset();
    discovery_.reset();
    world_.reset();
  }

  base::Status start(const ServeOptions& options) {
    std::error_code error;
    std::filesystem::create_directories(options.state_directory, error);
    if (error) return base::unavailable("state directory " + options.state_directory + ": " + error.message());
    if (auto status = start_plugins(options); !status.ok()) return status;
    return start_discovery(options);
  }

 private:
  base::Status start_plugins(const ServeOptions& options) {
    host::ManagerOptions manager;
    manager.plugins.load =
        with_schemas({options.plugin_directories, copies_.path(), options.key_owners, options.plugin_configurations});
    auto trust = trust_of(options);
    if (!trust.ok()) return trust.status();
    manager.plugins.load.trust = std::move(*trust);
    services_->lease = false;  // this process never leads: statuses are the server's
    manager.plugins.services = services_;
    auto opened = host::PluginManager::open(std::move(manager));
    if (!opened.ok()) return opened.status();
    manager_ = std::move(*opened);
    for (const auto& refused : manager_->listing()->refused())
      spdlog::warn("plugin file {} is refused: {} [{}]", refused.file, refused.message, refused.reason);
    return {};
  }

  base::Status start_discovery(const ServeOptions& options) {
    const auto plugins = manager_->plugins();
    auto catalog = catalog_of(*plugins);
    if (!catalog.ok()) return catalog.status();
    files_ = std::make_unique<discovery::DiscoveredFiles>(options.state_directory + "/discovered");
    // What the server's sources gave is the server's: this process asks for itself and keeps nothing of it.
    world_ =
        std::make_unique<ReadOnlyWorld>(copies_.path() + "/sources", options.config_directories, plugins, *catalog);
    discovery::FunctionDiscovery::Ends ends;
    ends.settings = world_->settings();
    ends.publish = [this](const auto& plugin, const auto& list) { return files_->put(plugin, list); };
    ends.gone = [this](const auto& object) { files_->remove(object); };
    ends.tell = [this](const model::Diagnostics& problems) {
      if (const auto status = files_->put_problems(problems); !status.ok()) spdlog::error("{}", status.message());
    };
    discovery_ = std::make_unique<discovery::FunctionDiscovery>(services_->secrets, std::move(ends));
    discovery_->lead(false);
    discovery_->plugins(plugins, *catalog);
    auto status = world_->start([this](store::Batch batch) { discovery_->objects(std::move(batch)); });
    if (!status.ok()) return status;
    lease_ = discovery::make_file_lease(options.state_directory + "/discovery.lock");
    lease_->start([this](bool held) {
      if (held) spdlog::info("discovering; what is found stands in {}", files_->directory());
      discovery_->lead(held);
    });
    return {};
  }

  const CopyDirectory copies_;
  host::ServicesPtr services_ = std::make_shared<host::Services>();
  std::unique_ptr<host::PluginManager> manager_;
  std::unique_ptr<discovery::DiscoveredFiles> files_;
  std::unique_ptr<ReadOnlyWorld> world_;
  std::unique_ptr<discovery::FunctionDiscovery> discovery_;
  std::unique_ptr<discovery::Lease> lease_;
};

int run_discovery(const DiscoveryFlags& flags) {
  const auto options = options_of(flags);
  if (!options.ok()) {
    complain(options.status().message());
    return options.status().code() == base::Code::kNotFound ? kCannotRun : kUsage;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  DiscoveryProcess process;
  if (auto status = process.start(*options); !status.ok()) {
    complain(status.message());
    return kCannotRun;
  }
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return kOk;
}

}  // namespace

void add_discovery(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("discovery", "Find functions and instances for a server beside it");
  command->footer(
      "Reads the server's manifests and writes what it finds into its state directory. Of several, and of a server\n"
      "without --no-discovery, one works; the others wait until it is gone. SIGTERM or Ctrl-C ends it.\n"
      "Examples:\n"
      "  solder serve --config /etc/solder/solder.yaml --no-discovery\n"
      "  solder discovery --config /etc/solder/solder.yaml");
  auto flags = std::make_shared<DiscoveryFlags>();
  command->add_option("--config", flags->config_file, "The server's file of settings; flags override it")
      ->type_name("FILE");
  command
      ->add_option("--config-dir", flags->given.config_directories,
                   "Directory or file with manifests, watched; may be given several times")
      ->allow_extra_args(false)
      ->type_name("DIR");
  add_plugin_directories(*command, flags->given.plugin_directories);
  command->add_option("--state-dir", flags->given.state_directory, "The server's state directory")->type_name("DIR");
  command->callback([&action, flags] { action = [flags] { return run_discovery(*flags); }; });
}

}  // namespace solder::cli
