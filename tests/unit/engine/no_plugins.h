// For parts of the engine that call no plugin.
#pragma once

#include "core/host/plugin_set.h"

namespace solder::engine::testing {

class NoPlugins final : public host::PluginSet {
 public:
  [[nodiscard]] std::vector<host::PluginInfo> loaded() const override { return {}; }
  [[nodiscard]] const std::vector<host::Refused>& refused() const override { return refused_; }
  [[nodiscard]] const std::vector<std::string>& problems() const override { return problems_; }
  [[nodiscard]] host::Plugin* upstream_type(std::string_view) const override { return nullptr; }
  [[nodiscard]] host::Plugin* option(std::string_view, std::string_view) const override { return nullptr; }
  [[nodiscard]] const std::map<std::string, host::Plugin*>& owners() const override { return owners_; }
  [[nodiscard]] const std::map<std::string, host::ObjectKind>& kinds() const override { return kinds_; }
  [[nodiscard]] uint64_t generation(const host::Plugin&) const override { return 0; }
  [[nodiscard]] const std::string& name(const host::Plugin&) const override { return name_; }
  [[nodiscard]] bool has(const host::Plugin&, host::Operation) const override { return false; }
  std::vector<host::ItemOutput> call(host::Plugin&, host::Operation, solder_span in, std::span<const host::Subject>,
                                     const host::Lookup&) override {
    return std::vector<host::ItemOutput>(in.count);
  }

 private:
  std::vector<host::Refused> refused_;
  std::map<std::string, host::Plugin*> owners_;
  std::map<std::string, host::ObjectKind> kinds_;
  std::vector<std::string> problems_;
  std::string name_;
};

}  // namespace solder::engine::testing
