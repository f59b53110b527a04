#include "core/host/services/library_discoverer.h"

#include <spdlog/spdlog.h>

#include <functional>

#include "core/host/abi_text.h"
#include "core/host/activity.h"
#include "core/host/sink.h"

namespace solder::host {

namespace {

constexpr auto kPatience = std::chrono::seconds(2);

solder_status refuse(void*, const solder_item*) { return SOLDER_UNIMPLEMENTED; }
solder_status no_object(void*, uint64_t, const solder_ref*, solder_object*) { return SOLDER_NOT_FOUND; }
solder_status no_list(void*, uint64_t, const solder_selector*, solder_span*) { return SOLDER_INVALID_ARGUMENT; }

solder_ref view_of(const model::ObjectRef& ref) { return {view(ref.kind), view(ref.ns), view(ref.name)}; }

// One call; what it says of each input.
std::vector<ItemOutput> call(const std::string& plugin, void* self, solder_op operation, solder_span in,
                             const std::vector<Subject>& subjects) {
  std::vector<ItemOutput> outputs(subjects.size());
  Sink sink(plugin, Operation::kDerive, in, subjects, outputs);
  const solder_out out{sizeof(solder_out), 0, sink.out()->ctx, &refuse, sink.out()->diag};
  const auto deadline = std::chrono::nanoseconds((std::chrono::steady_clock::now() + kPatience).time_since_epoch());
  const solder_call told{sizeof(solder_call), 0,       static_cast<uint64_t>(deadline.count()), in, nullptr,
                         &no_object,          &no_list};
  const Activity activity("in the discovery of", plugin, kPatience);
  try {
    const solder_status status = operation(self, &told, &out);
    if (status != SOLDER_OK)
      sink.report_all("PluginFailed", "plugin " + plugin + " failed with status " + std::to_string(status));
  } catch (...) {
    sink.report_all("PluginThrew", "plugin " + plugin + " threw an exception");
  }
  return outputs;
}

}  // namespace

LibraryDiscoverer::LibraryDiscoverer(LibraryPlugin& plugin, DiscoveryListener& listener)
    : plugin_(plugin), listener_(listener), host_(plugin.identity(), strand_, plugin.services, &listener) {}

LibraryDiscoverer::~LibraryDiscoverer() {
  host_.close();
  if (!created_) return;
  const Activity activity("destroying the discovery of", plugin_.manifest.name, kPatience);
  try {
    plugin_.table.destroy(self_);
  } catch (...) {
    spdlog::error("plugin {}: destroy threw an exception", plugin_.manifest.name);
  }
}

base::Status LibraryDiscoverer::create() {
  const std::lock_guard lock(strand_);
  const Activity activity("in create of", plugin_.manifest.name, kPatience);
  const solder_out out{sizeof(solder_out), 0, nullptr, &refuse, [](void*, const solder_diag*) {}};
  try {
    const solder_status status = plugin_.table.create(host_.get(), view(plugin_.config_json), &self_, &out);
    if (status != SOLDER_OK) return base::internal_error("create returned status " + std::to_string(status));
  } catch (...) {
    return base::internal_error("create threw an exception");
  }
  created_ = true;
  return {};
}

base::Result<std::unique_ptr<Discoverer>> LibraryDiscoverer::make(LibraryPlugin& plugin, DiscoveryListener& listener) {
  auto discoverer = std::make_unique<LibraryDiscoverer>(plugin, listener);
  if (auto status = discoverer->create(); !status.ok()) return status;
  discoverer->host_.serve(true);
  return std::unique_ptr<Discoverer>(std::move(discoverer));
}

void LibraryDiscoverer::follow(const std::vector<FollowedUpstream>& upstreams) {
  std::vector<solder_upstream_input> inputs;
  std::vector<Subject> subjects;
  for (const FollowedUpstream& each : upstreams) {
    inputs.push_back({sizeof(solder_upstream_input),
                      0,
                      view_of(each.ref),
                      view(each.key),
                      view(each.path),
                      view(each.value_json),
                      view(each.spec_json),
                      {nullptr, 0}});
    subjects.push_back({each.ref, each.path});
  }
  const std::lock_guard lock(strand_);
  for (const FollowedUpstream& each : upstreams) host_.publications().follow(each.ref);
  auto outputs = call(plugin_.manifest.name, self_, plugin_.function_discovery.follow,
                      {inputs.data(), inputs.size(), sizeof(solder_upstream_input)}, subjects);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].diagnostics.empty()) continue;  // what it reports by itself stands
    listener_.reported(plugin_.manifest.name, upstreams[i].ref, std::move(outputs[i].diagnostics));
  }
}

void LibraryDiscoverer::forget(const std::vector<model::ObjectRef>& upstreams) {
  std::vector<solder_object> inputs;
  std::vector<Subject> subjects;
  for (const model::ObjectRef& each : upstreams) {
    inputs.push_back({sizeof(solder_object), 0, view_of(each), {nullptr, 0}});
    subjects.push_back({each, ""});
  }
  const std::lock_guard lock(strand_);
  call(plugin_.manifest.name, self_, plugin_.function_discovery.forget,
       {inputs.data(), inputs.size(), sizeof(solder_object)}, subjects);
  for (const model::ObjectRef& each : upstreams) host_.publications().forget(each);
}

}  // namespace solder::host
