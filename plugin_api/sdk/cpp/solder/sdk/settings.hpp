// solder/sdk/settings.hpp - the Settings that count ("solder.settings/1"), with a function in the place of a pointer.
// Not included by sdk.hpp. A member of the plugin's class; whoever makes use of it lists "solder.settings/1" under
// "needs" in the manifest. Tested by tests/e2e/vault_test.py.
#ifndef SOLDER_SDK_SETTINGS_HPP_
#define SOLDER_SDK_SETTINGS_HPP_

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "solder/sdk/text.hpp"
#include "solder/services/settings.h"

namespace solder::sdk {

class SettingsReader {
 public:
  using Changed = std::function<void(std::string_view spec_json)>;

  explicit SettingsReader(const Host& host)
      : host_(host), settings_(static_cast<const solder_svc_settings*>(host.service(SOLDER_SVC_SETTINGS))) {}
  ~SettingsReader() {
    if (changed_) settings_->watch(settings_->ctx, nullptr, nullptr);
  }
  SettingsReader(const SettingsReader&) = delete;
  SettingsReader& operator=(const SettingsReader&) = delete;

  // Once they are known, and again; "" where there are none. What it throws is logged.
  solder_status watch(Changed changed) {
    if (!SOLDER_HAS(settings_, watch)) return SOLDER_UNAVAILABLE;
    changed_ = std::move(changed);
    const solder_status status = settings_->watch(settings_->ctx, &SettingsReader::told, this);
    if (status != SOLDER_OK) changed_ = nullptr;
    return status;
  }

 private:
  static void told(void* arg, solder_str spec) noexcept {
    auto& reader = *static_cast<SettingsReader*>(arg);
    try {
      reader.changed_(text(spec));
    } catch (const std::exception& error) {
      reader.host_.log(SOLDER_LOG_ERROR, std::string("Settings' function threw an exception: ") + error.what());
    } catch (...) {
      reader.host_.log(SOLDER_LOG_ERROR, "Settings' function threw an exception");
    }
  }

  Host host_;
  const solder_svc_settings* settings_;
  Changed changed_;
};

}  // namespace solder::sdk

#endif
