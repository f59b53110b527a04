// From one file to one plugin: gate → private copy → dlopen through Boost.DLL → negotiation. What is no library goes
// through the plugin that runs it instead (file_runners.h), or is a program that a process becomes (program_file.h).
// Tested by tests/plugin/refusals_test.cc and tests/plugin/python_test.cc.
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

// The *.so and *.plugin files of the directories, directory by directory, by name within one. A directory that cannot
// be read goes to `refused`.
std::vector<std::string> find_plugin_files(const std::vector<std::string>& directories, std::vector<Refused>& refused);
// The same for files that other plugins run, which are told apart once the libraries were looked at.
std::vector<std::string> find_run_files(const std::vector<std::string>& directories, const FileRunners& runners);

// What the operator configured for the plugin, as JSON; "{}" where that is nothing.
std::string configuration_of(const std::string& name, const LoadOptions& options);

// A file that passed everything that can be found out without running its code.
struct Candidate {
  std::string file;
  std::string bytes;
  std::string sha256;
  std::string ending;  // of the file's name, without the dot
  Gated gated;
  std::string trusted_by;  // the key's or list's name, where trust is asked for
};

// `original`: where the operator put it, where `file` is a copy of that.
std::variant<Candidate, Refused> inspect_plugin(const std::string& file, const LoadOptions& options,
                                                const std::string& original = "");
// Its private copy, made where it is not there.
base::Result<std::string> copy_candidate(const Candidate& candidate, const std::string& directory);
// Runs its code: the copy is opened, negotiated with, and an instance made.
// `services`: what it may ask the host for; null: nothing that leaves the process.
std::variant<PluginPtr, Refused> open_plugin(const Candidate& candidate, const LoadOptions& options,
                                             const ServicesPtr& services = nullptr);
Refused refused(const Candidate& candidate, std::string_view reason, const std::string& message);

// All of it. `names`: of the plugins loaded so far; a new one is added.
std::variant<PluginPtr, Refused> load_plugin(const std::string& file, const LoadOptions& options,
                                             std::set<std::string>& names);

}  // namespace solder::host
