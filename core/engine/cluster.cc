// Step 1 and 2 of the translation cycle: an Upstream's cluster, by the plugin that owns its type and those that own its
// other keys, with the functions' metadata. An Upstream that does not translate keeps its last good cluster.
// Source of names and defaults: Gloo's cluster translation (docs/differences.md says where this differs).
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/cluster_sockets.h"
#include "core/engine/http_filters.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/schema_reads.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "solder/envoy_fields.h"
#include "solder/kinds/upstream_type.h"

namespace solder::engine {

namespace cluster = solder::envoy::config::cluster::v3;
namespace core = solder::envoy::config::core::v3;
namespace endpoint = solder::envoy::config::endpoint::v3;
namespace upstreams = solder::envoy::extensions::upstreams::http::v3;

namespace {

constexpr std::string_view kHttpProtocolOptionsName = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

std::string cluster_base(const std::string& name) {
  std::string base;
  protozero::pbf_writer writer(base);
  writer.add_string(cluster::Cluster::kName, name);
  std::string five_seconds;
  protozero::pbf_writer(five_seconds).add_int64(1, 5);
  writer.add_message(cluster::Cluster::kConnectTimeout, five_seconds);
  return base;
}

// Cluster.type as merged; STATIC where nobody set it.
int32_t discovery_type(const std::string& bytes, bool& has_custom_type) {
  int32_t type = cluster::Cluster::DiscoveryType::kSTATIC;
  protozero::pbf_reader reader(bytes);
  while (reader.next()) {
    if (reader.tag() == cluster::Cluster::kType) {
      type = reader.get_enum();
    } else {
      if (reader.tag() == cluster::Cluster::kClusterType) has_custom_type = true;
      reader.skip();
    }
  }
  return type;
}

bool has_endpoints(const std::string& assignment) {
  protozero::pbf_reader reader(assignment);
  return reader.next(endpoint::ClusterLoadAssignment::kEndpoints);
}

void append_ads(protozero::pbf_writer& writer, uint32_t tag) {
  protozero::pbf_writer source(writer, tag);
  source.add_message(core::ConfigSource::kAds, std::string());
  source.add_enum(core::ConfigSource::kResourceApiVersion, core::ApiVersion::kV3);
}

// HTTP/1.1, as long as no plugin says otherwise: Envoy wants to be told once there are protocol options.
std::string http1_options() {
  namespace config = upstreams::HttpProtocolOptions;
  std::string options;
  protozero::pbf_writer writer(options);
  protozero::pbf_writer version(writer, config::kExplicitHttpConfig);
  version.add_message(config::ExplicitHttpConfig::kHttpProtocolOptions, std::string());
  return options;
}

// HttpProtocolOptions: the merged slot, upstream filters in it, packed into typed_extension_protocol_options.
void append_protocol_options(Translation& t, Slots& slots, model::Diagnostics& diagnostics,
                             protozero::pbf_writer& writer, ProvenanceList* provenance) {
  const auto needs = slots.filters("upstream_filter/");
  if (needs.empty() && !slots.has("http_protocol_options")) return;
  std::string options =
      slots.merged("http_protocol_options", kHttpProtocolOptions, http1_options(), "http_protocol_options");
  if (!needs.empty()) {
    options += http_filter_list(t, needs, upstreams::HttpProtocolOptions::kHttpFilters, kUpstreamCodec,
                                "http_protocol_options", diagnostics, provenance);
  }
  protozero::pbf_writer entry(writer, cluster::Cluster::kTypedExtensionProtocolOptions);
  entry.add_string(1, std::string(kHttpProtocolOptionsName));
  entry.add_message(2, pack_any(kHttpProtocolOptions, options));
}

struct Built {
  bool ok = false;
  ClusterResult result;
  std::vector<SecretField> secret_fields;
};

void collect(std::vector<host::ItemOutput> outputs, Slots& slots, Built& built) {
  ClusterResult& result = built.result;
  for (host::ItemOutput& output : outputs) {
    slots.add(output.fragments);
    std::move(output.secret_fields.begin(), output.secret_fields.end(), std::back_inserter(built.secret_fields));
    std::move(output.secret_uses.begin(), output.secret_uses.end(), std::back_inserter(result.secrets));
    std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(result.diagnostics));
  }
}

void call_plugins(Translation& t, Reader& reader, const model::Upstream& upstream, Slots& slots, Built& built) {
  ClusterResult& result = built.result;
  host::Plugin* owner = owner_of(t, reader, kUpstreamTypeScope, upstream.type);
  if (owner == nullptr) {
    result.diagnostics.push_back({.reason = "NoPluginForKey",
                                  .object = upstream.ref,
                                  .field = upstream.type_path,
                                  .message = "no loaded plugin owns the upstream type " + upstream.type});
    return;
  }
  const solder_upstream_input input{sizeof(solder_upstream_input),
                                    0,
                                    view(upstream.ref),
                                    view(upstream.type),
                                    view(upstream.type_path),
                                    view(upstream.type_json),
                                    view(upstream.spec_json),
                                    view(result.name)};
  const host::Subject subject{upstream.ref, upstream.type_path};
  result.endpoints_apart = t.plugins->has(*owner, host::Operation::kEndpoints);
  collect(call_plugin(t, reader, *owner, host::Operation::kClusters, {&input, 1, sizeof(input)}, {&subject, 1}), slots,
          built);
  OptionCalls options(t, reader, upstream.ref);
  options.add(kUpstreamScope, upstream.options, 0, 0);
  std::vector<host::ItemOutput> outputs;
  options.run([&](size_t, host::ItemOutput output) { outputs.push_back(std::move(output)); });
  collect(std::move(outputs), slots, built);
}

bool check_cluster(const Translation& t, const model::Upstream& upstream, const std::string& bytes,
                   model::Diagnostics& diagnostics) {
  if (has_error(diagnostics)) return false;
  const auto status = t.types.check(*t.types.find(kCluster), bytes);
  if (!status.ok()) {
    diagnostics.push_back({.reason = "InvalidCluster",
                           .object = upstream.ref,
                           .field = upstream.type_path,
                           .message = "Envoy would refuse the cluster: " + status.message()});
  }
  return status.ok();
}

// The cluster of slot front_cluster takes this one's name and its transport socket.
void put_in_front(const Translation& t, const model::Upstream& upstream, Slots& slots, const std::string& socket,
                  ClusterResult& result, xds::ResourcePtr own) {
  std::string bytes = slots.merged("front_cluster", kCluster, cluster_base(result.name), "front_cluster");
  if (!socket.empty()) protozero::pbf_writer(bytes).add_message(cluster::Cluster::kTransportSocket, socket);
  if (!check_cluster(t, upstream, bytes, result.diagnostics)) return;
  Origin origin;
  origin.object = upstream.ref;
  result.resources.push_back({xds::ResourceType::kCluster, own->name, std::move(own), std::move(origin)});
  result.cluster = xds::make_resource(result.name, base::Bytes(std::move(bytes)));
}

// The endpoints of an EDS cluster, unless its type gives them in a step of their own.
void take_endpoints(const model::Upstream& upstream, std::string assignment, ClusterResult& result) {
  if (!result.endpoints_apart) {
    result.endpoints = xds::make_resource(result.name, base::Bytes(std::move(assignment)));
    return;
  }
  result.assignment = std::move(assignment);
  result.spec_json = upstream.spec_json;
}

void finish(Translation& t, const model::Upstream& upstream, Slots& slots, Built& built, ProvenanceList* provenance) {
  ClusterResult& result = built.result;
  const bool has_front = slots.has("front_cluster");
  const std::string own_name = has_front ? result.name + "_original" : result.name;
  std::string bytes = slots.merged("cluster", kCluster, cluster_base(own_name), "");
  bool custom_type = false;
  const int32_t type = discovery_type(bytes, custom_type);
  std::string assignment;
  protozero::pbf_writer assignment_writer(assignment);
  assignment_writer.add_string(endpoint::ClusterLoadAssignment::kClusterName, result.name);
  assignment = slots.merged("load_assignment", kClusterLoadAssignment, assignment, "load_assignment");
  protozero::pbf_writer writer(bytes);
  if (type == cluster::Cluster::DiscoveryType::kEDS && !custom_type) {
    protozero::pbf_writer eds(writer, cluster::Cluster::kEdsClusterConfig);
    append_ads(eds, cluster::Cluster::EdsClusterConfig::kEdsConfig);
    eds.add_string(cluster::Cluster::EdsClusterConfig::kServiceName, result.name);
    take_endpoints(upstream, std::move(assignment), result);
  } else if (has_endpoints(assignment)) {
    writer.add_message(cluster::Cluster::kLoadAssignment, assignment);
  } else if (type == cluster::Cluster::DiscoveryType::kSTATIC && !custom_type && !has_error(result.diagnostics)) {
    result.diagnostics.push_back({.reason = "NoEndpoints",
                                  .object = upstream.ref,
                                  .field = upstream.type_path.empty() ? "/spec" : upstream.type_path,
                                  .message = "the upstream gives a static cluster without any endpoint",
                                  .expected = "an upstream type with at least one host"});
  }
  const SocketWrappers wrappers(t, slots);
  const std::string socket = wrappers.around(merged_socket(slots));
  if (!socket.empty() && !has_front) writer.add_message(cluster::Cluster::kTransportSocket, socket);
  append_protocol_options(t, slots, result.diagnostics, writer, provenance);
  if (const std::string metadata = merged_metadata(slots, "metadata"); !metadata.empty()) {
    writer.add_message(cluster::Cluster::kMetadata, metadata);
  }
  result.resources = slots.resources(true, built.secret_fields, &result.secrets);
  if (!wrappers.empty()) bytes = wrappers.around_matches(bytes);
  if (check_cluster(t, upstream, bytes, result.diagnostics)) {
    auto own = xds::make_resource(own_name, base::Bytes(std::move(bytes)));
    if (has_front)
      put_in_front(t, upstream, slots, socket, result, std::move(own));
    else
      result.cluster = std::move(own);
  }
  result.endpoints_apart = !result.assignment.empty();
  built.ok = result.cluster != nullptr && !has_error(result.diagnostics);
}

config::Decoded<model::Upstream> decode(Translation& t, Reader& reader, const model::Object& object) {
  return decode_with_schemas(t, reader, [&](const auto& catalog) {
    if (!config::upstreams_have_defaults(catalog)) return config::decode_upstream(object, catalog);
    return config::decode_upstream(object, catalog, t.settings.read(reader, 0)->settings.upstream_defaults);
  });
}

Built build(Translation& t, Reader& reader, const model::Object& object, ProvenanceList* provenance) {
  Built built;
  built.result.name = cluster_name(object.ref);
  auto decoded = decode(t, reader, object);
  built.result.diagnostics = std::move(decoded.diagnostics);
  if (!decoded.value) return built;
  const size_t checked = built.result.diagnostics.size();
  built.result.readable = true;
  built.result.type = decoded.value->type;
  built.result.type_json = decoded.value->type_json;
  Slots slots(t, built.result.diagnostics, provenance);
  if (!decoded.value->type.empty()) call_plugins(t, reader, *decoded.value, slots, built);
  finish(t, *decoded.value, slots, built, provenance);
  // Gloo's state of an Upstream that decodes but does not translate is Warning: it has no cluster, its routes stay.
  for (size_t i = checked; i < built.result.diagnostics.size(); ++i) {
    auto& severity = built.result.diagnostics[i].severity;
    if (severity == model::Severity::kError) severity = model::Severity::kWarning;
  }
  return built;
}

uint64_t hash_of(const ClusterResult& result) {
  uint64_t hash = base::hash_bytes(result.name + '\n' + result.type + '\n' + result.type_json);
  hash = base::hash_combine(hash, result.cluster ? result.cluster->hash : 1);
  hash = base::hash_combine(hash, result.endpoints ? result.endpoints->hash : 1);
  hash = base::hash_combine(hash, base::hash_bytes(result.assignment + '\n' + result.spec_json));
  for (const SecretUse& use : result.secrets) hash = base::hash_combine(hash, base::hash_bytes(encode_secret_use(use)));
  for (const ExtraResource& extra : result.resources) hash = base::hash_combine(hash, extra.resource->hash);
  return base::hash_combine(hash, (result.ok ? 1u : 0u) + (result.readable ? 2u : 0u));
}

}  // namespace

