#include "core/conformance/probe.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "solder/kinds/discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace solder::conformance {

namespace {

using nlohmann::json;

constexpr int kNoMeaning = 0xa5;

solder_ref ref_of(const model::ObjectRef& ref, Memory& memory) {
  return {memory.text(ref.kind), memory.text(ref.ns), memory.text(ref.name)};
}

solder_option_input option_of(const Probe& probe, Memory& memory) {
  return {sizeof(solder_option_input),
          probe.scope,
          probe.action,
          0,
          ref_of(probe.object, memory),
          memory.text(probe.key),
          memory.text(probe.path),
          memory.text(probe.value),
          memory.text(probe.around)};
}

solder_upstream_input upstream_of(const Probe& probe, Memory& memory) {
  return {sizeof(solder_upstream_input), 0,
          ref_of(probe.object, memory),  memory.text(probe.key),
          memory.text(probe.path),       memory.text(probe.value),
          memory.text(probe.around),     memory.text(probe.cluster)};
}

solder_destination_input destination_of(const Probe& probe, Memory& memory) {
  return {sizeof(solder_destination_input),
          probe.weighted,
          ref_of(probe.object, memory),
          memory.text(probe.path),
          ref_of(probe.upstream, memory),
          memory.text(probe.value),
          memory.text(probe.destination),
          memory.text(probe.cluster),
          memory.text(probe.key)};
}

solder_object source_of(const Probe& probe, Memory& memory) {
  return {sizeof(solder_object), 0, ref_of(probe.object, memory), memory.text(probe.value)};
}

template <typename F>
auto all_of(const std::vector<const Probe*>& probes, Memory& memory, const F& make) {
  std::vector<decltype(make(*probes[0], memory))> out;
  out.reserve(probes.size());
  for (const Probe* probe : probes) out.push_back(make(*probe, memory));
  return out;
}

}  // namespace

Indexes indexes_of(const host::Manifest& manifest) {
  Indexes out;
  for (const auto& kind : manifest.kinds) out[kind.kind] = kind.index;
  return out;
}

Batch::Batch(std::vector<const Probe*> probes, const Indexes& indexes, Memory& memory, size_t beyond)
    : probes_(std::move(probes)), indexes_(indexes) {
  for (const Probe* probe : probes_) subjects_.push_back({probe->object, probe->path});
  switch (operation()) {
    case host::Operation::kOptions:
      put(all_of(probes_, memory, option_of), memory, beyond);
      break;
    case host::Operation::kClusters:
    case host::Operation::kEndpoints:
      put(all_of(probes_, memory, upstream_of), memory, beyond);
      break;
    case host::Operation::kDestinations:
      put(all_of(probes_, memory, destination_of), memory, beyond);
      break;
    case host::Operation::kDerive:
      put(all_of(probes_, memory, source_of), memory, beyond);
      break;
  }
}

template <typename Input>
void Batch::put(const std::vector<Input>& inputs, Memory& memory, size_t beyond) {
  const size_t stride = sizeof(Input) + beyond;
  char* const first = memory.take(inputs.size() * stride, alignof(Input));
  std::memset(first, kNoMeaning, inputs.size() * stride);
  for (size_t i = 0; i < inputs.size(); ++i) {
    Input input = inputs[i];
    input.size = static_cast<uint32_t>(stride);
    std::memcpy(first + i * stride, &input, sizeof(input));
  }
  in_ = {first, inputs.size(), stride};
}

host::Lookup Batch::lookup() const {
  return {[this](size_t index, const model::ObjectRef& ref) { return find(index, ref); },
          [this](size_t index, const host::Selector& selector) { return list(index, selector); }};
}

const std::string* Batch::find(size_t index, const model::ObjectRef& ref) const {
  const auto& objects = probes_.at(index)->objects;
  if (!objects) return nullptr;
  const auto at = objects->find(model::to_string(ref));
  return at == objects->end() ? nullptr : &at->second;
}

// By the index that the manifest has to declare.
std::optional<std::vector<host::Listed>> Batch::list(size_t index, const host::Selector& selector) const {
  const auto kind = indexes_.find(selector.kind);
  if (kind == indexes_.end() || std::count(kind->second.begin(), kind->second.end(), selector.field) == 0)
    return std::nullopt;
  std::vector<host::Listed> out;
  const auto& objects = probes_.at(index)->objects;
  if (!objects) return out;
  const std::string prefix = selector.kind + " " + selector.ns + "/";
  for (const auto& [name, text] : *objects) {
    if (!name.starts_with(prefix)) continue;
    const json whole = json::parse(text, nullptr, false);
    const json::json_pointer pointer(selector.field);
    const bool chosen = selector.field.empty() || (whole.contains(pointer) && whole.at(pointer) == selector.value);
    if (chosen) out.push_back({{selector.kind, selector.ns, name.substr(prefix.size())}, &text});
  }
  return out;
}

}  // namespace solder::conformance
