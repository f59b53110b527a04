// How the switch begins after a restart, and what is asked of it by hand.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/hash.h"
#include "core/host/kept_plugin.h"
#include "core/host/plugin_switch.h"
#include "core/host/private_copy.h"

namespace solder::host {

namespace {

base::Status no_plugin(const std::string& name) { return base::not_found("there is no plugin of the name " + name); }
base::Status taken_away(const std::string& name) {
  return base::invalid_argument("plugin " + name + " was taken away; put the file of the version that is wanted into " +
                                "a plugin directory");
}

}  // namespace

// Another configuration may be what a plugin breaks on.
std::string PluginSwitch::passed_key(const std::string& name, const std::string& sha256) const {
  return sha256 + " " + base::hash_text(base::hash_bytes(configuration_of(name, options_.load)));
}

std::optional<Candidate> PluginSwitch::copy_of(const std::string& name, const std::string& sha256,
                                               const std::string& original) const {
  const auto path = find_copy(options_.load.copy_directory, name, sha256);
  if (!path) return std::nullopt;
  LoadOptions options = options_.load;
  options.trust = {};  // a private copy was trusted when it was made, and nobody else can write there
  std::string where = original;
  // One that was taken away stands nowhere: where it was when it ran.
  for (const auto& generation : record_.generations(name)) {
    if (where.empty() && generation.sha256 == sha256) where = generation.file;
  }
  auto found = inspect_plugin(*path, options, where);
  auto* candidate = std::get_if<Candidate>(&found);
  if (candidate == nullptr || candidate->sha256 != sha256 || candidate->gated.manifest.name != name)
    return std::nullopt;
  return std::move(*candidate);
}

// What the last process crashed in is not run again if it was new.
void PluginSwitch::note_crash() {
  const std::string where = record_.take_crash();
  if (where.empty()) return;
  for (const auto& name : record_.names()) {
    const auto last = record_.last(name);
    if (name != where && last->file != where) continue;
    const std::string words = "Solder crashed in it";
    spdlog::error("plugin {} {}: {} when it ran last", name, last->version, words);
    record_.tell({.event = "crashed",
                  .plugin = name,
                  .version = last->version,
                  .sha256 = last->sha256,
                  .file = last->file,
                  .requested_by = "start",
                  .message = words});
    if (options_.isolate_crashed) record_.isolate(name, last->sha256);
    if (!last->probation) return;
    const auto all = record_.generations(name);
    const bool another = std::any_of(all.begin(), all.end(), [&](const auto& each) {
      return each.sha256 != last->sha256 && !record_.blocked(name, each.sha256);
    });
    const auto candidate = copy_of(name, last->sha256, last->file);
    const bool apart =
        candidate && isolation::is_isolated(candidate->gated.manifest, options_for(*candidate).isolation);
    // One that has nothing to go back to does no harm in a process of its own.
    if (another || !apart) record_.block(name, last->sha256, words + " while it was on probation");
    return;
  }
  spdlog::error("Solder crashed in the plugin {} when it ran last", where);
}

// All that never passed, one after the other in few processes.
void PluginSwitch::try_elsewhere(const std::vector<DroppedFile>& files) {
  if (preflight_ == nullptr) return;
  std::vector<PreflightItem> items;
  std::vector<const DroppedFile*> tried;
  for (const auto& file : files) {
    if (file.refused || file.pending || record_.has_passed(passed_key(file.name, file.sha256))) continue;
    auto found = inspect_plugin(file.path, options_.load);
    const auto* candidate = std::get_if<Candidate>(&found);
    if (candidate == nullptr) continue;
    const auto copy = copy_candidate(*candidate, options_.load.copy_directory);
    if (!copy.ok()) continue;
    items.push_back(preflight_item(*candidate, *copy));
    tried.push_back(&file);
  }
  const auto problems = preflight_->check(items);
  for (size_t i = 0; i < problems.size(); ++i) {
    const DroppedFile& file = *tried[i];
    if (!problems[i]) {
      record_.passed(passed_key(file.name, file.sha256));
      continue;
    }
    failed_at_start_[file.path] = {file.path, file.name, std::string(reason::kPreflightFailed), *problems[i]};
  }
}

void PluginSwitch::start(const std::vector<DroppedFile>& files) {
  files_ = files;
  note_crash();
  try_elsewhere(files);
  for (const auto& file : files) {
    if (!file.refused && !file.pending) load_at_start(file);
  }
  // A file that went bad while nobody looked does not take away what it brought.
  for (const auto& name : record_.names()) {
    if (slots_.count(name) != 0 && slots_.at(name).current) continue;
    const auto last = record_.last(name);
    const bool there =
        std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.path == last->file; });
    if (there) {
      fall_back(name, last->file);
    } else if (record_.kept(name)) {
      take_kept(name);
    } else {
      record_.tell({.event = "removed",
                    .plugin = name,
                    .version = last->version,
                    .file = last->file,
                    .requested_by = "start",
                    .before = last->sha256});
      record_.not_running(name);
    }
  }
  record_.clean();
  show();
  const std::lock_guard lock(mutex_);
  plugins_ = set_with("", nullptr);
}

