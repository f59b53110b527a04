#include "cli/plugin_inspector.h"

#include <memory>

#include "cli/command.h"
#include "cli/plugin_commands.h"
#include "core/host/file_runners.h"
#include "core/host/isolation/isolated_plugin.h"

namespace solder::cli {

namespace {

constexpr auto kPatience = std::chrono::seconds(30);

}  // namespace

PluginInspector::PluginInspector(std::vector<std::string> directories)
    : preflight_("/proc/self/exe", {kPreflightCommand}, kPatience), directories_(std::move(directories)) {
  load_.copy_directory = copies_.path();
  load_.isolation.program = plugin_host();
  load_.runners = std::make_shared<host::FileRunners>();
  load_.runners->describe_by(
      [this](const host::FileRunner& runner, const host::RunFile& file) { return preflight_.describe(runner, file); });
  for (const auto& directory : default_plugin_directories()) directories_.push_back(directory);
}

std::variant<host::Candidate, host::Refused> PluginInspector::look(const std::string& file) {
  return host::inspect_plugin(file, load_options_for(file));
}

const host::LoadOptions& PluginInspector::load_options_for(const std::string& file) {
  if (host::ending_of(file) != host::kLibraryEnding) find_runners();
  return load_;
}

std::optional<std::string> PluginInspector::try_out(const host::Candidate& candidate) {
  const auto copy = host::copy_candidate(candidate, copies_.path());
  if (!copy.ok()) return "it could not be tried: " + copy.status().message();
  host::PreflightItem item;
  item.name = candidate.gated.manifest.name;
  item.file = *copy;
  item.original = candidate.file;
  item.runner = load_.runners->runner_of(candidate.ending);
  if (host::isolation::is_isolated(candidate.gated.manifest, load_.isolation)) {
    item.limits = host::isolation::limits_of(load_, item.runner);
    if (candidate.gated.manifest.program) item.program = load_.isolation.program;
  }
  return preflight_.check({item}).front();
}

std::vector<std::string> PluginInspector::run_files(const std::vector<std::string>& directories) {
  return host::find_run_files(directories, *load_.runners);
}

// They say so themselves when they are looked at.
void PluginInspector::find_runners() {
  std::vector<host::Refused> refused;
  for (const auto& file : host::find_plugin_files(directories_, refused)) host::inspect_plugin(file, load_);
  directories_.clear();
}

}  // namespace solder::cli
