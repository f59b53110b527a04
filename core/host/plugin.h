// One generation of one plugin: what was loaded at one time from one file. Whatever brings a plugin (a library in this
// process: library_plugin.h; the last words of one that was taken away: kept_plugin.h) is one of these, and the rest of
// the host knows no difference. Sets share them; the last set or call to let go ends them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/host/manifest.h"
#include "core/host/plugin_set.h"
#include "core/host/services/discoverer.h"
#include "core/host/services/watcher.h"

namespace solder::host {

class Plugin {
 public:
  Plugin(Manifest its_manifest, std::string its_file, std::string its_sha256);
  virtual ~Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const Manifest manifest;
  const std::string sha256;   // of the file's content
  const uint64_t generation;  // no two have the same

  // PluginSet::has and call. [any thread]
  [[nodiscard]] virtual bool has(Operation operation) const = 0;
  virtual std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject> subjects,
                                       const Lookup& lookup, std::chrono::nanoseconds deadline) = 0;
  // PluginInfo::state.
  [[nodiscard]] virtual const char* state() const { return "loaded"; }

  // What it wants another generation to know; none: it keeps nothing. [any thread]
  virtual base::Result<std::optional<std::string>> save() { return std::optional<std::string>(); }
  // What a generation of that version saved. Before the first call.
  virtual base::Status restore(const std::string& /*version*/, const std::string& /*state*/) { return {}; }
  // Whether it is the generation that runs: only then what it waits for (timers) comes to it. Nothing comes at first.
  // [any thread]
  virtual void serve(bool /*serving*/) {}
  // Whether it finds functions or endpoints, and an instance that does. The instance must go before the plugin. [any
  // thread]
  [[nodiscard]] virtual bool discovers() const { return false; }
  [[nodiscard]] virtual bool discovers_endpoints() const { return false; }
  // The generation whose such instances go on in this one: its own, where it is no renewed() one.
  [[nodiscard]] virtual uint64_t lineage() const { return generation; }
  virtual base::Result<std::unique_ptr<Discoverer>> make_discoverer(DiscoveryListener& /*listener*/) {
    return base::not_found("it finds no functions");
  }
  // The same of one that brings objects from elsewhere.
  [[nodiscard]] virtual bool watches() const { return false; }
  virtual base::Result<std::unique_ptr<Watcher>> make_watcher(ObjectListener& /*listener*/) {
    return base::not_found("it brings no objects");
  }
  // Inputs of some of its calls, for a look at how another generation takes them (preflight_job.h).
  [[nodiscard]] virtual std::vector<std::string> samples() const { return {}; }
  // Whether its library leaves the process with it.
  [[nodiscard]] virtual bool unmaps() const { return true; }

  // Where one stands that has a process of its own. [any thread]
  [[nodiscard]] virtual std::optional<IsolationInfo> isolation() const { return std::nullopt; }
  // Looks after such a one, again and again. True: all that it was ever asked is to be asked anew, of renewed(), which
  // settle() is called on once that is done.
  virtual bool tend() { return false; }
  [[nodiscard]] virtual PluginPtr renewed() const { return nullptr; }
  virtual void settle() {}
  // It failed too often and is to be tried again.
  virtual void revive() {}

  // Where it stands for the operator. A file that is renamed is the same generation.
  [[nodiscard]] std::string file() const;
  void moved_to(std::string file);
  // About the plugin itself, for `solder plugin list`. [any thread]
  void warn(std::string words);
  [[nodiscard]] std::vector<std::string> warnings() const;
  // Calls that overran their deadline.
  [[nodiscard]] uint64_t strikes() const { return *strikes_; }
  // True for the first one.
  bool strike() { return (*strikes_)++ == 0; }
  // For a plugin that stands for another one from now on: what the other is still found to have done counts here too.
  void share_strikes(const Plugin& other) { strikes_ = other.strikes_; }

 private:
  mutable std::mutex mutex_;  // its own: who asks for warnings must not wait for a call
  std::string file_;
  std::vector<std::string> warnings_;
  std::shared_ptr<std::atomic<uint64_t>> strikes_ = std::make_shared<std::atomic<uint64_t>>(0);
};

}  // namespace solder::host