void PluginSwitch::load_at_start(const DroppedFile& file) {
  Slot slot;
  slot.file = file.path;
  if (const auto why = record_.blocked(file.name, file.sha256)) {
    slot.problem = Refused{file.path, file.name, std::string(reason::kRolledBack), *why};
  } else if (const auto failed = failed_at_start_.find(file.path); failed != failed_at_start_.end()) {
    slot.problem = failed->second;
    failed_at_start_.erase(failed);
  } else {
    auto found = inspect_plugin(file.path, options_.load);
    if (auto* candidate = std::get_if<Candidate>(&found)) {
      auto opened = open(*candidate);
      if (auto* plugin = std::get_if<PluginPtr>(&opened))
        slot.current = std::move(*plugin);
      else
        slot.problem = std::get<Refused>(opened);
    } else {
      slot.problem = std::get<Refused>(found);
    }
  }
  if (slot.current) {
    const auto last = record_.last(file.name);
    const bool same = last && last->sha256 == file.sha256;
    if (!same) {
      record_.tell({.event = "loaded",
                    .plugin = file.name,
                    .version = slot.current->manifest.version,
                    .sha256 = file.sha256,
                    .file = file.path,
                    .owner = file.owner,
                    .requested_by = "start",
                    .trusted_by = file.trusted_by,
                    .before = last ? last->sha256 : ""});
    }
    const bool probation = !same || last->probation;
    if (probation) slot.probation_end = Clock::now() + options_.probation;
    record_.running(file.name, {file.sha256, slot.current->manifest.version, file.path, probation});
    record_.forget(file.name);
  } else {
    slot.tried = file.sha256;
    record_.tell(refusal(file, *slot.problem, "start"));
  }
  slots_[file.name] = std::move(slot);
}

// The newest generation that ran and is not known to be bad, from its copy.
void PluginSwitch::fall_back(const std::string& name, const std::string& file) {
  const auto all = record_.generations(name);
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    if (record_.blocked(name, at->sha256)) continue;
    auto candidate = copy_of(name, at->sha256, file);
    if (!candidate) continue;
    auto opened = open(*candidate);
    auto* plugin = std::get_if<PluginPtr>(&opened);
    if (plugin == nullptr) continue;
    (*plugin)->warn("it runs from a copy: its file in the directory is not taken");
    Slot& slot = slots_[name];
    slot.file = file;
    slot.current = std::move(*plugin);
    record_.running(name, {at->sha256, at->version, file, false});
    spdlog::warn("plugin {} {} runs from a copy: its file {} is not taken", name, at->version, file);
    return;
  }
}

void PluginSwitch::take_kept(const std::string& name) {
  const auto last = record_.last(name);
  const auto candidate = copy_of(name, last->sha256, last->file);
  const auto bytes = record_.kept(name);
  if (!candidate || !bytes) return;
  auto kept = KeptPlugin::read(candidate->gated.manifest, *bytes);
  if (!kept.ok()) {
    spdlog::warn("plugin {}: {}", name, kept.status().message());
    return;
  }
  Slot& slot = slots_[name];
  slot.current = std::move(*kept);
  slot.gone = true;
}

base::Result<std::string> PluginSwitch::reload(const std::string& name, bool force, const std::string& by) {
  record_.unblock(name);
  const auto file = std::find_if(files_.begin(), files_.end(),
                                 [&](const auto& each) { return !each.refused && !each.pending && each.name == name; });
  if (file == files_.end()) {
    const auto bad = std::find_if(files_.begin(), files_.end(), [&](const auto& each) { return each.name == name; });
    if (bad != files_.end() && bad->refused)
      return base::invalid_argument(bad->refused->message + " [" + bad->refused->reason + "]");
    const auto slot = slots_.find(name);
    return slot != slots_.end() && slot->second.gone ? taken_away(name) : no_plugin(name);
  }
  if (const auto problem = upgrade(*file, by, force)) {
    refuse(name, *file, *problem, by);
    show();
    return base::invalid_argument(problem->message + " [" + problem->reason + "]");
  }
  show();
  const auto slot = slots_.find(name);
  if (slot == slots_.end() || !slot->second.current || slot->second.current->sha256 != file->sha256) {
    return base::unavailable(file->path + " changed while it was read, or Solder is ending; nothing was reloaded");
  }
  return "plugin " + name + " " + slot->second.current->manifest.version + " runs from " + file->path;
}

