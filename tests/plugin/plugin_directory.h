// A directory of plugins for one test: chosen ones out of those that the build made, with a private copy directory
// beside it. Gone when the test ends. Used by the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/host/plugin_set.h"
#include "solder/kinds/options.h"

namespace solder::host {

class PluginDirectory {
 public:
  PluginDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "solder-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    root_ = pattern;
    std::filesystem::create_directory(plugins());
  }
  ~PluginDirectory() { std::filesystem::remove_all(root_); }
  PluginDirectory(const PluginDirectory&) = delete;
  PluginDirectory& operator=(const PluginDirectory&) = delete;

  [[nodiscard]] std::filesystem::path root() const { return root_; }
  [[nodiscard]] std::filesystem::path plugins() const { return root_ / "plugins"; }
  static std::filesystem::path built(const std::string& name) {
    return std::filesystem::path(SOLDER_TEST_PLUGINS) / (name + ".so");
  }

  // Drops a built plugin in, under its own name or another.
  void add(const std::string& name, const std::string& as = "") {
    std::filesystem::copy_file(built(name), plugins() / ((as.empty() ? name : as) + ".so"));
  }
  void write(const std::string& file, const std::string& bytes) {
    std::ofstream(plugins() / file, std::ios::binary) << bytes;
    std::filesystem::permissions(plugins() / file, std::filesystem::perms(0755));
  }
  static std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  [[nodiscard]] LoadOptions options() const {
    LoadOptions options;
    options.directories = {plugins().string()};
    options.copy_directory = (root_ / "copies").string();
    return options;
  }
  [[nodiscard]] std::unique_ptr<PluginSet> load() const { return PluginSet::load(options()); }

 private:
  std::filesystem::path root_;
};

inline std::vector<std::string> names(const PluginSet& plugins) {
  std::vector<std::string> out;
  for (const PluginInfo& plugin : plugins.loaded()) out.push_back(plugin.name);
  return out;
}

// One option of a route, handed to whoever owns `key`; no output where nobody does.
inline std::vector<ItemOutput> call_option(PluginSet& plugins, const std::string& key,
                                           const std::vector<std::string>& values, const Lookup& lookup = {},
                                           uint32_t action = SOLDER_ACTION_FORWARD) {
  Plugin* owner = plugins.option("route", key);
  if (owner == nullptr) return {};
  const auto view = [](const std::string& text) { return solder_str{text.data(), text.size()}; };
  const std::string kind = "VirtualService", ns = "ns", name = "vs", path = "/spec/option";
  std::vector<solder_option_input> inputs;
  std::vector<Subject> subjects;
  for (const std::string& value : values) {
    inputs.push_back({sizeof(solder_option_input),
                      SOLDER_SCOPE_ROUTE,
                      action,
                      0,
                      {view(kind), view(ns), view(name)},
                      view(key),
                      view(path),
                      view(value),
                      {nullptr, 0}});
    subjects.push_back({{kind, ns, name}, path});
  }
  return plugins.call(*owner, Operation::kOptions, {inputs.data(), inputs.size(), sizeof(inputs[0])}, subjects, lookup);
}

}  // namespace solder::host
