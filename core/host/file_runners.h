// Plugins that bring other plugins ("solder.plugin-files/1"), such as the bridge to Python: which of them runs files of
// which ending. They tell such a file's manifest and give its table; from there on it is a plugin like any library. The
// first runner that this process has opened for an ending stays: no language is ended and started again in one process.
// One thread. Tested by tests/plugin/file_runners_test.cc and tests/plugin/python_test.cc.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "core/host/file_runner.h"
#include "core/host/gate.h"
#include "core/host/loader.h"

namespace solder::host {

class LibraryPlugin;

// Of a file's name, without the dot; empty where there is none.
std::string ending_of(std::string_view file);
inline constexpr std::string_view kLibraryEnding = "so";

// A plugin's file that is no library.
struct RunFile {
  std::string_view content;
  const std::string& original;  // where the operator put it
  const std::string& ending;    // of its name
};

class FileRunners {
 public:
  // Tells a file's manifest.
  using Describe = std::function<std::variant<std::string, Refusal>(const FileRunner&, const RunFile&)>;

  // Reading a manifest may run the file: from now on that happens where `describe` does it, not in this process.
  void describe_by(Describe describe) { describe_ = std::move(describe); }

  // A plugin that may be a runner. Of two for one ending the first by name counts.
  void offer(const Candidate& candidate, const LoadOptions& options);
  // One that another process offered. What is wrong with it, or nothing.
  std::string take(const FileRunner& runner);
  // Endings of files that are plugins, or would be if their runner were there.
  [[nodiscard]] std::set<std::string> endings() const;
  [[nodiscard]] std::optional<FileRunner> runner_of(std::string_view ending) const;

  // In this process, by the runner of its ending, which was offered.
  std::variant<std::string, Refusal> describe_here(const RunFile& file, const LoadOptions& options);
  // What gate() is for libraries. `name` is set as soon as the manifest told it.
  std::variant<Gated, Refusal> gate_file(const RunFile& file, const std::string& sha256, const LoadOptions& options,
                                         std::string& name);
  // What dlopen and negotiation are for libraries; `copy` holds the content.
  std::variant<PluginPtr, Refusal> open(const Candidate& candidate, const std::string& copy, const LoadOptions& options,
                                        const ServicesPtr& services);

 private:
  struct Known {
    FileRunner runner;
    std::shared_ptr<LibraryPlugin> opened;
  };
  struct Manifested {
    std::string sha256, manifest;
  };
  std::variant<LibraryPlugin*, Refusal> instance(const std::string& ending, const LoadOptions& options);

  Describe describe_;
  std::map<std::string, Known, std::less<>> known_;  // by ending
  std::map<std::string, Manifested> manifests_;      // by original file: loading reads each several times
};

}  // namespace solder::host
