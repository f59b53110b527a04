// What `solder plugin new` writes. Tested by tests/plugin/new_test.py.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"

namespace solder::cli {

struct NewPlugin {
  std::string name;              // "late-hour"
  std::string language;          // "c", "cpp", "go", "python", "rust"
  std::string program, plugins;  // that the plugin is tried with
};

// Its key and its class: lateHour, LateHour.
std::string key_for(const std::string& name);
std::string class_for(const std::string& name);

// The files, by path below the plugin's folder. Invalid argument: a name that no plugin may have, or another language.
base::Result<std::vector<std::pair<std::string, std::string>>> new_plugin_files(const NewPlugin& wanted);

}  // namespace solder::cli
