// For parts of the engine that call no plugin.
#pragma once

#include "core/host/plugin_set.h"

namespace solder::engine::testing {

class NoPlugins final : public host::PluginSet {
 public:
  [[nodiscard]] std::vector<host::PluginInfo> loaded() const override { return {}; }
  [[nodiscard]] const std::vector<host::Refused>& refused() const override { return refused_; }
  [[nodiscard]] host::Plugin* upstream_type(std::string_view) const override { return nullptr; }
  [[nodiscard]] host::Plugin* option(std::string_view, std::string_view) const override { return nullptr; }
  [[nodiscard]] const std::map<std::string, host::ObjectKind>& kinds() const override { return kinds_; }
  [[nodiscard]] const std::string& name(const host::Plugin&) const override { return name_; }
  [[nodiscard]] bool has(const host::Plugin&, host::Operation) const override { return false; }
  std::vector<host::ItemOutput> call(host::Plugin&, host::Operation, solder_span in, std::span<const host::Subject>,
                                     const host::Lookup&) override {
    return std::vector<host::ItemOutput>(in.count);
  }

 private:
  std::vector<host::Refused> refused_;
  std::map<std::string, host::ObjectKind> kinds_;
  std::string name_;
};

}  // namespace solder::engine::testing
