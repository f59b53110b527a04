#include "core/engine/route_destinations.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/engine/plugin_calls.h"
#include "solder/kinds/upstream_type.h"

namespace solder::engine {

namespace {

// One call a plugin with the options of all weighted destinations.
void call_options(Translation& t, Reader& reader, const model::ObjectRef& owner, const model::RouteAction& action,
                  std::vector<DestinationParts>& parts) {
  OptionCalls calls(t, reader, owner);
  for (size_t d = 0; d < parts.size(); ++d) {
    calls.add(kWeightedDestinationScope, action.destinations[d].options, 0, d);
  }
  calls.run([&](size_t target, host::ItemOutput output) { parts[target].options.push_back(std::move(output)); });
}

// A specification is for upstreams of its own type; with another's nobody would read it.
void report_foreign(Translation& t, Reader& reader, const model::ObjectRef& owner, const model::Destination& wanted,
                    const DestinationResult& destination, host::ItemOutput& output) {
  if (!destination.present || wanted.spec_key.empty() || wanted.spec_key == destination.type) return;
  if (owner_of(t, reader, kUpstreamTypeScope, wanted.spec_key) == nullptr) return;  // perhaps a service's
  const model::ObjectRef upstream = upstream_of(wanted);
  output.diagnostics.push_back({.severity = model::Severity::kWarning,
                                .reason = "WrongUpstreamType",
                                .object = owner,
                                .field = wanted.path + "/destinationSpec/" + wanted.spec_key,
                                .message = "Upstream " + upstream.ns + "/" + upstream.name + " is not of the type " +
                                           wanted.spec_key + "; what is said here has no effect",
                                .found = destination.type,
                                .expected = wanted.spec_key,
                                .related = upstream});
}

bool has_these_keys(const nlohmann::json& selector, const std::map<std::string, std::string>& subset) {
  const auto keys = selector.is_object() ? selector.find("keys") : selector.end();
  if (keys == selector.end() || !keys->is_array() || keys->size() != subset.size()) return false;
  return std::all_of(keys->begin(), keys->end(), [&](const nlohmann::json& key) {
    return key.is_string() && subset.contains(key.get_ref<const std::string&>());
  });
}

// Whether an upstream's specification makes subsets by just these keys. Types that make them of tags say so otherwise.
bool makes_subset(const std::string& type_json, const std::map<std::string, std::string>& subset) {
  const auto spec = nlohmann::json::parse(type_json, nullptr, false);
  if (!spec.is_object()) return false;
  if (spec.contains("subsetTags")) return true;
  const auto given = spec.find("subsetSpec");
  if (given == spec.end() || !given->is_object() || !given->contains("selectors")) return false;
  const auto& selectors = (*given)["selectors"];
  return std::any_of(selectors.begin(), selectors.end(),
                     [&](const nlohmann::json& selector) { return has_these_keys(selector, subset); });
}

// Envoy would choose among all endpoints, or by the upstream's fallback.
void report_subset(const model::ObjectRef& owner, const model::Destination& wanted,
                   const DestinationResult& destination, host::ItemOutput& output) {
  if (!destination.present || wanted.subset.empty() || makes_subset(destination.type_json, wanted.subset)) return;
  const model::ObjectRef upstream = upstream_of(wanted);
  std::string keys;
  for (const auto& [key, value] : wanted.subset) keys += (keys.empty() ? "" : ", ") + key;
  output.diagnostics.push_back({.severity = model::Severity::kWarning,
                                .reason = "SubsetNotFound",
                                .object = owner,
                                .field = wanted.path + "/subset",
                                .message = "Upstream " + upstream.ns + "/" + upstream.name +
                                           " makes no subsets by these labels; which endpoint answers is left open",
                                .found = keys,
                                .expected = "the keys of one of the upstream's subsetSpec.selectors",
                                .related = upstream});
}

// Destinations that one plugin is asked about in one call.
struct Batch {
  host::Plugin* plugin = nullptr;
  std::vector<solder_destination_input> inputs;
  std::vector<host::Subject> subjects;
  std::vector<host::ItemOutput*> outputs;
  std::vector<std::shared_ptr<const DestinationResult>> keep;
  std::vector<std::unique_ptr<model::ObjectRef>> refs;
};
using Batches = std::map<std::string, Batch>;

template <typename List>
void append(List& to, List& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void append(host::ItemOutput& to, host::ItemOutput from) {
  append(to.fragments, from.fragments);
  append(to.secret_uses, from.secret_uses);
  append(to.secret_fields, from.secret_fields);
  append(to.diagnostics, from.diagnostics);
}

// One call an owner with all the destinations for it.
void run(Translation& t, Reader& reader, Batches& batches) {
  for (auto& [key, batch] : batches) {
    auto results =
        call_plugin(t, reader, *batch.plugin, host::Operation::kDestinations,
                    {batch.inputs.data(), batch.inputs.size(), sizeof(solder_destination_input)}, batch.subjects);
    for (size_t k = 0; k < results.size(); ++k) append(*batch.outputs[k], std::move(results[k]));
  }
}

// Who owns the upstream's type is asked about each destination; who owns the service that a destination says something
// to, about that one.
void call_types(Translation& t, Reader& reader, const model::ObjectRef& owner, const model::RouteAction& action,
                std::vector<DestinationParts>& parts) {
  Batches types, services;
  for (size_t d = 0; d < action.destinations.size(); ++d) {
    const model::Destination& wanted = action.destinations[d].destination;
    const auto destination = t.destinations.read(reader, upstream_of(wanted));
    if (destination->type.empty()) continue;
    const auto ask = [&](std::string_view scope, const std::string& key, Batches& batches) {
      host::Plugin* plugin = owner_of(t, reader, scope, key);
      if (plugin == nullptr || !t.plugins->has(*plugin, host::Operation::kDestinations)) return;
      Batch& batch = batches[key];
      batch.plugin = plugin;
      batch.keep.push_back(destination);
      batch.refs.push_back(std::make_unique<model::ObjectRef>(upstream_of(wanted)));
      const bool own_spec = wanted.spec_key == key;
      batch.inputs.push_back({sizeof(solder_destination_input), action.multi ? 1u : 0u, view(owner), view(wanted.path),
                              view(*batch.refs.back()), view(destination->type_json),
                              own_spec ? view(wanted.spec_json) : solder_str{nullptr, 0},
                              view(destination->cluster_name), view(key)});
      batch.subjects.push_back({owner, wanted.path});
      batch.outputs.push_back(&parts[d].destination);
    };
    ask(kUpstreamTypeScope, destination->type, types);
    if (!wanted.spec_key.empty() && wanted.spec_key != destination->type) ask(kServiceScope, wanted.spec_key, services);
  }
  run(t, reader, types);
  run(t, reader, services);
  for (size_t d = 0; d < action.destinations.size(); ++d) {
    const model::Destination& wanted = action.destinations[d].destination;
    const auto destination = t.destinations.read(reader, upstream_of(wanted));
    report_foreign(t, reader, owner, wanted, *destination, parts[d].destination);
    report_subset(owner, wanted, *destination, parts[d].destination);
  }
}

}  // namespace

std::vector<DestinationParts> call_destinations(Translation& t, Reader& reader, const model::ObjectRef& owner,
                                                const model::RouteAction& action) {
  std::vector<DestinationParts> parts(action.destinations.size());
  call_options(t, reader, owner, action, parts);
  call_types(t, reader, owner, action, parts);
  return parts;
}

}  // namespace solder::engine
