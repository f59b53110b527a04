// solder/sdk/inputs.hpp - one element of a batch, as C++ sees it. All views live for the call; texts named json hold
// values that the host has checked against the manifest's schema (lowerCamel names, durations as "5s", enums by name).
// Tested by tests/unit/sdk.
#ifndef SOLDER_SDK_INPUTS_HPP_
#define SOLDER_SDK_INPUTS_HPP_

#include "solder/kinds/config_watcher.h"
#include "solder/kinds/discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"
#include "solder/sdk/text.hpp"

namespace solder::sdk {

// An upstream of a type that the plugin owns.
struct UpstreamInput {
  using C = solder_upstream_input;
  explicit UpstreamInput(const C& c)
      : upstream(Ref::of(c.upstream)),
        key(text(c.key)),
        path(text(c.path)),
        json(text(c.value)),
        spec_json(text(c.spec)),
        cluster_name(text(c.cluster_name)) {}

  Ref upstream;
  std::string_view key;           // "static"
  std::string_view path;          // "/spec/static"
  std::string_view json;          // spec.<key>
  std::string_view spec_json;     // the whole spec
  std::string_view cluster_name;  // as it will stand in Envoy
};

// An object of a kind that the manifest lists with "derive": true.
struct SourceInput {
  using C = solder_object;
  explicit SourceInput(const C& c) : ref(Ref::of(c.ref)), json(text(c.json)) {}

  Ref ref;
  std::string_view json;  // the whole object
};

// A route's destination on such an upstream.
struct DestinationInput {
  using C = solder_destination_input;
  explicit DestinationInput(const C& c)
      : weighted(c.weighted != 0),
        object(Ref::of(c.object)),
        path(text(c.path)),
        upstream(Ref::of(c.upstream)),
        upstream_json(text(c.upstream_value)),
        destination_json(text(c.destination_spec)),
        cluster_name(text(c.cluster_name)),
        key(text(c.key)) {}

  bool weighted;  // one of several: slot weighted_cluster takes the place of route and route_action
  Ref object;
  std::string_view path;
  Ref upstream;
  std::string_view upstream_json;     // the upstream's spec.<key>
  std::string_view destination_json;  // destinationSpec.<key>, or empty
  std::string_view cluster_name;
  std::string_view key;  // the upstream's type, or the service, for a plugin that owns several
};

// A value under a key that the plugin claims.
struct OptionInput {
  using C = solder_option_input;
  explicit OptionInput(const C& c)
      : scope(c.scope),
        action(c.action),
        object(Ref::of(c.object)),
        key(text(c.key)),
        path(text(c.path)),
        json(text(c.value)),
        options_json(text(c.options)) {}

  uint32_t scope;   // SOLDER_SCOPE_*
  uint32_t action;  // SOLDER_ACTION_*, at SOLDER_SCOPE_ROUTE
  Ref object;
  std::string_view key;
  std::string_view path;
  std::string_view json;
  std::string_view options_json;  // all options at that place, the neighbours included
};

// An object that all Solders on one store share: its name, and all of it as JSON.
struct SharedEntry {
  std::string name, json;

  auto operator<=>(const SharedEntry&) const = default;
};

// A kind that some part of Solder reads.
struct WatchedKind {
  std::string kind, api_version;

  auto operator<=>(const WatchedKind&) const = default;
};

// What a user writes or takes away in the store behind a source.
struct StoreChange {
  using C = solder_store_change;
  explicit StoreChange(const C& c)
      : id(c.id),
        remove(c.verb == SOLDER_STORE_REMOVE),
        object(Ref::of(c.object)),
        api_version(text(c.api_version)),
        json(text(c.json)) {}

  uint64_t id;  // for Objects::changed()
  bool remove;
  Ref object;
  std::string_view api_version;
  std::string_view json;  // the object, whole
};

}  // namespace solder::sdk

#endif
