// What stays of a plugin that was taken away: its manifest, so that what users wrote is still understood, and what it
// last gave for each input, so that what is served stays as it is. An input that it was never asked, because somebody
// edited the object, is an error that says what happened. No code of the plugin is kept.
// Made in two steps, because nothing but the engine knows what is asked: a RecordingPlugin takes the plugin's place for
// one translation and writes down what it says; keep() makes the KeptPlugin of that.
// Tested by tests/plugin/manager_test.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/host/plugin.h"

namespace solder::host {

// By a hash of what was asked. Options and places in routes count as what they say, not as where they stand.
using KeptOutputs = std::unordered_map<std::string, ItemOutput>;

class KeptPlugin final : public Plugin {
 public:
  // `operations`: bit 1 << Operation for each that the plugin had.
  KeptPlugin(const Manifest& manifest, std::string file, std::string sha256, uint32_t operations, KeptOutputs outputs);

  [[nodiscard]] bool has(Operation operation) const override;
  std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup, std::chrono::nanoseconds deadline) override;
  [[nodiscard]] const char* state() const override { return "gone"; }

  // Everything but the manifest, for a file; and back. The manifest comes from the plugin's own copy.
  [[nodiscard]] std::string dump() const;
  static base::Result<std::shared_ptr<KeptPlugin>> read(const Manifest& manifest, std::string_view bytes);

 private:
  const uint32_t operations_;
  const KeptOutputs outputs_;
};

class RecordingPlugin final : public Plugin {
 public:
  explicit RecordingPlugin(PluginPtr plugin);

  [[nodiscard]] bool has(Operation operation) const override { return plugin_->has(operation); }
  std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup, std::chrono::nanoseconds deadline) override;
  [[nodiscard]] const char* state() const override { return plugin_->state(); }

  // Once it was translated with.
  [[nodiscard]] std::shared_ptr<KeptPlugin> keep();

 private:
  PluginPtr plugin_;
  std::mutex mutex_;
  KeptOutputs outputs_;
};

}  // namespace solder::host
