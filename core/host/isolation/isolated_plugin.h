// A generation of a plugin that a process of its own serves. Several of these may share one keeper: when everything is
// to be asked anew, the next takes the place of the one before. Tested by tests/plugin/isolation_test.cc.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "core/host/isolation/aside.h"
#include "core/host/isolation/keeper.h"
#include "core/host/loader.h"
#include "core/host/plugin.h"

namespace solder::host::isolation {

class IsolatedPlugin final : public Plugin {
 public:
  // What its generations share.
  struct Shared {
    Shared(const IsolationOptions& options, Start start, AsideSetup its_aside)
        : keeper(options, std::move(start)), aside(std::move(its_aside)) {}
    Keeper keeper;
    AsideSetup aside;  // of instances that work by themselves, but for role and listeners
    AsideBook asides;
    uint64_t lineage = 0;  // of the first generation
  };

  IsolatedPlugin(const Manifest& manifest, std::string file, std::string sha256, std::shared_ptr<Shared> shared,
                 uint32_t operations);

  [[nodiscard]] bool has(Operation operation) const override;
  std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup, std::chrono::nanoseconds deadline) override;
  [[nodiscard]] const char* state() const override;
  base::Result<std::optional<std::string>> save() override { return shared_->keeper.save(); }
  base::Status restore(const std::string& version, const std::string& state) override {
    return shared_->keeper.restore(version, state);
  }
  [[nodiscard]] std::vector<std::string> samples() const override { return shared_->keeper.samples(); }

  [[nodiscard]] std::optional<IsolationInfo> isolation() const override;
  bool tend() override { return shared_->keeper.tend(); }
  [[nodiscard]] PluginPtr renewed() const override;
  void settle() override { shared_->keeper.end_round(); }
  void revive() override;
  void serve(bool serving) override { shared_->keeper.serve(serving); }

  [[nodiscard]] bool discovers() const override;
  [[nodiscard]] bool discovers_endpoints() const override;
  [[nodiscard]] bool watches() const override;
  [[nodiscard]] uint64_t lineage() const override { return shared_->lineage; }
  // At once: the process is started by another thread.
  base::Result<std::unique_ptr<Discoverer>> make_discoverer(DiscoveryListener& listener) override;
  base::Result<std::unique_ptr<Watcher>> make_watcher(ObjectListener& listener) override;

 private:
  [[nodiscard]] AsideSetup setup(Role role, HostTable::Listeners listeners) const;

  const std::shared_ptr<Shared> shared_;
  const uint32_t operations_;
};

// How far a plugin may go that is loaded so, and one that is tried first.
Limits limits_of(const LoadOptions& options, const std::optional<FileRunner>& runner);

// The step of loading that opens a library, for one that is served elsewhere. `copy` is its private copy.
std::variant<PluginPtr, Refusal> open_isolated(const Candidate& candidate, const std::string& copy,
                                               const LoadOptions& options, const ServicesPtr& services);

}  // namespace solder::host::isolation
