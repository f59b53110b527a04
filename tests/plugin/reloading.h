// A plugin directory that a PluginManager follows, and the generations of the plugin "swap" to put into it. Used by the
// tests of reloading.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "core/host/plugin_manager.h"
#include "tests/plugin/plugin_directory.h"

namespace solder::host {

class Reloading {
 public:
  PluginDirectory directory;
  std::vector<Proposal> proposals;  // in the manager's thread
  std::function<Verdict(const Proposal&)> judge = [](const Proposal&) { return Verdict{}; };
  ManagerOptions options;
  std::unique_ptr<PluginManager> manager;

  Reloading() {
    options.plugins.load = directory.options();
    options.plugins.load.call_deadline = std::chrono::milliseconds(20);
    options.preflight_program = SOLDER_PREFLIGHT_HELPER;
  }
  ~Reloading() {
    if (manager) manager->stop();
  }
  Reloading(const Reloading&) = delete;
  Reloading& operator=(const Reloading&) = delete;

  void start() {
    manager.reset();
    auto opened = PluginManager::open(options);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    manager = std::move(*opened);
    ASSERT_TRUE(manager
                    ->follow([this](const Proposal& proposal) {
                      // As an engine would: everything that uses the plugin is asked again.
                      ask(*proposal.plugins);
                      return judge(proposal);
                    })
                    .ok());
  }

  // Begins with that generation, which runs then.
  void run(const std::string& built, const std::string& version) {
    drop(built);
    start();
    until_version(version);
  }

  // Replaces the file as careful people do. `more` makes another content of the same plugin.
  void drop(const std::string& built, const std::string& more = "", const std::string& as = "swap") {
    directory.write(".new", PluginDirectory::read(PluginDirectory::built(built)) + more);
    std::filesystem::rename(directory.plugins() / ".new", directory.plugins() / (as + ".so"));
  }
  void remove(const std::string& name = "swap") { std::filesystem::remove(directory.plugins() / (name + ".so")); }

  // What the plugin gives for a route now; "" where nobody owns the key.
  static std::string ask(PluginSet& plugins, const std::string& value = "{}") {
    const auto outputs = call_option(plugins, "swap", {value});
    return outputs.empty() || outputs[0].fragments.empty() ? "" : outputs[0].fragments[0].bytes;
  }
  [[nodiscard]] std::string now() const { return ask(*manager->plugins()); }
  [[nodiscard]] std::string version() const {
    for (const auto& plugin : manager->plugins()->loaded()) {
      if (plugin.name == "swap") return plugin.version + (plugin.state == "loaded" ? "" : " " + plugin.state);
    }
    return "";
  }
  // The reason of what is refused, or "".
  [[nodiscard]] std::string refused() const {
    const auto listing = manager->listing();
    return listing->refused().empty() ? "" : listing->refused().front().reason;
  }
  [[nodiscard]] std::string message() const {
    const auto listing = manager->listing();
    return listing->refused().empty() ? "" : listing->refused().front().message;
  }

  static void until(const std::function<bool()>& reached, const std::string& what) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!reached()) {
      if (std::chrono::steady_clock::now() > end) FAIL() << "not reached: " << what;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  void until_version(const std::string& wanted) {
    until([&] { return version() == wanted; }, "version " + wanted + ", found " + version() + " " + message());
  }
  void until_message(const std::string& words) {
    until([&] { return message().find(words) != std::string::npos; }, words + ", found " + message());
  }
  void until_refused(const std::string& reason) {
    until([&] { return refused() == reason; }, reason + ", found " + refused());
  }
};

}  // namespace solder::host
