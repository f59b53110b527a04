// The host's side of "solder.settings/1" for one instance of a plugin: tells it of Settings where its timers fire.
// Tested by tests/unit/host/settings_watch_test.cc.
#pragma once

#include <memory>

#include "core/host/services/settings_book.h"
#include "core/host/services/timers.h"
#include "solder/services/settings.h"

namespace solder::host {

class SettingsWatch {
 public:
  // Both must outlive close(). Without a book nothing is told.
  SettingsWatch(Timers& events, SettingsBook* book);
  ~SettingsWatch();
  SettingsWatch(const SettingsWatch&) = delete;
  SettingsWatch& operator=(const SettingsWatch&) = delete;

  [[nodiscard]] const solder_svc_settings* table() const { return &table_; }
  // Nothing is told any more. Before the events are closed.
  void close();

 private:
  struct Told;  // outlives the instance where something is on its way to it
  solder_status watch(solder_settings_changed changed, void* arg);

  Timers& events_;
  SettingsBook* const book_;
  const std::shared_ptr<Told> told_;
  uint64_t listening_ = 0;
  solder_svc_settings table_;
};

}  // namespace solder::host
