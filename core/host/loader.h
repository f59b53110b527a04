// From one file to one plugin: gate → private copy → dlopen through Boost.DLL → negotiation. Tested by
// tests/plugin/refusals_test.cc.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/host/plugin.h"

namespace solder::host {

struct PluginFile {
  std::string path;
  std::string bytes;
};

// The *.so files of the directories, directory by directory, by name within one. A directory that cannot be read goes
// to `refused`.
std::vector<std::string> find_plugin_files(const std::vector<std::string>& directories, std::vector<Refused>& refused);

// `names`: of the plugins loaded so far; a new one is added.
std::variant<std::unique_ptr<Plugin>, Refused> load_plugin(const std::string& file, const LoadOptions& options,
                                                           std::set<std::string>& names);

}  // namespace solder::host
