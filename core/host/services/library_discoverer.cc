#include "core/host/services/library_discoverer.h"

#include <utility>

#include "core/host/abi_text.h"

namespace solder::host {

namespace {

solder_ref view_of(const model::ObjectRef& ref) { return {view(ref.kind), view(ref.ns), view(ref.name)}; }

}  // namespace

LibraryDiscoverer::LibraryDiscoverer(LibraryPlugin& plugin, DiscoveryListener& listener)
    : plugin_(plugin), listener_(listener), instance_(plugin, {.discovery = &listener}) {}

base::Result<std::unique_ptr<Discoverer>> LibraryDiscoverer::make(LibraryPlugin& plugin, DiscoveryListener& listener) {
  auto discoverer = std::make_unique<LibraryDiscoverer>(plugin, listener);
  if (auto status = discoverer->instance_.create(); !status.ok()) return status;
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
  const auto lock = instance_.enter();
  for (const FollowedUpstream& each : upstreams) instance_.host().publications().follow(each.ref);
  auto outputs = instance_.call(plugin_.function_discovery.follow,
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
  const auto lock = instance_.enter();
  instance_.call(plugin_.function_discovery.forget, {inputs.data(), inputs.size(), sizeof(solder_object)}, subjects);
  for (const model::ObjectRef& each : upstreams) instance_.host().publications().forget(each);
}

}  // namespace solder::host
