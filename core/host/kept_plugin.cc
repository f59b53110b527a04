#include "core/host/kept_plugin.h"

#include <array>
#include <utility>

#include "core/host/kept_outputs.h"

namespace solder::host {

namespace {

constexpr std::array kOperations = {Operation::kClusters, Operation::kDestinations, Operation::kEndpoints,
                                    Operation::kOptions, Operation::kDerive};

uint32_t bit(Operation operation) { return 1u << static_cast<unsigned>(operation); }

model::Diagnostic gone(const Manifest& manifest, const Subject& subject, bool known) {
  model::Diagnostic out;
  out.severity = known ? model::Severity::kWarning : model::Severity::kError;
  out.reason = "PluginGone";
  out.object = subject.object;
  out.field = subject.path;
  out.message = "the plugin " + manifest.name + ", which brings this, was taken away; " +
                (known ? "what it last gave stays until this is edited" : "nothing new can be made of it");
  out.expected = "the plugin " + manifest.name + ", or the object without this field";
  out.plugin = manifest.name;
  return out;
}

}  // namespace

KeptPlugin::KeptPlugin(const Manifest& its_manifest, std::string file, std::string its_sha256, uint32_t operations,
                       KeptOutputs outputs)
    : Plugin(its_manifest, std::move(file), std::move(its_sha256)),
      operations_(operations),
      outputs_(std::move(outputs)) {
  warn("it was taken away; what it last gave stays until the objects that use it are edited");
}

bool KeptPlugin::has(Operation operation) const { return (operations_ & bit(operation)) != 0; }

std::vector<ItemOutput> KeptPlugin::call(Operation operation, solder_span in, std::span<const Subject> subjects,
                                         const Lookup&, std::chrono::nanoseconds) {
  std::vector<ItemOutput> out(subjects.size());
  for (size_t i = 0; i < subjects.size() && i < in.count; ++i) {
    const auto known = outputs_.find(kept_key(operation, in, i));
    if (known != outputs_.end()) {
      out[i] = known->second;
      rename(out[i], subjects[i]);
    }
    // What it found wrong was said before; that it is gone is said once for each value.
    if (operation != Operation::kDestinations || known == outputs_.end())
      out[i].diagnostics.push_back(gone(manifest, subjects[i], known != outputs_.end()));
  }
  return out;
}

std::string KeptPlugin::dump() const { return dump_outputs(file(), sha256, operations_, outputs_); }

base::Result<std::shared_ptr<KeptPlugin>> KeptPlugin::read(const Manifest& manifest, std::string_view bytes) {
  auto parsed = read_outputs(bytes);
  if (!parsed.ok()) return parsed.status();
  return std::make_shared<KeptPlugin>(manifest, parsed->file, parsed->sha256, parsed->operations,
                                      std::move(parsed->outputs));
}

RecordingPlugin::RecordingPlugin(PluginPtr plugin)
    : Plugin(plugin->manifest, plugin->file(), plugin->sha256), plugin_(std::move(plugin)) {}

std::vector<ItemOutput> RecordingPlugin::call(Operation operation, solder_span in, std::span<const Subject> subjects,
                                              const Lookup& lookup, std::chrono::nanoseconds deadline) {
  auto outputs = plugin_->call(operation, in, subjects, lookup, deadline);
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < outputs.size() && i < in.count; ++i) {
    outputs_[kept_key(operation, in, i)] = outputs[i];
  }
  return outputs;
}

std::shared_ptr<KeptPlugin> RecordingPlugin::keep() {
  uint32_t operations = 0;
  for (const Operation operation : kOperations) operations |= has(operation) ? bit(operation) : 0;
  const std::lock_guard lock(mutex_);
  return std::make_shared<KeptPlugin>(manifest, file(), sha256, operations, std::move(outputs_));
}

}  // namespace solder::host
