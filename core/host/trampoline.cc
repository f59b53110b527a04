#include "core/host/trampoline.h"

#include <spdlog/spdlog.h>

#include <deque>
#include <exception>

#include "core/host/abi_text.h"
#include "core/host/activity.h"
#include "core/host/sink.h"

namespace solder::host {

namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, which is what plugins compare deadline_ns with

// Reads other objects for a plugin. What was found is kept until the call returns, whatever the owner of the text does.
class Lookups {
 public:
  Lookups(const Lookup& lookup, size_t inputs) : lookup_(lookup), inputs_(inputs) {}

  static solder_status find(void* ctx, uint64_t index, const solder_ref* ref, solder_object* found) noexcept {
    try {
      return static_cast<Lookups*>(ctx)->run(index, ref, found);
    } catch (...) {
      return SOLDER_INTERNAL;
    }
  }
  static solder_status list(void* ctx, uint64_t index, const solder_selector* selector, solder_span* found) noexcept {
    try {
      return static_cast<Lookups*>(ctx)->run_list(index, selector, found);
    } catch (...) {
      return SOLDER_INTERNAL;
    }
  }

 private:
  struct Kept {
    model::ObjectRef ref;
    std::string json;
  };

  solder_status run(uint64_t index, const solder_ref* ref, solder_object* found) {
    std::string_view kind, ns, name;
    if (index >= inputs_ || ref == nullptr || found == nullptr || read_text(ref->kind, kind) != nullptr ||
        read_text(ref->ns, ns) != nullptr || read_text(ref->name, name) != nullptr) {
      return SOLDER_INVALID_ARGUMENT;
    }
    model::ObjectRef wanted{std::string(kind), std::string(ns), std::string(name)};
    const std::string* json = lookup_.find ? lookup_.find(index, wanted) : nullptr;
    if (json == nullptr) return SOLDER_NOT_FOUND;
    *found = keep(std::move(wanted), *json);  // once the struct grows: as much as found->size covers
    return SOLDER_OK;
  }

  solder_status run_list(uint64_t index, const solder_selector* selector, solder_span* found) {
    if (index >= inputs_ || selector == nullptr || found == nullptr || selector->size < SOLDER_SELECTOR_SIZE_1_0) {
      return SOLDER_INVALID_ARGUMENT;
    }
    std::string_view kind, ns, field, value;
    if (read_text(selector->kind, kind) != nullptr || read_text(selector->ns, ns) != nullptr ||
        read_text(selector->field, field) != nullptr || read_text(selector->value, value) != nullptr) {
      return SOLDER_INVALID_ARGUMENT;
    }
    const Selector wanted{std::string(kind), std::string(ns), std::string(field), std::string(value)};
    auto all = lookup_.list ? lookup_.list(index, wanted) : std::nullopt;
    if (!all) return SOLDER_INVALID_ARGUMENT;
    auto& objects = lists_.emplace_back();
    for (Listed& each : *all) objects.push_back(keep(std::move(each.ref), *each.json));
    *found = {objects.data(), objects.size(), sizeof(solder_object)};
    return SOLDER_OK;
  }

  solder_object keep(model::ObjectRef ref, const std::string& json) {
    const Kept& stays = kept_.emplace_back(Kept{std::move(ref), json});
    return {
        sizeof(solder_object), 0, {view(stays.ref.kind), view(stays.ref.ns), view(stays.ref.name)}, view(stays.json)};
  }

  const Lookup& lookup_;
  size_t inputs_;
  std::deque<Kept> kept_;  // elements do not move
  std::deque<std::vector<solder_object>> lists_;
};

uint64_t nanoseconds(Clock::time_point time) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

void note_overrun(LibraryPlugin& plugin, std::chrono::nanoseconds took, std::chrono::nanoseconds allowed,
                  size_t inputs) {
  if (!plugin.strike()) return;
  const auto milliseconds = [](std::chrono::nanoseconds time) { return std::to_string(time.count() / 1000000); };
  const std::string words = "PluginSlow: a call with " + std::to_string(inputs) + " inputs took " + milliseconds(took) +
                            " ms, allowed are " + milliseconds(allowed) + " ms";
  plugin.warn(words);
  spdlog::warn("plugin {}: {}", plugin.manifest.name, words);
}

// What went wrong with the call as a whole; empty: nothing.
struct Failure {
  std::string reason, message;
};

Failure run(LibraryPlugin& plugin, solder_op operation, const solder_call& call, Sink& sink) {
  const std::string who = "plugin " + plugin.manifest.name;
  try {
    const solder_status status = operation(plugin.self, &call, sink.out());
    if (status != SOLDER_OK) {
      return {"PluginFailed",
              who + " failed with status " + std::to_string(status) + "; its part of this object is missing"};
    }
  } catch (const std::exception& error) {
    return {"PluginThrew", who + " threw an exception: " + printable(std::string_view(error.what()).substr(0, 1000))};
  } catch (...) {
    return {"PluginThrew", who + " threw an exception"};
  }
  if (sink.overflowed())
    return {"PluginFailed", who + " gave more than one call may give (65,536 items and 64 for each input, 256 MB)"};
  return {};
}

}  // namespace

solder_op operation_of(const LibraryPlugin& plugin, Operation operation) {
  switch (operation) {
    case Operation::kClusters:
      return plugin.upstream_type.clusters;
    case Operation::kDestinations:
      return plugin.upstream_type.destinations;
    case Operation::kEndpoints:
      return plugin.upstream_type.endpoints;
    case Operation::kDerive:
      return plugin.discovery.derive;
    case Operation::kOptions:
      break;
  }
  return plugin.options.apply;
}

std::vector<ItemOutput> call_plugin(LibraryPlugin& plugin, Operation operation, solder_span in,
                                    std::span<const Subject> subjects, const Lookup& lookup,
                                    std::chrono::nanoseconds deadline) {
  std::vector<ItemOutput> outputs(subjects.size());
  if (subjects.empty()) return outputs;
  const solder_op function = operation_of(plugin, operation);
  // An upstream type may do without destinations: the cluster's name is then all that a route needs.
  if (function == nullptr && operation == Operation::kDestinations) return outputs;
  Sink sink(plugin.manifest.name, operation, in, subjects, outputs);
  if (function == nullptr || in.count != subjects.size()) {
    sink.report_all("PluginFailed", "plugin " + plugin.manifest.name + " has no operation for this input");
    return outputs;
  }
  const std::lock_guard lock(plugin.mutex);
  plugin.book.take(operation, in);
  Lookups lookups(lookup, subjects.size());
  const auto start = Clock::now();
  const Activity activity("in a call of", plugin.manifest.name, deadline);
  const solder_call call{sizeof(solder_call), 0, nanoseconds(start + deadline), in, &lookups, &Lookups::find,
                         &Lookups::list};
  const Failure failure = run(plugin, function, call, sink);
  const auto took = Clock::now() - start;
  if (took > deadline) note_overrun(plugin, took, deadline, subjects.size());
  if (failure.reason.empty()) return outputs;
  for (ItemOutput& output : outputs) {
    output.fragments.clear();
    output.secret_uses.clear();
    output.secret_fields.clear();
    output.objects.clear();
  }
  sink.report_all(failure.reason, failure.message);
  return outputs;
}

}  // namespace solder::host
