// How the switch looks after plugins that have a process of their own.
#include <utility>

#include "core/host/plugin_switch.h"

namespace solder::host {

// What Solder crashed in before is kept out of its process, unless the operator names it or it could do nothing there.
LoadOptions PluginSwitch::options_for(const Candidate& candidate) const {
  LoadOptions options = options_.load;
  const Manifest& manifest = candidate.gated.manifest;
  const std::string& name = manifest.name;
  if (record_.isolated(name, candidate.sha256) && isolation::missing_apart(manifest).empty())
    options.isolation.plugins.emplace(name, isolation::Mode::kProcess);
  return options;
}

std::variant<PluginPtr, Refused> PluginSwitch::open(const Candidate& candidate) const {
  auto opened = open_plugin(candidate, options_for(candidate), options_.services);
  const auto* plugin = std::get_if<PluginPtr>(&opened);
  if (plugin != nullptr && (*plugin)->isolation() && record_.isolated((*plugin)->manifest.name, candidate.sha256))
    (*plugin)->warn("Solder crashed in it: it has a process of its own until its file changes");
  return opened;
}

bool PluginSwitch::tend() {
  bool any = false;
  for (auto& [name, slot] : slots_) {
    if (slot.previous) slot.previous->tend();
    if (!slot.current || !slot.current->isolation()) continue;
    any = true;
    if (slot.current->tend()) ask_again(name, slot, "isolation");
  }
  return any;
}

// With the same plugin as another generation, so that everything that uses it is translated anew.
void PluginSwitch::ask_again(const std::string& name, Slot& slot, const std::string& by) {
  PluginPtr next = slot.current->renewed();
  const Verdict verdict = propose(name, next, false);
  if (!verdict.taken) {
    retired_.add(std::move(next));
    return;
  }
  next->settle();
  retired_.add(std::exchange(slot.current, std::move(next)));
  const std::string state = slot.current->state();
  if (state != slot.told_state && !(state == "loaded" && slot.told_state.empty())) {
    record_.tell({.event = state == "loaded" ? "recovered" : state,
                  .plugin = name,
                  .version = slot.current->manifest.version,
                  .sha256 = slot.current->sha256,
                  .requested_by = by,
                  .message = slot.current->isolation()->why,
                  .diff = verdict.diff,
                  .pause = verdict.pause});
  }
  slot.told_state = state;
  show();
}

}  // namespace solder::host
