#include "core/host/services/side_instance.h"

#include <spdlog/spdlog.h>

#include <chrono>

#include "core/host/abi_text.h"
#include "core/host/activity.h"
#include "core/host/sink.h"

namespace solder::host {

namespace {

constexpr auto kPatience = std::chrono::seconds(2);

solder_status refuse(void*, const solder_item*) { return SOLDER_UNIMPLEMENTED; }
solder_status no_object(void*, uint64_t, const solder_ref*, solder_object*) { return SOLDER_NOT_FOUND; }
solder_status no_list(void*, uint64_t, const solder_selector*, solder_span*) { return SOLDER_INVALID_ARGUMENT; }

}  // namespace

SideInstance::SideInstance(LibraryPlugin& plugin, HostTable::Listeners listeners)
    : plugin_(plugin), host_(plugin.identity(), strand_, plugin.services, listeners) {}

SideInstance::~SideInstance() {
  host_.close();
  if (!created_) return;
  const Activity activity("destroying a second instance of", plugin_.manifest.name, kPatience);
  try {
    plugin_.table.destroy(self_);
  } catch (...) {
    spdlog::error("plugin {}: destroy threw an exception", plugin_.manifest.name);
  }
}

base::Status SideInstance::create() {
  {
    const std::lock_guard lock(strand_);
    const Activity activity("in create of", plugin_.manifest.name, kPatience);
    const solder_out out{sizeof(solder_out), 0, nullptr, &refuse, [](void*, const solder_diag*) {}};
    try {
      const solder_status status = plugin_.table.create(host_.get(), view(plugin_.config_json), &self_, &out);
      if (status != SOLDER_OK) return base::internal_error("create returned status " + std::to_string(status));
    } catch (...) {
      return base::internal_error("create threw an exception");
    }
    created_ = true;
  }
  host_.serve(true);
  return {};
}

std::vector<ItemOutput> SideInstance::call(solder_op operation, solder_span in, const std::vector<Subject>& subjects) {
  const std::string& plugin = plugin_.manifest.name;
  std::vector<ItemOutput> outputs(subjects.size());
  Sink sink(plugin, Operation::kDerive, in, subjects, outputs);
  const solder_out out{sizeof(solder_out), 0, sink.out()->ctx, &refuse, sink.out()->diag};
  const auto deadline = std::chrono::nanoseconds((std::chrono::steady_clock::now() + kPatience).time_since_epoch());
  const solder_call told{sizeof(solder_call), 0,       static_cast<uint64_t>(deadline.count()), in, nullptr,
                         &no_object,          &no_list};
  const Activity activity("in a second instance of", plugin, kPatience);
  try {
    const solder_status status = operation(self_, &told, &out);
    if (status != SOLDER_OK)
      sink.report_all("PluginFailed", "plugin " + plugin + " failed with status " + std::to_string(status));
  } catch (...) {
    sink.report_all("PluginThrew", "plugin " + plugin + " threw an exception");
  }
  return outputs;
}

}  // namespace solder::host
