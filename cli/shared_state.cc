#include "cli/shared_state.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/config/documents.h"
#include "core/discovery/discovered_fields.h"
#include "core/model/memory_only.h"

namespace solder::cli {

using nlohmann::json;
using Entry = sources::SourceDriver::SharedEntry;

namespace {

constexpr const char* kFoundBy = "discovered_by";

// The object in an entry, where it is of that sort.
model::ObjectPtr discovered_in(const model::Object& entry) {
  const json document = json::parse(entry.json, nullptr, false);
  const auto spec = document.is_object() ? document.value("spec", json()) : json();
  if (!spec.is_object() || !spec.contains("discovered")) return nullptr;
  auto documents = config::parse_documents(spec.at("discovered").dump(), "object.json");
  return documents.objects.size() == 1 && documents.problems.empty() ? documents.objects.front() : nullptr;
}

std::string entry_json(const std::string& name, const std::string& discovered) {
  const json entry = {{"apiVersion", "solder.io/v1"},
                      {"kind", engine::kSharedKind},
                      {"metadata", {{"name", name}}},
                      {"spec", {{"discovered", json::parse(discovered, nullptr, false)}}}};
  return entry.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void SharedState::kept(const std::shared_ptr<const engine::KeptVersions>& kept) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(kept_, kept) != kept) share();
}

void SharedState::found(const store::Batch& batch) {
  const std::lock_guard lock(mutex_);
  for (const auto& change : batch.changes) {
    found_.erase(change.ref);
    auto list = change.object ? discovery::read_discovered(*change.object) : std::nullopt;
    if (!list) continue;
    const auto plugin = change.object->labels.find(kFoundBy);
    if (plugin == change.object->labels.end()) continue;
    const std::string name = engine::shared_name(change.ref);
    auto entry = std::make_shared<Entry>(Entry{list->object, name, entry_json(name, change.object->json)});
    found_.emplace(change.ref, Found{plugin->second, std::move(*list), change.object->json, std::move(entry)});
  }
  if (!batch.changes.empty()) share();
}

void SharedState::share() {
  if (!kept_) return;
  sources::SourceDriver::SharedEntries entries;
  for (const auto& [ref, each] : *kept_) {
    // What is not to be written here is not to be written there.
    if (model::memory_only(*each.object)) continue;
    entries.push_back(std::make_shared<Entry>(Entry{ref, engine::shared_name(ref), engine::to_shared_json(ref, each)}));
  }
  for (const auto& [ref, each] : found_) entries.push_back(each.entry);
  ends_.share(std::move(entries));
}

void SharedState::told(const store::Batch& batch) {
  const bool leads = ends_.leads();  // before the lock: whoever tells of a change of that holds one of its own
  const std::lock_guard lock(mutex_);
  const bool first = batch.complete && !std::exchange(whole_, whole_ || batch.complete);
  bool other = false;
  for (const auto& change : batch.changes) {
    if (change.ref.kind != engine::kSharedKind) continue;
    other = told_.erase(change.ref) > 0 || other;
    const auto object = change.object ? discovered_in(*change.object) : nullptr;
    auto list = object ? discovery::read_discovered(*object) : std::nullopt;
    if (!list || object->labels.count(kFoundBy) == 0) continue;
    told_[change.ref] = {object->ref, {object->labels.at(kFoundBy), std::move(*list), object->json, nullptr}};
    other = true;
  }
  // At the start what is shared is newer than what was left here, whoever leads then.
  if (first) {
    for (const auto& [entry, is] : told_) ends_.keep(is.second.plugin, is.second.list);
  }
  if (whole_ && (other || first) && !leads) follow();
}

void SharedState::leads(bool leads) {
  const std::lock_guard lock(mutex_);
  if (!leads && whole_) follow();
}

// The files are as the one that leads says.
void SharedState::follow() {
  std::set<model::ObjectRef> wanted;
  for (const auto& [entry, is] : told_) {
    const auto& [ref, found] = is;
    wanted.insert(ref);
    const auto here = found_.find(ref);
    if (here == found_.end() || here->second.json != found.json) ends_.keep(found.plugin, found.list);
  }
  for (const auto& [ref, found] : found_) {
    if (wanted.count(ref) == 0) ends_.drop(found.list.object);
  }
}

}  // namespace solder::cli