base::Result<std::string> PluginSwitch::roll_back(const std::string& name, const std::string& to, const std::string& by,
                                                  const std::string& why) {
  const auto at = slots_.find(name);
  if (at == slots_.end() || !at->second.current) return no_plugin(name);
  Slot& slot = at->second;
  if (slot.gone) return taken_away(name);
  const std::string bad = slot.current->sha256, bad_version = slot.current->manifest.version;
  const std::string words = "version " + bad_version + " was rolled back by " + by + (why.empty() ? "" : ": " + why);
  const std::string file = slot.file;
  if (slot.previous && slot.previous->sha256 != bad && (to.empty() || slot.previous->sha256.rfind(to, 0) == 0)) {
    // It is still there, with all that it knew.
    PluginPtr back = slot.previous;
    const Verdict verdict = propose(name, back, false);
    if (!verdict.taken) return base::unavailable(verdict.message);
    slot.previous.reset();
    commit(name, slot, std::move(back), verdict,
           {.event = "rolled_back", .file = file, .requested_by = by, .message = words});
  } else {
    const auto all = record_.generations(name);
    std::optional<Candidate> candidate;
    for (auto one = all.rbegin(); one != all.rend() && !candidate; ++one) {
      if (one->sha256 == bad ||
          (to.empty() ? record_.blocked(name, one->sha256).has_value() : one->sha256.rfind(to, 0) != 0))
        continue;
      candidate = copy_of(name, one->sha256, file);
    }
    if (!candidate) return base::not_found("there is no other generation of " + name + " to go back to");
    if (const auto problem = replace(slot, *candidate, by, true, "rolled_back", words)) {
      return base::invalid_argument(problem->message + " [" + problem->reason + "]");
    }
  }
  // What was left is not gone back to; and the file, which still holds it, is not taken again until it changes.
  if (slot.previous) retired_.add(std::move(slot.previous));
  slot.probation_end.reset();
  slot.changed.clear();
  record_.running(name, {slot.current->sha256, slot.current->manifest.version, file, false});
  record_.block(name, bad, words);
  for (const auto& dropped : files_) {
    if (dropped.path != file || dropped.sha256 == slot.current->sha256) continue;
    slot.tried = dropped.sha256;
    slot.problem = Refused{file, name, std::string(reason::kRolledBack), words};
    if (dropped.sha256 != bad && !dropped.sha256.empty()) record_.block(name, dropped.sha256, words);
  }
  show();
  spdlog::warn("plugin {}: {}; {} runs", name, words, slot.current->manifest.version);
  return "plugin " + name + " " + slot.current->manifest.version + " runs again; " + words;
}

base::Result<std::string> PluginSwitch::revive(const std::string& name, const std::string& by) {
  const auto at = slots_.find(name);
  if (at == slots_.end() || !at->second.current) return no_plugin(name);
  Slot& slot = at->second;
  if (!slot.current->isolation())
    return base::invalid_argument("plugin " + name + " runs in Solder's own process; there is nothing to revive");
  slot.current->revive();
  record_.tell({.event = "revived",
                .plugin = name,
                .version = slot.current->manifest.version,
                .sha256 = slot.current->sha256,
                .requested_by = by});
  if (slot.current->tend()) ask_again(name, slot, by);
  const auto now = slot.current->isolation();
  if (now->down || now->pid == 0) return base::unavailable("plugin " + name + " does not answer: " + now->why);
  return "plugin " + name + " " + slot.current->manifest.version + " runs in process " + std::to_string(now->pid);
}

base::Result<std::string> PluginSwitch::forget(const std::string& name, const std::string& by) {
  const auto at = slots_.find(name);
  if (at == slots_.end() || !at->second.current) return no_plugin(name);
  if (!at->second.gone) {
    return base::invalid_argument("plugin " + name + " is there; only what is left of one that was taken away can be " +
                                  "forgotten");
  }
  const Verdict verdict = propose(name, nullptr, false);
  if (!verdict.taken) return base::unavailable(verdict.message);
  record_.tell({.event = "forgotten",
                .plugin = name,
                .version = at->second.current->manifest.version,
                .requested_by = by,
                .diff = verdict.diff,
                .pause = verdict.pause});
  record_.forget(name);
  record_.not_running(name);
  retired_.add(std::move(at->second.current));
  slots_.erase(at);
  show();
  return "what was left of plugin " + name + " is gone";
}

}  // namespace solder::host
