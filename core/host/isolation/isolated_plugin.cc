#include "core/host/isolation/isolated_plugin.h"

#include <algorithm>
#include <utility>

#include "core/host/file_runners.h"
#include "core/host/isolation/isolated_instances.h"
#include "core/host/refusal.h"
#include "core/host/sink.h"
#include "solder/kinds/config_watcher.h"
#include "solder/kinds/endpoint_discovery.h"
#include "solder/kinds/state.h"

namespace solder::host::isolation {

namespace {

// The words for refusals are ours: what a process says is looked up among them.
std::string_view known_reason(const std::string& word) {
  const auto at = std::find(kRefusalReasons.begin(), kRefusalReasons.end(), word);
  return at == kRefusalReasons.end() ? reason::kOpenFailed : *at;
}

bool provides(const Manifest& manifest, std::string_view id) {
  return std::any_of(manifest.provides.begin(), manifest.provides.end(),
                     [&](const ManifestCapability& each) { return each.id == id; });
}

// A library is asked for what its manifest promises when it is opened; a program says what it has.
std::string missing_operation(const Manifest& manifest, const Ready& ready) {
  const auto bit = [](Operation operation) { return 1u << static_cast<unsigned>(operation); };
  const std::pair<std::string_view, uint32_t> known[] = {
      {SOLDER_CAP_OPTIONS, bit(Operation::kOptions)},  {SOLDER_CAP_UPSTREAM_TYPE, bit(Operation::kClusters)},
      {SOLDER_CAP_DISCOVERY, bit(Operation::kDerive)}, {SOLDER_CAP_STATE, kKeepsState},
      {SOLDER_CAP_FUNCTION_DISCOVERY, kDiscovers},     {SOLDER_CAP_ENDPOINT_DISCOVERY, kDiscovers},
      {SOLDER_CAP_CONFIG_WATCHER, kBringsObjects}};
  for (const auto& capability : manifest.provides) {
    for (const auto& [id, operation] : known)
      if (capability.id == id && (ready.operations & operation) == 0) return capability.id;
  }
  return "";
}

}  // namespace

IsolatedPlugin::IsolatedPlugin(const Manifest& its_manifest, std::string file, std::string its_sha256,
                               std::shared_ptr<Shared> shared, uint32_t operations)
    : Plugin(its_manifest, std::move(file), std::move(its_sha256)),
      shared_(std::move(shared)),
      operations_(operations) {
  if (shared_->lineage == 0) shared_->lineage = generation;
}

bool IsolatedPlugin::has(Operation operation) const {
  return (operations_ & (1u << static_cast<unsigned>(operation))) != 0;
}

const char* IsolatedPlugin::state() const {
  const IsolationInfo info = *isolation();
  return info.parked ? "parked" : info.down ? "degraded" : "loaded";
}

std::vector<ItemOutput> IsolatedPlugin::call(Operation operation, solder_span in, std::span<const Subject> subjects,
                                             const Lookup& lookup, std::chrono::nanoseconds deadline) {
  if (subjects.empty()) return {};
  std::vector<ItemOutput> outputs(subjects.size());
  if (!has(operation) && operation == Operation::kDestinations) return outputs;
  if (!has(operation) || in.count != subjects.size()) {
    Sink(manifest.name, operation, in, subjects, outputs)
        .report_all("PluginFailed", "plugin " + manifest.name + " has no operation for this input");
    return outputs;
  }
  bool struck = false;
  outputs = shared_->keeper.call(operation, in, subjects, lookup, deadline, struck);
  if (struck) strike();
  return outputs;
}

PluginPtr IsolatedPlugin::renewed() const {
  shared_->keeper.begin_round();
  auto next = std::make_shared<IsolatedPlugin>(manifest, file(), sha256, shared_, operations_);
  for (auto& warning : warnings()) next->warn(std::move(warning));
  // One on probation that failed goes back, whatever has become of it since; the call in which it failed may not have
  // returned yet.
  next->share_strikes(*this);
  return next;
}

std::optional<IsolationInfo> IsolatedPlugin::isolation() const {
  IsolationInfo info = shared_->keeper.info();
  shared_->asides.add_to(info);
  return info;
}

void IsolatedPlugin::revive() {
  shared_->keeper.revive();
  shared_->asides.revive();
}

// Its process was not started where it has not what its manifest says.
bool IsolatedPlugin::discovers() const {
  return provides(manifest, SOLDER_CAP_FUNCTION_DISCOVERY) || discovers_endpoints();
}
bool IsolatedPlugin::discovers_endpoints() const { return provides(manifest, SOLDER_CAP_ENDPOINT_DISCOVERY); }
bool IsolatedPlugin::watches() const { return provides(manifest, SOLDER_CAP_CONFIG_WATCHER); }

AsideSetup IsolatedPlugin::setup(Role role, HostTable::Listeners listeners) const {
  AsideSetup out = shared_->aside;
  out.role = role;
  out.whose.listeners = listeners;
  out.entry = shared_->asides.open();
  return out;
}

base::Result<std::unique_ptr<Discoverer>> IsolatedPlugin::make_discoverer(DiscoveryListener& listener) {
  if (!discovers()) return Plugin::make_discoverer(listener);
  return std::unique_ptr<Discoverer>(
      std::make_unique<IsolatedDiscoverer>(setup(Role::kDiscovery, {.discovery = &listener}), listener));
}

base::Result<std::unique_ptr<Watcher>> IsolatedPlugin::make_watcher(ObjectListener& listener) {
  if (!watches()) return Plugin::make_watcher(listener);
  return std::unique_ptr<Watcher>(
      std::make_unique<IsolatedWatcher>(setup(Role::kSource, {.objects = &listener}), listener));
}

Limits limits_of(const LoadOptions& options, const std::optional<FileRunner>& runner) {
  Limits limits = options.isolation.limits;
  // What stands beside a plugin's file belongs to plugins.
  limits.readable_paths.insert(limits.readable_paths.end(), options.directories.begin(), options.directories.end());
  if (runner) limits.readable_paths.push_back(runner->file);
  return limits;
}

std::variant<PluginPtr, Refusal> open_isolated(const Candidate& candidate, const std::string& copy,
                                               const LoadOptions& options, const ServicesPtr& services) {
  const Manifest& manifest = candidate.gated.manifest;
  Start start{manifest.name, copy, candidate.file, configuration_of(manifest.name, options), {}};
  start.program = manifest.program;
  if (options.runners) start.runner = options.runners->runner_of(candidate.ending);
  start.limits = limits_of(options, start.runner);
  AsideSetup aside{.options = options.isolation, .start = start, .whose = {}, .entry = {}};
  aside.start.aside = true;
  aside.start.lease = services && services->lease;
  aside.whose = {manifest.name, services_of(manifest), start.limits, services, {}};
  auto shared = std::make_shared<IsolatedPlugin::Shared>(options.isolation, std::move(start), std::move(aside));
  Ready ready;
  if (auto failed = shared->keeper.open(ready))
    return Refusal{known_reason(failed->refusing.reason), failed->refusing.message};
  if (manifest.program) {
    if (const std::string missing = missing_operation(manifest, ready); !missing.empty())
      return Refusal{reason::kMissingCapability, "its manifest promises " + missing + ", but it has no method for it"};
  }
  auto plugin =
      std::make_shared<IsolatedPlugin>(manifest, candidate.file, candidate.sha256, std::move(shared), ready.operations);
  for (auto& warning : ready.warnings) plugin->warn(std::move(warning));
  return PluginPtr(std::move(plugin));
}

}  // namespace solder::host::isolation
