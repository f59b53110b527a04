// A generation of a plugin that a process of its own serves. Several of these may share one keeper: when everything is
// to be asked anew, the next takes the place of the one before. Tested by tests/plugin/isolation_test.cc.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "core/host/isolation/keeper.h"
#include "core/host/loader.h"
#include "core/host/plugin.h"

namespace solder::host::isolation {

class IsolatedPlugin final : public Plugin {
 public:
  IsolatedPlugin(const Manifest& manifest, std::string file, std::string sha256, std::shared_ptr<Keeper> keeper,
                 uint32_t operations);

  [[nodiscard]] bool has(Operation operation) const override;
  std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup, std::chrono::nanoseconds deadline) override;
  [[nodiscard]] const char* state() const override;
  base::Result<std::optional<std::string>> save() override { return keeper_->save(); }
  base::Status restore(const std::string& version, const std::string& state) override {
    return keeper_->restore(version, state);
  }
  [[nodiscard]] std::vector<std::string> samples() const override { return keeper_->samples(); }

  [[nodiscard]] std::optional<IsolationInfo> isolation() const override { return keeper_->info(); }
  bool tend() override { return keeper_->tend(); }
  [[nodiscard]] PluginPtr renewed() const override;
  void settle() override { keeper_->end_round(); }
  void revive() override { keeper_->revive(); }

 private:
  const std::shared_ptr<Keeper> keeper_;
  const uint32_t operations_;
};

// How far a plugin may go that is loaded so, and one that is tried first.
Limits limits_of(const LoadOptions& options, const std::optional<FileRunner>& runner);

// The step of loading that opens a library, for one that is served elsewhere. `copy` is its private copy.
std::variant<PluginPtr, Refusal> open_isolated(const Candidate& candidate, const std::string& copy,
                                               const LoadOptions& options);

}  // namespace solder::host::isolation
