#include "core/engine/plugin_calls.h"

#include <algorithm>
#include <map>

#include "core/config/decode.h"
#include "solder/kinds/options.h"

namespace solder::engine {

const Scope kSettingsScope{SOLDER_SCOPE_SETTINGS, "settings"};
const Scope kGatewayScope{SOLDER_SCOPE_GATEWAY, "gateway"};
const Scope kHttpGatewayScope{SOLDER_SCOPE_HTTP_GATEWAY, "http_gateway"};
const Scope kTcpGatewayScope{SOLDER_SCOPE_TCP_GATEWAY, "tcp_gateway"};
const Scope kSslScope{SOLDER_SCOPE_SSL, "virtual_service"};
const Scope kVirtualHostScope{SOLDER_SCOPE_VIRTUAL_HOST, "virtual_host"};
const Scope kRouteScope{SOLDER_SCOPE_ROUTE, "route"};
const Scope kWeightedDestinationScope{SOLDER_SCOPE_WEIGHTED_DESTINATION, "weighted_destination"};
const Scope kUpstreamScope{SOLDER_SCOPE_UPSTREAM, "upstream"};
const std::string_view kUpstreamTypeScope = "upstream_type", kServiceScope = "service";

solder_str view(std::string_view text) { return {text.data(), text.size()}; }
solder_ref view(const model::ObjectRef& ref) { return {view(ref.kind), view(ref.ns), view(ref.name)}; }

const std::string* look_up(Translation& translation, Reader& reader, const model::ObjectRef& ref) {
  if (ref.kind == "Secret") {
    const auto& secret = translation.secrets.read(reader, ref);
    return secret->present ? &secret->shape_json : nullptr;
  }
  if (ref.kind == "Settings" && ref.name.empty()) {
    const auto list = translation.kinds.read(reader, ref.kind);
    return list && !list->refs.empty() ? look_up(translation, reader, chosen_settings(*list)) : nullptr;
  }
  if (!config::known_kind(ref.kind) && translation.object_kinds.read(reader, ref.kind)) {
    return translation.plugin_kinds.read(reader, ref)->json.get();
  }
  const auto& object = translation.objects.read(reader, ref);
  return object ? &object->json : nullptr;
}

namespace {

std::optional<std::vector<host::Listed>> list_objects(Translation& translation, Reader& reader,
                                                      const host::Selector& selector) {
  const auto kind = translation.object_kinds.read(reader, selector.kind);
  if (!kind) return std::nullopt;
  const auto& index = kind->index;
  if (!std::binary_search(index.begin(), index.end(), selector.field)) return std::nullopt;
  std::vector<host::Listed> out;
  const auto list = translation.lists.read(reader, selector);
  if (!list) return out;
  for (const model::ObjectRef& ref : list->refs) {
    if (const std::string* json = look_up(translation, reader, ref)) out.push_back({ref, json});
  }
  return out;
}

}  // namespace

host::Plugin* owner_of(Translation& translation, Reader& reader, std::string_view scope, std::string_view key) {
  std::string claim(scope);
  claim += ':';
  claim += key;
  const auto& owner = translation.owners.read(reader, claim);
  return owner ? owner->plugin : nullptr;
}

bool is_plugin_kind(const Translation& translation, const std::string& kind) {
  return translation.plugins->kinds().count(kind) != 0 && !config::known_kind(kind);
}

host::Lookup lookup_for(Translation& translation, Reader& reader) {
  return {[&](size_t, const model::ObjectRef& ref) { return look_up(translation, reader, ref); },
          [&](size_t, const host::Selector& selector) { return list_objects(translation, reader, selector); }};
}

std::vector<host::ItemOutput> call_plugin(Translation& translation, Reader& reader, host::Plugin& plugin,
                                          host::Operation operation, solder_span in,
                                          std::span<const host::Subject> subjects) {
  const PluginTurns::Turn turn(translation.plugin_turns, &plugin);
  return translation.plugins->call(plugin, operation, in, subjects, lookup_for(translation, reader));
}

void OptionCalls::add(const Scope& scope, const model::OptionSet& options, uint32_t action, size_t target) {
  for (const model::OptionValue& value : options.values) inputs_.push_back({&scope, &value, &options, action, target});
}

std::vector<host::ItemOutput> OptionCalls::call() {
  std::vector<host::ItemOutput> outputs(inputs_.size());
  // By name, so that the order of calls is the same in every run.
  std::map<std::string, std::pair<host::Plugin*, std::vector<size_t>>> by_plugin;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Input& input = inputs_[i];
    host::Plugin* owner = owner_of(translation_, reader_, input.scope->word, input.value->key);
    if (owner != nullptr) {
      auto& group = by_plugin[translation_.plugins->name(*owner)];
      group.first = owner;
      group.second.push_back(i);
      continue;
    }
    model::Diagnostic missing;
    missing.severity = model::Severity::kWarning;
    missing.reason = "NoPluginForKey";
    missing.object = object_;
    missing.field = input.value->path;
    missing.message = "no loaded plugin owns this option; it has no effect";
    outputs[i].diagnostics.push_back(std::move(missing));
  }
  for (auto& [name, group] : by_plugin) {
    std::vector<solder_option_input> batch;
    std::vector<host::Subject> subjects;
    for (size_t i : group.second) {
      const Input& input = inputs_[i];
      batch.push_back({sizeof(solder_option_input), input.scope->number, input.action, 0, view(object_),
                       view(input.value->key), view(input.value->path), view(input.value->json),
                       view(input.options->json)});
      subjects.push_back({object_, input.value->path});
    }
    auto results = call_plugin(translation_, reader_, *group.first, host::Operation::kOptions,
                               {batch.data(), batch.size(), sizeof(solder_option_input)}, subjects);
    for (size_t k = 0; k < results.size(); ++k) outputs[group.second[k]] = std::move(results[k]);
  }
  return outputs;
}

}  // namespace solder::engine
