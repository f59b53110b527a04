// From one file to one plugin: gate → private copy → dlopen through Boost.DLL → negotiation. Tested by
// tests/plugin/refusals_test.cc.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/host/gate.h"
#include "core/host/plugin.h"
#include "core/host/services/services.h"

namespace solder::host {

// Whether a file of that name in a plugin directory is meant to be a plugin.
bool is_plugin_file(const std::string& name);

// The *.so files of the directories, directory by directory, by name within one. A directory that cannot be read goes
// to `refused`.
std::vector<std::string> find_plugin_files(const std::vector<std::string>& directories, std::vector<Refused>& refused);

// What the operator configured for the plugin, as JSON; "{}" where that is nothing.
std::string configuration_of(const std::string& name, const LoadOptions& options);

// A file that passed everything that can be found out without running its code.
struct Candidate {
  std::string file;
  std::string bytes;
  std::string sha256;
  Gated gated;
  std::string trusted_by;  // the key's or list's name, where trust is asked for
};

std::variant<Candidate, Refused> inspect_plugin(const std::string& file, const LoadOptions& options);
// Runs its code: the copy is opened, negotiated with, and an instance made.
// `services`: what it may ask the host for; null: nothing that leaves the process.
std::variant<PluginPtr, Refused> open_plugin(const Candidate& candidate, const LoadOptions& options,
                                             const ServicesPtr& services = nullptr);
Refused refused(const Candidate& candidate, std::string_view reason, const std::string& message);

// All of it. `names`: of the plugins loaded so far; a new one is added.
std::variant<PluginPtr, Refused> load_plugin(const std::string& file, const LoadOptions& options,
                                             std::set<std::string>& names);

}  // namespace solder::host
