#include "core/host/plugin_manager.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>
#include <optional>
#include <thread>

#include "core/host/activity.h"
#include "core/host/directory_watch.h"
#include "core/host/file_runners.h"
#include "core/host/isolation/isolated_plugin.h"
#include "core/host/private_copy.h"

namespace solder::host {

namespace {

constexpr int kSoonMs = 25;      // a file is not whole yet
constexpr int kTickMs = 100;     // a generation waits to be ended, or is on probation
constexpr int kAnywayMs = 1000;  // directories that cannot be watched, or are not there yet

ManagerOptions with_runners(ManagerOptions options) {
  options.plugins.load.runners = std::make_shared<FileRunners>();
  return options;
}

}  // namespace

struct PluginManager::Impl {
  using Task = std::function<void()>;

  Impl(ManagerOptions its_options, DirectoryWatch its_watch)
      : options(with_runners(std::move(its_options))),
        watch(std::move(its_watch)),
        record(options.plugins.load.copy_directory),
        files(options.plugins.load, [this](const std::string& file) { return watch.being_written(file); }),
        wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!options.preflight_program.empty()) {
      preflight.emplace(options.preflight_program, options.preflight_arguments, options.preflight_patience);
      options.plugins.load.runners->describe_by([this](const FileRunner& runner, const RunFile& file) {
        const auto& load = options.plugins.load;
        // Nobody knows yet what it wishes for itself, and reading its manifest runs it.
        const bool apart = load.isolation.others == isolation::Mode::kProcess;
        return preflight->describe(runner, file,
                                   apart ? std::optional(isolation::limits_of(load, runner)) : std::nullopt);
      });
    }
    plugins = std::make_unique<PluginSwitch>(options.plugins, record, preflight ? &*preflight : nullptr);
  }
  ~Impl() {
    if (wake >= 0) ::close(wake);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ManagerOptions options;
  DirectoryWatch watch;
  PluginRecord record;
  DroppedFiles files;
  std::optional<Preflight> preflight;
  std::unique_ptr<PluginSwitch> plugins;
  const int wake;
  std::atomic<bool> ended{false};
  std::mutex mutex;
  std::vector<Task> tasks;
  bool closed = false;
  std::thread thread;

  void ring() const { static_cast<void>(::eventfd_write(wake, 1)); }

  // False once nobody is there to do it.
  bool post(Task task) {
    {
      const std::lock_guard lock(mutex);
      if (closed) return false;
      tasks.push_back(std::move(task));
    }
    ring();
    return true;
  }

  base::Result<std::string> ask(const std::function<base::Result<std::string>()>& task) {
    std::promise<base::Result<std::string>> promise;
    auto answer = promise.get_future();
    const auto cannot = base::unavailable("Solder is ending; plugins cannot be changed now");
    if (!post([&] {
          if (ended) return promise.set_value(cannot);
          look();
          promise.set_value(task());
        })) {
      return cannot;
    }
    return answer.get();
  }

  bool look() {
    bool again = files.look();
    if (files.places() != watched) {
      watched = files.places();
      watch.watch(watched);
      // What happened in a place before it was watched was seen by nobody.
      again = files.look();
    }
    return plugins->follow(files.files()) || again;
  }

  void run() {
    int wait = 0;
    auto looked = std::chrono::steady_clock::now();
    while (!ended) {
      std::array<pollfd, 2> polled{{{watch.descriptor(), POLLIN, 0}, {wake, POLLIN, 0}}};
      ::poll(polled.data(), polled.size(), wait);
      eventfd_t rung = 0;
      static_cast<void>(::eventfd_read(wake, &rung));
      std::vector<Task> now;
      {
        const std::lock_guard lock(mutex);
        now.swap(tasks);
      }
      for (const auto& task : now) task();
      const bool changed = watch.read();
      const auto age = std::chrono::steady_clock::now() - looked;
      if (changed || unfinished || age >= std::chrono::milliseconds(kAnywayMs)) {
        unfinished = look();
        looked = std::chrono::steady_clock::now();
      }
      const bool ticking = plugins->tick();
      wait = unfinished ? kSoonMs : ticking ? kTickMs : kAnywayMs;
    }
  }
  bool unfinished = true;
  std::set<std::string> watched;

  void stop() {
    ended = true;
    ring();
    if (thread.joinable()) thread.join();
    std::vector<Task> left;
    {
      const std::lock_guard lock(mutex);
      closed = true;
      left.swap(tasks);
    }
    plugins->serve(
        [](const Proposal&) { return Verdict{.taken = false, .ended = true, .message = "Solder is ending"}; });
    for (const auto& task : left) task();
  }
};

PluginManager::PluginManager(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PluginManager::~PluginManager() { stop(); }

base::Result<std::unique_ptr<PluginManager>> PluginManager::open(ManagerOptions options) {
  if (auto status = prepare_copy_directory(options.plugins.load.copy_directory); !status.ok()) return status;
  auto watch = DirectoryWatch::open();
  if (!watch.ok()) return watch.status();
  auto impl = std::make_unique<Impl>(std::move(options), std::move(*watch));
  impl->files.look();
  impl->plugins->start(impl->files.files());
  leave_crash_note(impl->record.crash_file());
  return std::unique_ptr<PluginManager>(new PluginManager(std::move(impl)));
}

base::Status PluginManager::follow(Propose propose) {
  if (impl_->wake < 0) return base::unavailable("no eventfd can be made; the limit of open files may be reached");
  impl_->plugins->serve(std::move(propose));
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
  return {};
}

void PluginManager::stop() { impl_->stop(); }

std::shared_ptr<PluginSet> PluginManager::plugins() const { return impl_->plugins->plugins(); }
std::shared_ptr<PluginSet> PluginManager::listing() const { return impl_->plugins->listing(); }
std::string PluginManager::history_json(const std::string& plugin) const { return impl_->record.history_json(plugin); }

base::Result<std::string> PluginManager::look() {
  return impl_->ask([] { return std::string("the plugin directories were looked at"); });
}

base::Result<std::string> PluginManager::reload(const std::string& name, bool force, const std::string& by) {
  return impl_->ask([&] { return impl_->plugins->reload(name, force, by); });
}

base::Result<std::string> PluginManager::roll_back(const std::string& name, const std::string& to,
                                                   const std::string& by) {
  return impl_->ask([&] { return impl_->plugins->roll_back(name, to, by); });
}

base::Result<std::string> PluginManager::forget(const std::string& name, const std::string& by) {
  return impl_->ask([&] { return impl_->plugins->forget(name, by); });
}

base::Result<std::string> PluginManager::revive(const std::string& name, const std::string& by) {
  return impl_->ask([&] { return impl_->plugins->revive(name, by); });
}

void PluginManager::refused_by_envoy(std::set<std::string> resources, std::string words) {
  impl_->post([impl = impl_.get(), resources = std::move(resources), words = std::move(words)] {
    impl->plugins->refused_by_envoy(resources, words);
  });
}

}  // namespace solder::host
