#include "core/host/services/library_watcher.h"

#include "core/host/abi_text.h"

namespace solder::host {

LibraryWatcher::LibraryWatcher(LibraryPlugin& plugin, ObjectListener& listener)
    : plugin_(plugin), instance_(plugin, {.objects = &listener}) {}

base::Result<std::unique_ptr<Watcher>> LibraryWatcher::make(LibraryPlugin& plugin, ObjectListener& listener) {
  auto watcher = std::make_unique<LibraryWatcher>(plugin, listener);
  if (auto status = watcher->instance_.create(); !status.ok()) return status;
  return std::unique_ptr<Watcher>(std::move(watcher));
}

base::Status LibraryWatcher::watch(const std::vector<WatchedKind>& kinds) {
  std::vector<solder_watched_kind> inputs;
  for (const WatchedKind& each : kinds)
    inputs.push_back({sizeof(solder_watched_kind), 0, view(each.kind), view(each.api_version)});
  const std::vector<Subject> subjects(kinds.size());
  const auto lock = instance_.enter();
  const auto outputs = instance_.call(plugin_.config_watcher.watch,
                                      {inputs.data(), inputs.size(), sizeof(solder_watched_kind)}, subjects);
  for (const ItemOutput& each : outputs) {
    if (model::has_error(each.diagnostics)) return base::internal_error(each.diagnostics[0].message);
  }
  return {};
}

void LibraryWatcher::statuses(const std::vector<ObjectStatus>& statuses) {
  if (plugin_.config_watcher.statuses != nullptr) tell(plugin_.config_watcher.statuses, statuses);
}

void LibraryWatcher::share(const std::vector<ObjectStatus>& entries) {
  if (plugin_.config_watcher.share != nullptr) tell(plugin_.config_watcher.share, entries);
}

void LibraryWatcher::tell(solder_op operation, const std::vector<ObjectStatus>& objects) {
  std::vector<solder_object> inputs;
  std::vector<Subject> subjects;
  for (const ObjectStatus& each : objects) {
    inputs.push_back(
        {sizeof(solder_object), 0, {view(each.ref.kind), view(each.ref.ns), view(each.ref.name)}, view(each.json)});
    subjects.push_back({each.ref, ""});
  }
  const auto lock = instance_.enter();
  instance_.call(operation, {inputs.data(), inputs.size(), sizeof(solder_object)}, subjects);
}

bool LibraryWatcher::change(const StoreChange& change) {
  if (plugin_.config_watcher.change == nullptr) return false;
  const solder_store_change input{sizeof(solder_store_change),
                                  change.json.empty() ? SOLDER_STORE_REMOVE : SOLDER_STORE_PUT,
                                  change.id,
                                  {view(change.ref.kind), view(change.ref.ns), view(change.ref.name)},
                                  view(change.api_version),
                                  view(change.json)};
  const std::vector<Subject> subjects = {{change.ref, ""}};
  const auto lock = instance_.enter();
  const auto outputs = instance_.call(plugin_.config_watcher.change, {&input, 1, sizeof input}, subjects);
  return !model::has_error(outputs.at(0).diagnostics);
}

}  // namespace solder::host
