#include "core/sources/settings_tap.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/config/decode.h"

namespace solder::sources {

namespace {

std::string raw_spec(const model::Object& object) {
  const auto json = nlohmann::json::parse(object.json, nullptr, false);
  const auto spec = json.is_object() ? json.find("spec") : json.end();
  return json.is_object() && spec != json.end() && spec->is_object() ? spec->dump() : "{}";
}

// What it has told has reached take() before it is known.
class WatchedFiles final : public store::Store {
 public:
  WatchedFiles(std::unique_ptr<store::Store> files, SettingsTap& tap) : files_(std::move(files)), tap_(tap) {}

  base::Status start(store::Listener listener) override {
    return files_->start([this, listener = std::move(listener)](store::Batch batch) {
      const bool complete = batch.complete;
      listener(std::move(batch));
      if (complete) tap_.files_known();
    });
  }
  void stop() override { files_->stop(); }

 private:
  const std::unique_ptr<store::Store> files_;
  SettingsTap& tap_;
};

}  // namespace

void SettingsTap::catalog(config::SchemaCatalogPtr catalog) {
  const std::lock_guard lock(mutex_);
  catalog_ = std::move(catalog);
  if (known()) look();
}

void SettingsTap::take(const store::Batch& batch) {
  const std::lock_guard lock(mutex_);
  bool changed = false;
  for (const auto& change : batch.changes) {
    if (change.ref.kind != "Settings") continue;
    changed = true;
    change.object ? static_cast<void>(settings_[change.ref] = change.object)
                  : static_cast<void>(settings_.erase(change.ref));
  }
  if (known() && changed) look();
}

void SettingsTap::sources_known() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(sources_known_, true) && files_known_) look();
}

void SettingsTap::files_known() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(files_known_, true) && sources_known_) look();
}

std::unique_ptr<store::Store> SettingsTap::watch_files(std::unique_ptr<store::Store> files) {
  return std::make_unique<WatchedFiles>(std::move(files), *this);
}

void SettingsTap::look() {
  const model::Object* chosen = nullptr;  // as the engine chooses
  for (const auto& [ref, object] : settings_) {
    if (chosen == nullptr || (ref.name == "default" && chosen->ref.name != "default")) chosen = object.get();
  }
  if (chosen == nullptr) return tell_("");
  auto decoded = config::decode_settings(*chosen, *catalog_);
  if (decoded.value) {
    good_.emplace(chosen->ref, decoded.value->spec_json);
    return tell_(good_->second);
  }
  tell_(good_ && good_->first == chosen->ref ? good_->second : raw_spec(*chosen));
}

}  // namespace solder::sources
