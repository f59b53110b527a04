// `solder serve`: runs until SIGTERM or SIGINT.
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/runtime.h"

namespace solder::cli {

namespace {

// What stood on the command line; an option that was not given says nothing.
struct Flags {
  std::string config_file;
  ServeOptions given;
  CLI::App* command = nullptr;
};

void start_log(const std::string& level) {
  auto log = spdlog::default_logger();
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  log->set_level(spdlog::level::from_str(level));
  log->flush_on(spdlog::level::trace);
}

template <typename T>
void override(const Flags& flags, const char* name, const T& given, T& value) {
  if (flags.command->count(name) > 0) value = given;
}

base::Result<ServeOptions> options_of(const Flags& flags) {
  ServeOptions options;
  if (auto status = read_config_file(flags.config_file, options); !status.ok()) return status;
  override(flags, "--config-dir", flags.given.config_directories, options.config_directories);
  override(flags, "--plugin-dir", flags.given.plugin_directories, options.plugin_directories);
  override(flags, "--xds-address", flags.given.xds_address, options.xds_address);
  override(flags, "--xds-certificate", flags.given.xds_certificate, options.xds_certificate);
  override(flags, "--xds-key", flags.given.xds_key, options.xds_key);
  override(flags, "--xds-client-ca", flags.given.xds_client_ca, options.xds_client_ca);
  override(flags, "--validation-address", flags.given.validation_address, options.validation_address);
  override(flags, "--validation-certificate", flags.given.validation_certificate, options.validation_certificate);
  override(flags, "--validation-key", flags.given.validation_key, options.validation_key);
  override(flags, "--admin-address", flags.given.admin_address, options.admin_address);
  override(flags, "--state-dir", flags.given.state_directory, options.state_directory);
  override(flags, "--write-namespace", flags.given.write_namespace, options.write_namespace);
  override(flags, "--scoped-routes-above", flags.given.scoped_routes_above, options.scoped_routes_above);
  override(flags, "--scoped-routes-on-demand", flags.given.scoped_routes_on_demand, options.scoped_routes_on_demand);
  override(flags, "--virtual-hosts-on-demand", flags.given.virtual_hosts_on_demand, options.virtual_hosts_on_demand);
  override(flags, "--no-discovery", flags.given.discovery, options.discovery);
  override(flags, "--log-level", flags.given.log_level, options.log_level);
  if (auto status = complete(options); !status.ok()) return status;
  return options;
}

// The signals that end the server, kept from all its threads: one thread asks for them.
sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Each Envoy is a connection, and so is each request that waits for news elsewhere; a shell's usual limit is 1024.
void allow_many_files() {
  constexpr rlim_t kMany = 65536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kMany) return;
  limit.rlim_cur = std::min(limit.rlim_max, kMany);
  setrlimit(RLIMIT_NOFILE, &limit);
}

constexpr auto kEndSeconds = std::chrono::seconds(15);

// Ends the process where the ending in order takes too long: a plugin that never comes back must not outlive a
// supervisor's patience.
class Deadline {
 public:
  explicit Deadline(std::chrono::seconds patience) : thread_([this, patience] { wait(patience); }) {}
  ~Deadline() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  void wait(std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, patience, [this] { return done_; })) return;
    spdlog::error("something does not end, most likely a plugin; gone without it after {} s", patience.count());
    std::_Exit(kCannotRun);
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;  // last: starts when the rest is there
};

