#include "core/engine/route_part.h"

#include "core/base/hash.h"
#include "core/engine/route_action.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;

model::ObjectRef route_ref(const std::string& ns) { return {kRouteKind, ns, ""}; }

bool is_route_ref(const model::ObjectRef& ref) { return ref.name.empty() && ref.kind == kRouteKind; }

void append_any_match(protozero::pbf_writer& writer) {
  protozero::pbf_writer(writer, route::Route::kMatch).add_string(route::RouteMatch::kPrefix, "/");
}

void append_any_action(protozero::pbf_writer& writer) {
  writer.add_message(route::Route::kDirectResponse, direct_response(200, ""));
}

void append_refusal(const Translation& t, const model::ObjectRef& owner, const std::string& route,
                    model::Diagnostics& problems) {
  const auto status = t.types.check(*t.types.find(kRoute), route);
  if (status.ok()) return;
  problems.push_back(
      {.reason = "InvalidRoute", .object = owner, .message = "Envoy would refuse the route: " + status.message()});
}

std::string merged_route(Slots& slots, const std::string& base, ProvenanceList* provenance) {
  ProvenanceList of_action;
  if (provenance != nullptr) of_action.swap(*provenance);
  std::string merged = slots.merged("route", kRoute, base, "");
  if (provenance != nullptr) refine(*provenance, of_action);
  merged += merged_per_filter(slots, route::Route::kTypedPerFilterConfig, "");
  if (const std::string metadata = merged_metadata(slots, "metadata"); !metadata.empty()) {
    protozero::pbf_writer(merged).add_message(route::Route::kMetadata, metadata);
  }
  return merged;
}

uint64_t hash_fragment(const Fragment& fragment) {
  uint64_t hash = base::hash_bytes(fragment.slot + '\0' + fragment.name + '\0' + fragment.bytes + '\0' +
                                   fragment.type_url + '\0' + fragment.origin.plugin + '\0' + fragment.origin.field);
  hash = base::hash_combine(hash, static_cast<uint64_t>(fragment.weight));
  hash = base::hash_combine(hash, fragment.encoding == Encoding::kJson ? 1 : 0);
  hash = base::hash_combine(hash, filter_flags(fragment));
  for (const auto& path : fragment.clear) hash = base::hash_combine(hash, base::hash_bytes(path));
  return hash;
}

uint64_t hash_diagnostic(const model::Diagnostic& problem) {
  uint64_t hash = base::hash_bytes(problem.reason + '\0' + problem.field + '\0' + problem.message + '\0' +
                                   problem.found + '\0' + problem.expected + '\0' + problem.plugin);
  for (const model::ObjectRef* ref : {&problem.object, &problem.related}) {
    hash = base::hash_combine(hash, base::hash_bytes(ref->kind + '\0' + ref->ns + '\0' + ref->name));
  }
  return base::hash_combine(hash, static_cast<uint64_t>(problem.severity));
}

uint64_t hash_part(const RoutePartResult& part) {
  uint64_t hash = (part.refused ? 2 : 0) + (part.bad ? 1 : 0);
  for (const auto& problem : part.diagnostics) hash = base::hash_combine(hash, hash_diagnostic(problem));
  return hash;
}

}  // namespace solder::engine
