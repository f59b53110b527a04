#include "core/engine/slots.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <tuple>

#include "core/engine/secret_fields.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace cluster = solder::envoy::config::cluster::v3;
namespace core = solder::envoy::config::core::v3;
namespace tcp_proxy = solder::envoy::extensions::filters::network::tcp_proxy::v3;
namespace listener = solder::envoy::config::listener::v3;
namespace route = solder::envoy::config::route::v3;

namespace {

std::string below(const std::string& path, const std::string& field) {
  return path.empty() ? field : path + "." + field;
}

constexpr std::string_view kTypePrefix = "type.googleapis.com/";
constexpr std::string_view kRouterName = "envoy.filters.http.router";
constexpr std::string_view kRouterType = "envoy.extensions.filters.http.router.v3.Router";
constexpr std::string_view kUpstreamCodecName = "envoy.filters.http.upstream_codec";
constexpr std::string_view kUpstreamCodecType = "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec";

// "filter_chains" → "filterChains"
std::string camel(std::string_view name) {
  std::string out;
  bool upper = false;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

std::string bare_type(const std::string& type_url) {
  const size_t slash = type_url.rfind('/');
  return slash == std::string::npos ? type_url : type_url.substr(slash + 1);
}

bool later(const Fragment& a, const Fragment& b) {
  return std::tie(a.weight, a.origin.plugin) < std::tie(b.weight, b.origin.plugin);
}

// Whether the fragment says something about a field of its message's first level.
bool sets(const Fragment& fragment, uint32_t field, std::string_view name) {
  if (std::any_of(fragment.clear.begin(), fragment.clear.end(),
                  [&](const std::string& path) { return path == name || path.starts_with(std::string(name) + "."); })) {
    return true;
  }
  if (fragment.encoding == Encoding::kJson) {
    const auto json = nlohmann::json::parse(fragment.bytes, nullptr, false);
    return json.is_object() && (json.contains(name) || json.contains(camel(name)));
  }
  try {
    protozero::pbf_reader reader(fragment.bytes);
    while (reader.next()) {
      if (reader.tag() == field) return true;
      reader.skip();
    }
  } catch (const protozero::exception&) {
    // Bytes that cannot be read are the merge's to refuse.
  }
  return false;
}

model::Diagnostic about(const Origin& origin, std::string reason, std::string message) {
  model::Diagnostic diagnostic;
  diagnostic.severity = model::Severity::kWarning;
  diagnostic.reason = std::move(reason);
  diagnostic.object = origin.object;
  diagnostic.field = origin.field;
  diagnostic.plugin = origin.plugin;
  diagnostic.message = std::move(message);
  return diagnostic;
}

void report(const Merged& result, std::string_view type, model::Diagnostics& diagnostics) {
  for (const Conflict& conflict : result.conflicts) {
    // What the core writes are defaults: to change them is what plugins are for.
    if (conflict.earlier.plugin.empty() || conflict.later.plugin.empty()) continue;
    const std::string message = "plugins " + conflict.earlier.plugin + " and " + conflict.later.plugin + " both set " +
                                conflict.field + " of " + std::string(type) + "; the value of " +
                                conflict.later.plugin + " is used";
    diagnostics.push_back(about(conflict.earlier, "FieldConflict", message));
    if (conflict.later.object != conflict.earlier.object || conflict.later.field != conflict.earlier.field) {
      diagnostics.push_back(about(conflict.later, "FieldConflict", message));
    }
  }
  for (const BadFragment& bad : result.bad) {
    auto diagnostic = about(bad.origin, "BadFragment",
                            "plugin " + bad.origin.plugin + " gave a fragment that cannot be used: " + bad.problem);
    diagnostic.severity = model::Severity::kError;
    diagnostics.push_back(std::move(diagnostic));
  }
}

}  // namespace

void Slots::add(const std::vector<Fragment>& fragments) {
  for (const Fragment& fragment : fragments) {
    auto& slot = by_slot_[fragment.slot];
    slot.insert(std::upper_bound(slot.begin(), slot.end(), fragment, later), fragment);
  }
}

std::string merge_fragments(const Translation& translation, std::string_view type, const std::string& base,
                            std::vector<const Fragment*> fragments, const std::string& path,
                            model::Diagnostics& diagnostics, ProvenanceList* provenance) {
  // What the core alone wrote needs no merge; who wrote it is asked only for provenance.
  if (fragments.empty() && (provenance == nullptr || base.empty())) return base;
  const auto* descriptor = translation.types.find(type);
  if (descriptor == nullptr) {
    Merged unknown;
    for (const Fragment* fragment : fragments) {
      unknown.bad.push_back({fragment->origin, fragment->slot, "the type " + std::string(type) + " is not known"});
    }
    report(unknown, type, diagnostics);
    return base;
  }
  Fragment own;
  if (!base.empty()) {
    own.bytes = base;
    fragments.insert(fragments.begin(), &own);
  }
  Merged result = merge(translation.types, *descriptor, fragments, provenance != nullptr);
  report(result, type, diagnostics);
  if (provenance != nullptr) {
    for (FieldOrigin& field : result.provenance) {
      provenance->emplace_back(below(path, field.field), std::move(field.origin));
    }
  }
  return std::move(result.bytes);
}

void refine(ProvenanceList& outer, const ProvenanceList& inner) {
  ProvenanceList out;
  for (auto& [field, origin] : outer) {
    const size_t before = out.size();
    for (const auto& known : inner) {
      const bool within =
          known.first.starts_with(field) && (known.first.size() == field.size() || known.first[field.size()] == '.');
      if (origin.plugin.empty() && within) out.push_back(known);
    }
    if (out.size() == before) out.emplace_back(field, std::move(origin));
  }
  outer = std::move(out);
}

std::string Slots::merged(std::string_view slot, std::string_view type, const std::string& base,
                          const std::string& path) {
  std::vector<const Fragment*> fragments;
  if (auto at = by_slot_.find(slot); at != by_slot_.end()) {
    fragments.reserve(at->second.size() + 1);
    for (const Fragment& fragment : at->second) fragments.push_back(&fragment);
  }
  check_protected(slot, fragments);
  return merge_fragments(translation_, type, base, std::move(fragments), path, diagnostics_, provenance_);
}

std::vector<std::string> Slots::names(std::string_view prefix) const {
  std::vector<std::string> names;
  for (auto at = by_slot_.lower_bound(prefix); at != by_slot_.end() && at->first.starts_with(prefix); ++at) {
    names.push_back(at->first.substr(prefix.size()));
  }
  return names;
}

void Slots::check_protected(std::string_view slot, const std::vector<const Fragment*>& fragments) {
  struct Protected {
    std::string_view slot;
    uint32_t field;
    std::string_view name;
  };
  static constexpr std::array kProtected = {
      Protected{"route", route::Route::kMatch, "match"},
      Protected{"route", route::Route::kName, "name"},
      Protected{"virtual_host", route::VirtualHost::kName, "name"},
      Protected{"virtual_host", route::VirtualHost::kDomains, "domains"},
      Protected{"virtual_host", route::VirtualHost::kRoutes, "routes"},
      Protected{"cluster", cluster::Cluster::kName, "name"},
      Protected{"front_cluster", cluster::Cluster::kName, "name"},
      Protected{"listener", listener::Listener::kName, "name"},
      Protected{"listener", listener::Listener::kAddress, "address"},
      Protected{"listener", listener::Listener::kFilterChains, "filter_chains"},
      Protected{"tcp_proxy", tcp_proxy::TcpProxy::kCluster, "cluster"},
      Protected{"tcp_proxy", tcp_proxy::TcpProxy::kWeightedClusters, "weighted_clusters"},
  };
  for (const Protected& each : kProtected) {
    if (each.slot != slot) continue;
    for (const Fragment* fragment : fragments) {
      if (!sets(*fragment, each.field, each.name)) continue;
      refuse(*fragment, "sets " + std::string(each.name) + " of a " + std::string(slot) + ", which is not its to set");
    }
  }
}

void Slots::refuse(const Fragment& fragment, const std::string& problem) {
  auto diagnostic = about(fragment.origin, "BadFragment", "plugin " + fragment.origin.plugin + " " + problem);
  diagnostic.severity = model::Severity::kError;
  diagnostics_.push_back(std::move(diagnostic));
}

void Slots::refuse_slot(const std::string& slot, const std::string& problem) {
  if (const auto at = by_slot_.find(slot); at != by_slot_.end()) refuse(at->second.front(), problem);
}

bool Slots::one_type(const std::string& what, const std::vector<const Fragment*>& fragments) {
  const Fragment& first = *fragments.front();
  const std::string type = bare_type(first.type_url);
  for (const Fragment* fragment : fragments) {
    if (bare_type(fragment->type_url) == type && !type.empty()) continue;
    refuse(*fragment, "filled " + what + " with type \"" + fragment->type_url + "\", plugin " + first.origin.plugin +
                          " with \"" + first.type_url + "\"; all must name one type");
    return false;
  }
  return true;
}

std::string Slots::type_in(const std::string& slot) {
  std::vector<const Fragment*> fragments;
  for (const Fragment& fragment : by_slot_.find(slot)->second) fragments.push_back(&fragment);
  return one_type("slot " + slot, fragments) ? bare_type(fragments.front()->type_url) : "";
}

bool Slots::usable_filter(std::string_view prefix, const std::string& name,
                          const std::vector<const Fragment*>& fragments) {
  if (!one_type("filter " + name, fragments)) return false;
  const Fragment& first = *fragments.front();
  const std::string type = bare_type(first.type_url);
  // The router of a listener may be configured, by its own name; where it stands is the core's to say.
  const bool router = name == kRouterName && type == kRouterType && prefix == "http_filter/";
  const bool last =
      type == kRouterType || type == kUpstreamCodecType || name == kRouterName || name == kUpstreamCodecName;
  if (last && !router) {
    refuse(first, "put the filter " + name + " into a list that the core itself ends with it");
    return false;
  }
  const size_t before = diagnostics_.size();
  const std::string bytes = merge_fragments(translation_, type, "", fragments, "", diagnostics_, nullptr);
  for (size_t i = before; i < diagnostics_.size(); ++i) {
    if (diagnostics_[i].severity == model::Severity::kError) return false;
  }
  const auto status = translation_.types.check(*translation_.types.find(type), bytes);
  if (!status.ok())
    refuse(first, "gave a configuration of filter " + name + " that Envoy would refuse: " + status.message());
  return status.ok();
}

std::vector<FilterNeed> Slots::filters(std::string_view prefix) {
  std::map<std::string, std::vector<const Fragment*>> by_name;
  std::vector<FilterNeed> needs;
  for (auto at = by_slot_.lower_bound(prefix); at != by_slot_.end() && at->first.starts_with(prefix); ++at) {
    for (const Fragment& fragment : at->second) {
      auto& named = by_name[fragment.name];
      if (fragment.only && !named.empty() && !named.front()->only) named.clear();
      if (!fragment.absent && (fragment.only || named.empty() || !named.front()->only)) named.push_back(&fragment);
      needs.push_back({at->first.substr(prefix.size()), fragment});
    }
  }
  for (const auto& filter : by_name) {
    if (filter.second.empty() || usable_filter(prefix, filter.first, filter.second)) continue;
    std::erase_if(needs, [&](const FilterNeed& need) { return need.fragment.name == filter.first; });
  }
  return needs;
}

void Slots::add_filled(SecretUse use, std::vector<SecretUse>& uses) {
  const Fragment& first = by_slot_.find("resource/" + use.sds_name)->second.front();
  const auto shown = fill_stand_ins(translation_, bare_type(use.type_url), use.patch, use.fields);
  if (!shown) return refuse(first, "names a field for a secret that " + bare_type(use.type_url) + " has not as a text");
  if (const auto status = translation_.types.check(*translation_.types.find(bare_type(use.type_url)), *shown);
      !status.ok()) {
    return refuse(first, "gave a resource that Envoy would refuse: " + status.message());
  }
  uses.push_back(std::move(use));
}

std::vector<ExtraResource> Slots::resources(bool listeners, const std::vector<SecretField>& fields,
                                            std::vector<SecretUse>* uses) {
  std::vector<ExtraResource> resources;
  each("resource/", "", "resource", [&](const std::string& name, const std::string& type_url, std::string bytes) {
    const Fragment& first = by_slot_.find("resource/" + name)->second.front();
    const auto type = xds::type_of(type_url);
    const bool allowed =
        !type || *type == xds::ResourceType::kCluster || (listeners && *type == xds::ResourceType::kListener);
    if (!allowed) {
      return refuse(first, "asks for a resource of type " + bare_type(type_url) +
                               "; a plugin may bring clusters and configurations of extensions, and of an upstream "
                               "listeners");
    }
    std::vector<SecretField> own;
    std::copy_if(fields.begin(), fields.end(), std::back_inserter(own),
                 [&](const SecretField& field) { return field.resource == name; });
    if (!own.empty() && !type) {
      SecretUse use;
      use.sds_name = name;
      use.form = SecretForm::kFilled;
      use.patch = std::move(bytes);
      use.origin = first.origin;
      use.type_url = type_url;
      use.fields = std::move(own);
      return add_filled(std::move(use), *uses);
    }
    if (type) {
      static_assert(uint32_t{cluster::Cluster::kName} == uint32_t{listener::Listener::kName});
      // Written last, the slot's name wins over one that the plugin wrote.
      protozero::pbf_writer(bytes).add_string(cluster::Cluster::kName, name);
    }
    if (const auto status = translation_.types.check(*translation_.types.find(bare_type(type_url)), bytes);
        !status.ok()) {
      return refuse(first, "gave a resource that Envoy would refuse: " + status.message());
    }
    std::string message = type ? bytes : extension_config(name, type_url, bytes);
    resources.push_back({type.value_or(xds::ResourceType::kExtensionConfig), name,
                         xds::make_resource(name, base::Bytes(std::move(message))), first.origin});
  });
  return resources;
}

std::string pack_any(std::string_view type_url, std::string_view bytes) {
  std::string any;
  protozero::pbf_writer writer(any);
  if (type_url.find('/') == std::string_view::npos) {
    writer.add_string(1, std::string(kTypePrefix) + std::string(type_url));
  } else {
    writer.add_string(1, type_url.data(), type_url.size());
  }
  if (!bytes.empty()) writer.add_bytes(2, bytes.data(), bytes.size());
  return any;
}

std::string merged_metadata(Slots& slots, const std::string& path) {
  std::string metadata;
  protozero::pbf_writer writer(metadata);
  slots.each("metadata/", kStruct, below(path, "filter_metadata"),
             [&](const std::string& name, const std::string&, const std::string& bytes) {
               protozero::pbf_writer entry(writer, core::Metadata::kFilterMetadata);
               entry.add_string(1, name);
               entry.add_message(2, bytes);
             });
  return metadata;
}

std::string merged_per_filter(Slots& slots, uint32_t tag, const std::string& path) {
  std::string out;
  protozero::pbf_writer writer(out);
  slots.each("per_filter/", "", below(path, "typed_per_filter_config"),
             [&](const std::string& name, const std::string& type_url, const std::string& bytes) {
               protozero::pbf_writer entry(writer, tag);
               entry.add_string(1, name);
               entry.add_message(2, pack_any(type_url, bytes));
             });
  return out;
}

}  // namespace solder::engine