int serve(const Flags& flags) {
  const auto options = options_of(flags);
  if (!options.ok()) {
    complain(options.status().message());
    return options.status().code() == base::Code::kNotFound ? kCannotRun : kUsage;
  }
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  start_log(options->log_level);
  allow_many_files();
  spdlog::info("solder {} (Envoy {})", SOLDER_VERSION, SOLDER_ENVOY_VERSION);
  auto runtime = Runtime::start(*options);
  if (!runtime.ok()) {
    complain(runtime.status().message());
    return kCannotRun;
  }
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  spdlog::info("{}: ending; Ctrl-C ends at once", signal == SIGINT ? "SIGINT" : "SIGTERM");
  // Someone at a terminal may lose patience; a supervisor that says SIGTERM twice must not cut the ending short.
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &interrupt, nullptr);
  {
    const Deadline deadline(kEndSeconds);
    runtime->reset();
  }
  spdlog::info("ended");
  return kOk;
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("serve", "Serve Envoys from directories of manifests");
  command->footer(
      "SIGTERM or Ctrl-C ends it in order.\n"
      "Examples:\n"
      "  solder serve --config-dir manifests\n"
      "  solder serve --config-dir manifests --xds-address 127.0.0.1:9977 --state-dir /tmp/solder\n"
      "  solder serve --config /etc/solder/solder.yaml --log-level debug");
  auto flags = std::make_shared<Flags>();
  flags->command = command;
  ServeOptions& given = flags->given;
  command->add_option("--config", flags->config_file, "A YAML file with all of these settings; flags override it")
      ->type_name("FILE");
  command
      ->add_option("--config-dir", given.config_directories,
                   "Directory or file with manifests, watched; may be given several times.\n"
                   "Default: /etc/solder/manifests where it is there, else ./manifests")
      ->allow_extra_args(false)
      ->type_name("DIR");
  add_plugin_directories(*command, given.plugin_directories);
  command->add_option("--xds-address", given.xds_address, "Where Envoys connect")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command->add_option("--xds-certificate", given.xds_certificate, "Serve Envoys over TLS with this chain, PEM")
      ->type_name("FILE");
  command->add_option("--xds-key", given.xds_key, "The key to --xds-certificate, PEM")->type_name("FILE");
  command
      ->add_option("--xds-client-ca", given.xds_client_ca,
                   "Envoys must show a certificate that one of these authorities signed, PEM")
      ->type_name("FILE");
  command
      ->add_option("--validation-address", given.validation_address,
                   "Answer Kubernetes' admission webhooks here, over TLS, at /validation")
      ->type_name("HOST:PORT");
  command->add_option("--validation-certificate", given.validation_certificate, "The certificate for that, PEM")
      ->type_name("FILE");
  command->add_option("--validation-key", given.validation_key, "The key to it, PEM")->type_name("FILE");
  command
      ->add_option("--admin-address", given.admin_address,
                   "Where /status, /metrics and the like are; unprotected, keep it on loopback")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command
      ->add_option("--state-dir", given.state_directory,
                   "Where statuses and last good versions are kept.\nDefault: /var/lib/solder where it can be written, "
                   "else ./state")
      ->type_name("DIR");
  command->add_option("--write-namespace", given.write_namespace, "Namespace of the default gateways")
      ->type_name("NAMESPACE")
      ->capture_default_str();
  command
      ->add_option("--scoped-routes-above", given.scoped_routes_above,
                   "Routes on one listener above which one changed route is cheap in Envoy, by scoped routes; or never")
      ->type_name("NUMBER")
      ->capture_default_str();
  command->add_flag("--scoped-routes-on-demand", given.scoped_routes_on_demand,
                    "Envoys load scoped routes when a request first needs them: for very many idle domains");
  command->add_flag("--virtual-hosts-on-demand", given.virtual_hosts_on_demand,
                    "Instead of scoped routes, virtual hosts that Envoys load when a request first needs them (VHDS)");
  command->add_flag_function(
      "--no-discovery", [flags](int64_t) { flags->given.discovery = false; },
      "Functions and instances are found by a `solder discovery` of its own");
  command->add_option("--log-level", given.log_level, "How much to log")
      ->check(CLI::IsMember(log_levels()))
      ->type_name("LEVEL")
      ->capture_default_str();
  command->callback([&action, flags] { action = [flags] { return serve(*flags); }; });
}

}  // namespace solder::cli
