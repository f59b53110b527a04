#include "core/host/services/settings_watch.h"

#include <utility>

#include "core/host/abi_text.h"

namespace solder::host {

// Of the strand. Null: the plugin does not want to hear of it any more.
struct SettingsWatch::Told {
  solder_settings_changed changed = nullptr;
  void* arg = nullptr;
};

SettingsWatch::SettingsWatch(Timers& events, SettingsBook* book)
    : events_(events),
      book_(book),
      told_(std::make_shared<Told>()),
      table_{sizeof(solder_svc_settings), 0, this, [](void* ctx, solder_settings_changed changed, void* arg) {
               // Nothing may be thrown into a plugin.
               try {
                 return static_cast<SettingsWatch*>(ctx)->watch(changed, arg);
               } catch (...) {
                 return static_cast<solder_status>(SOLDER_RESOURCE_EXHAUSTED);
               }
             }} {}

SettingsWatch::~SettingsWatch() { close(); }

void SettingsWatch::close() {
  if (listening_ != 0) book_->forget(std::exchange(listening_, 0));
}

solder_status SettingsWatch::watch(solder_settings_changed changed, void* arg) {
  if (book_ == nullptr) return SOLDER_UNAVAILABLE;
  close();
  *told_ = {changed, arg};
  if (changed == nullptr) return SOLDER_OK;
  listening_ = book_->listen([this, told = told_](const SettingsBook::Text& spec) {
    events_.post("in Settings for", [told, spec] {
      if (told->changed != nullptr) told->changed(told->arg, view(*spec));
    });
  });
  return SOLDER_OK;
}

}  // namespace solder::host
