#include "core/host/plugin_switch.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/host/file_runners.h"
#include "core/host/isolation/isolated_plugin.h"
#include "core/host/kept_plugin.h"
#include "core/host/private_copy.h"

namespace solder::host {

namespace {

std::string short_hash(const std::string& sha256) { return sha256.substr(0, 12); }

std::set<std::pair<std::string, std::string>> losses(const PluginSet& plugins) {
  std::set<std::pair<std::string, std::string>> out;
  for (const auto& plugin : plugins.loaded()) {
    for (const auto& lost : plugin.partial) out.emplace(plugin.name, lost.message + " [" + lost.reason + "]");
  }
  return out;
}

// Keys that plugins claim and have not, where that is news.
void tell_losses(const PluginSet& before, const PluginSet& now) {
  const auto known = losses(before);
  for (const auto& [name, words] : losses(now)) {
    if (known.count({name, words}) == 0) spdlog::warn("plugin {}: {}", name, words);
  }
}

}  // namespace

PluginSwitch::PluginSwitch(SwitchOptions options, PluginRecord& record, Preflight* preflight)
    : options_(std::move(options)), record_(record), preflight_(preflight), retired_(options_.load.copy_directory) {}

PluginSwitch::~PluginSwitch() = default;

std::shared_ptr<PluginSet> PluginSwitch::plugins() const {
  const std::lock_guard lock(mutex_);
  return plugins_;
}

std::shared_ptr<PluginSet> PluginSwitch::listing() const {
  const std::lock_guard lock(mutex_);
  return listing_;
}

// The set with `plugin` for the one of that name; null: without it.
std::shared_ptr<PluginSet> PluginSwitch::set_with(const std::string& name, const PluginPtr& plugin) const {
  std::vector<PluginPtr> all;
  for (const auto& [other, slot] : slots_) {
    if (other != name && slot.current) all.push_back(slot.current);
  }
  if (plugin) all.push_back(plugin);
  return PluginSet::make(std::move(all), {}, options_.load);
}

// What comes to plugins and what is told to people follows. Nothing comes to two generations of one plugin at once.
void PluginSwitch::show() {
  for (const auto& [name, slot] : slots_) {
    if (slot.previous) slot.previous->serve(false);
    if (slot.current) slot.current->serve(true);
  }
  std::vector<PluginPtr> all;
  std::vector<Refused> refused;
  for (const auto& file : files_) {
    if (file.refused) refused.push_back(*file.refused);
  }
  for (const auto& [file, problem] : failed_at_start_) refused.push_back(problem);
  for (const auto& [name, slot] : slots_) {
    if (slot.current) all.push_back(slot.current);
    if (slot.problem) refused.push_back(*slot.problem);
  }
  std::shared_ptr<PluginSet> next = PluginSet::make(std::move(all), std::move(refused), options_.load);
  if (const auto before = listing()) tell_losses(*before, *next);
  const std::lock_guard lock(mutex_);
  listing_ = std::move(next);
}

Verdict PluginSwitch::propose(const std::string& name, const PluginPtr& plugin, bool judge) {
  auto set = set_with(name, plugin);
  Verdict verdict = propose_ ? propose_({set, name, judge}) : Verdict{};
  if (verdict.taken) {
    const std::lock_guard lock(mutex_);
    plugins_ = std::move(set);
  }
  return verdict;
}

// Files that went bad before anything of them could be tried.
void PluginSwitch::tell_bad(const std::vector<DroppedFile>& files) {
  for (const auto& file : files) {
    if (!file.refused) continue;
    const auto same = [&](const auto& known) {
      return known.path == file.path && known.refused && known.refused->message == file.refused->message;
    };
    if (std::any_of(files_.begin(), files_.end(), same)) continue;
    spdlog::warn("plugin file {} is refused: {} [{}]", file.path, file.refused->message, file.refused->reason);
    PluginEvent event = refusal(file, *file.refused, "directory");
    for (const auto& [name, slot] : slots_) {
      if (slot.file == file.path && event.plugin.empty()) event.plugin = name;
    }
    record_.tell(event);
  }
}

bool PluginSwitch::follow(const std::vector<DroppedFile>& files) {
  tell_bad(files);
  files_ = files;
  failed_at_start_.clear();
  std::map<std::string, const DroppedFile*> wanted;
  std::set<std::string> there;
  for (const auto& file : files_) {
    there.insert(file.path);
    if (!file.refused && !file.pending) wanted.emplace(file.name, &file);
  }
  bool again = false;
  std::vector<std::string> missing;
  for (auto& [name, slot] : slots_) {
    // A file that went bad is no reason to stop what runs.
    const bool known = wanted.count(name) != 0;
    if (!known) {
      slot.problem.reset();
      slot.tried.clear();
    }
    if (slot.gone || known || there.count(slot.file) != 0) {
      slot.missing_since.reset();
      continue;
    }
    if (!slot.missing_since) slot.missing_since = Clock::now();
    if (Clock::now() - *slot.missing_since >= options_.patience_with_missing) {
      missing.push_back(name);
    } else {
      again = true;
    }
  }
  for (const auto& name : missing) remove(name, "directory");
  for (const auto& [name, file] : wanted) {
    const auto at = slots_.find(name);
    if (at != slots_.end()) {
      Slot& slot = at->second;
      if (slot.current && !slot.gone && slot.current->sha256 == file->sha256) {
        slot.file = file->path;
        slot.current->moved_to(file->path);
        slot.problem.reset();
        continue;
      }
      if (slot.tried == file->sha256) continue;
      if (const auto why = record_.blocked(name, file->sha256)) {
        slot.tried = file->sha256;
        slot.problem = Refused{file->path, name, std::string(reason::kRolledBack), *why};
        continue;
      }
    }
    if (const auto problem = upgrade(*file, "directory", false)) refuse(name, *file, *problem, "directory");
  }
  show();
  return again;
}

PluginEvent PluginSwitch::refusal(const DroppedFile& file, const Refused& problem, const std::string& by) {
  return {.event = "refused",
          .plugin = file.name,
          .sha256 = file.sha256,
          .file = file.path,
          .owner = file.owner,
          .requested_by = by,
          .reason = problem.reason,
          .message = problem.message};
}

void PluginSwitch::refuse(const std::string& name, const DroppedFile& file, const Refused& problem,
                          const std::string& by) {
  Slot& slot = slots_[name];
  slot.tried = file.sha256;
  slot.problem = problem;
  if (slot.file.empty()) slot.file = file.path;
  spdlog::warn("plugin file {} is refused: {} [{}]{}", file.path, problem.message, problem.reason,
               slot.current ? "; " + slot.current->manifest.version + " runs on" : "");
  PluginEvent event = refusal(file, problem, by);
  if (slot.current) event.before = slot.current->sha256;
  record_.tell(event);
}

std::optional<Refused> PluginSwitch::upgrade(const DroppedFile& file, const std::string& by, bool force) {
  auto found = inspect_plugin(file.path, options_.load);
  if (auto* refused = std::get_if<Refused>(&found)) return std::move(*refused);
  const auto& candidate = std::get<Candidate>(found);
  // Replaced since it was looked at, perhaps by another plugin: the next look tells what it is now.
  if (candidate.sha256 != file.sha256) return std::nullopt;
  Slot& slot = slots_[file.name];
  if (slot.file.empty()) slot.file = file.path;
  const bool first = !slot.current || slot.gone;
  auto problem = replace(slot, candidate, by, force, first ? "loaded" : "reloaded", "");
  if (!problem) slot.file = file.path;
  return problem;
}

PreflightItem PluginSwitch::preflight_item(const Candidate& candidate, const std::string& copy) const {
  PreflightItem item;
  item.name = candidate.gated.manifest.name;
  item.file = copy;
  item.config_json = configuration_of(item.name, options_.load);
  item.original = candidate.file;
  if (options_.load.runners) item.runner = options_.load.runners->runner_of(candidate.ending);
  const LoadOptions options = options_for(candidate);
  if (isolation::is_isolated(candidate.gated.manifest, options.isolation)) {
    item.limits = isolation::limits_of(options, item.runner);
    if (candidate.gated.manifest.program) item.program = options.isolation.program;
  }
  return item;
}

std::optional<Refused> PluginSwitch::replace(Slot& slot, const Candidate& candidate, const std::string& by, bool force,
                                             const char* event, const std::string& why) {
  const std::string& name = candidate.gated.manifest.name;
  const auto wrong = [&](std::string_view reason, const std::string& words) {
    return refused(candidate, reason, words);
  };
  if (slot.current && !slot.current->unmaps() && retired_.full()) {
    return wrong(reason::kTooManyRetired,
                 std::to_string(kMostResident) +
                     " older libraries that cannot leave the process are in it; restart Solder to take this one");
  }
  const auto copy = copy_candidate(candidate, options_.load.copy_directory);
  if (!copy.ok()) return wrong(reason::kCopyFailed, "its private copy could not be made: " + copy.status().message());
  std::optional<std::string> saved;
  PreflightItem item = preflight_item(candidate, *copy);
  if (slot.current) {
    auto state = slot.current->save();
    if (!state.ok()) return wrong(reason::kStateNotTaken, "the one that runs: " + state.status().message());
    saved = std::move(*state);
    item.samples = slot.current->samples();
    choose_state(*slot.current, candidate, saved, item);
  }
  if (preflight_ != nullptr) {
    if (const auto problem = preflight_->check({item}).front()) return wrong(reason::kPreflightFailed, *problem);
  }
  auto opened = open(candidate);
  if (auto* refusal = std::get_if<Refused>(&opened)) return std::move(*refusal);
  PluginPtr next = std::get<PluginPtr>(opened);
  opened = Refused{};
  if (item.state) {
    const auto restored = next->restore(item.state_version, *item.state);
    if (!restored.ok()) {
      return wrong(reason::kStateNotTaken,
                   "it does not take the state of version " + item.state_version + ": " + restored.message());
    }
  }
  const Verdict verdict = propose(name, next, slot.current != nullptr && !slot.gone && !force);
  if (!verdict.taken) {
    retired_.add(std::move(next));
    if (verdict.ended) return std::nullopt;
    return wrong(reason::kWouldReject, verdict.message);
  }
  if (slot.current && saved) record_.state(name, slot.current->sha256, *saved);
  record_.passed(passed_key(name, candidate.sha256));
  commit(
      name, slot, std::move(next), verdict,
      {.event = event, .file = candidate.file, .requested_by = by, .trusted_by = candidate.trusted_by, .message = why});
  return std::nullopt;
}

// That of the one that runs; one that ran before gets back its own.
void PluginSwitch::choose_state(const Plugin& current, const Candidate& candidate,
                                const std::optional<std::string>& saved, PreflightItem& item) const {
  item.state = saved;
  item.state_version = current.manifest.version;
  if (current.sha256 == candidate.sha256) return;
  if (auto own = record_.state(candidate.gated.manifest.name, candidate.sha256)) {
    item.state = std::move(own);
    item.state_version = candidate.gated.manifest.version;
  }
}

void PluginSwitch::commit(const std::string& name, Slot& slot, PluginPtr next, const Verdict& verdict,
                          PluginEvent event) {
  event.plugin = name;
  event.version = next->manifest.version;
  event.sha256 = next->sha256;
  event.before = slot.current ? slot.current->sha256 : "";
  event.diff = verdict.diff;
  event.pause = verdict.pause;
  for (const auto& file : files_) {
    if (file.path == event.file) event.owner = file.owner;
  }
  if (slot.previous) retired_.add(std::move(slot.previous));
  if (slot.gone) {
    record_.forget(name);
    retired_.add(std::move(slot.current));
  }
  slot.previous = std::move(slot.current);
  slot.current = std::move(next);
  slot.gone = false;
  slot.changed = verdict.resources;
  slot.tried.clear();
  slot.problem.reset();
  slot.probation_end = Clock::now() + options_.probation;
  record_.running(name, {slot.current->sha256, slot.current->manifest.version, event.file, true});
  spdlog::info("plugin {} {} {} ({}) from {}: {} resources changed, translation stood still for {:.1f} ms", name,
               event.version, event.event, short_hash(event.sha256), event.file, verdict.resources.size(),
               verdict.pause.clock);
  for (const auto& line : verdict.diff) spdlog::info("plugin {}: {}", name, line);
  record_.tell(event);
}

void PluginSwitch::remove(const std::string& name, const std::string& by) {
  Slot& slot = slots_.at(name);
  PluginEvent event{.event = "removed",
                    .plugin = name,
                    .version = slot.current ? slot.current->manifest.version : "",
                    .file = slot.file,
                    .requested_by = by,
                    .before = slot.current ? slot.current->sha256 : ""};
  if (!slot.current) {
    slots_.erase(name);
    return;
  }
  if (slot.previous) retired_.add(std::move(slot.previous));
  std::shared_ptr<KeptPlugin> kept;
  if (options_.keep_removed) {
    auto recorder = std::make_shared<RecordingPlugin>(slot.current);
    if (!propose(name, recorder, false).taken) return;
    kept = recorder->keep();
    record_.keep(name, kept->dump());
  }
  const Verdict verdict = propose(name, kept, false);
  if (!verdict.taken) return;
  retired_.add(std::move(slot.current));
  event.diff = verdict.diff;
  event.pause = verdict.pause;
  event.message = kept ? "what it last gave stays until the objects that use it are edited" : "";
  spdlog::info("plugin {} {} was taken away{}", name, event.version, kept ? "; " + event.message : "");
  record_.tell(event);
  if (!kept) {
    record_.not_running(name);
    slots_.erase(name);
    return;
  }
  record_.running(name, {kept->sha256, kept->manifest.version, "", false});
  slot.current = std::move(kept);
  slot.gone = true;
  slot.probation_end.reset();
  slot.missing_since.reset();
  slot.problem.reset();
  slot.tried.clear();
}

bool PluginSwitch::tick() {
  bool again = false;
  std::vector<std::string> late;
  for (auto& [name, slot] : slots_) {
    if (!slot.probation_end) continue;
    if (slot.previous && slot.current->strikes() > 0) {
      late.push_back(name);
    } else if (Clock::now() < *slot.probation_end) {
      again = true;
    } else {
      slot.probation_end.reset();
      slot.changed.clear();
      if (slot.previous) retired_.add(std::move(slot.previous));
      record_.running(name, {slot.current->sha256, slot.current->manifest.version, slot.file, false});
    }
  }
  for (const auto& name : late) {
    const auto isolated = slots_.at(name).current->isolation();
    const auto done = roll_back(name, "", "probation", isolated ? isolated->why : "a call of it overran its deadline");
    if (!done.ok()) spdlog::error("plugin {}: {}", name, done.status().message());
  }
  again = tend() || again;
  return retired_.end_idle() || again;
}

void PluginSwitch::refused_by_envoy(const std::set<std::string>& resources, const std::string& words) {
  std::vector<std::string> guilty;
  for (const auto& [name, slot] : slots_) {
    if (!slot.probation_end || !slot.previous) continue;
    const auto& changed = slot.changed;
    const auto is_changed = [&](const auto& each) { return changed.count(each) != 0; };
    if (std::any_of(resources.begin(), resources.end(), is_changed)) guilty.push_back(name);
  }
  for (const auto& name : guilty) {
    const auto done = roll_back(name, "", "probation", "Envoy refused what it changed: " + words);
    if (!done.ok()) spdlog::error("plugin {}: {}", name, done.status().message());
  }
}

}  // namespace solder::host