std::string cluster_name(const model::ObjectRef& upstream) { return upstream.name + "_" + upstream.ns; }

std::shared_ptr<const ClusterResult> build_cluster(Translation& t, Reader& reader, const model::ObjectRef& ref,
                                                   ProvenanceList* provenance) {
  auto result = std::make_shared<ClusterResult>();
  const auto object = t.objects.read(reader, ref);
  if (!object) return result;
  Built built = build(t, reader, *object, provenance);
  if (!built.ok) {
    built.result.secrets.clear();
    built.result.resources.clear();
    built.result.endpoints = nullptr;
    built.result.endpoints_apart = false;
    if (const auto good = t.last_good.read(reader, ref); good && good->hash != object->hash) {
      if (provenance != nullptr) provenance->clear();
      Built before = build(t, reader, *good, provenance);
      if (before.ok) {
        before.result.diagnostics = std::move(built.result.diagnostics);
        built.result = std::move(before.result);
      }
    }
  }
  *result = std::move(built.result);
  result->ok = built.ok;
  result->hash = hash_of(*result);
  return result;
}

std::shared_ptr<const DestinationResult> build_destination(Translation& t, Reader& reader,
                                                           const model::ObjectRef& ref) {
  auto result = std::make_shared<DestinationResult>();
  result->cluster_name = cluster_name(ref);
  // One that cannot be read and never could is as good as none, in Gloo too.
  if (t.objects.read(reader, ref) == nullptr) return result;
  const auto& built = t.clusters.read(reader, ref);
  if (!built->readable) return result;
  result->present = true;
  result->type = built->type;
  // A type that has nothing to say of destinations spares their routes: its specification is not theirs to read.
  const host::Plugin* plugin = built->type.empty() ? nullptr : owner_of(t, reader, kUpstreamTypeScope, built->type);
  if (plugin != nullptr && t.plugins->has(*plugin, host::Operation::kDestinations))
    result->type_json = built->type_json;
  result->hash = base::hash_combine(1, base::hash_bytes(result->type + '\n' + result->type_json));
  return result;
}

}  // namespace solder::engine
