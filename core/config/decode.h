// Object → typed model: checks every field against the catalogue, collects every problem (not the first), and gives the
// value in canonical form: lowerCamel names, durations as "5s", enums by name, 64-bit numbers as numbers, null as
// absent. A value is given only where no problem has severity error. Pure; any thread. Source of the accepted forms:
// the proto3 JSON mapping; of the fields: Gloo's API of the kind. Tested by tests/unit/config/decode_test.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/config/schema_catalog.h"
#include "core/model/diagnostic.h"
#include "core/model/gateway.h"
#include "core/model/route_table.h"
#include "core/model/secret.h"
#include "core/model/settings.h"
#include "core/model/upstream.h"
#include "core/model/virtual_service.h"

namespace solder::config {

template <typename T>
struct Decoded {
  std::optional<T> value;
  model::Diagnostics diagnostics;
};

// `defaults` are those of Settings; they count where the object says nothing.
Decoded<model::Upstream> decode_upstream(const model::Object& object, const SchemaCatalog& catalog,
                                         const std::vector<model::OptionDefault>& defaults = {});
// Whether Settings can have defaults for Upstreams, so that one depends on the other.
bool upstreams_have_defaults(const SchemaCatalog& catalog);
Decoded<model::VirtualService> decode_virtual_service(const model::Object& object, const SchemaCatalog& catalog);
// One route of a VirtualService or RouteTable, from RouteTexts, or a piece of one (RoutePieces). Paths and the
// diagnostics' fields are those below the route; `object` is where it stands.
Decoded<model::Route> decode_route(const model::ObjectRef& object, const std::string& text,
                                   const SchemaCatalog& catalog);
Decoded<model::RouteOutline> outline_route(const model::ObjectRef& object, const std::string& text,
                                           const SchemaCatalog& catalog);
// A RouteTable without its routes: those are texts (route_texts.h).
Decoded<model::RouteTable> decode_route_table(const model::Object& object, const SchemaCatalog& catalog);
// The options of a RouteOption or VirtualHostOption, as JSON.
Decoded<std::string> decode_options_object(const model::Object& object, const SchemaCatalog& catalog);
Decoded<model::UpstreamGroup> decode_upstream_group(const model::Object& object, const SchemaCatalog& catalog);
Decoded<model::Gateway> decode_gateway(const model::Object& object, const SchemaCatalog& catalog);
// A MatchableHttpGateway or MatchableTcpGateway: a part that gateways delegate to.
Decoded<model::GatewayPart> decode_matchable_gateway(const model::Object& object, const SchemaCatalog& catalog);
// A ListenerOption or HttpListenerOption.
Decoded<model::AttachedOptions> decode_attached_options(const model::Object& object, const SchemaCatalog& catalog);
Decoded<model::Settings> decode_settings(const model::Object& object, const SchemaCatalog& catalog);
// A Secret's values are base64 in `data`, plain in `stringData`.
Decoded<model::Secret> decode_secret(const model::Object& object, const SchemaCatalog& catalog);

// An object of a kind that a plugin's manifest lists: the whole document in canonical form, checked against that
// schema. Where the canonical form is the object's own text, the value is that very text.
Decoded<std::shared_ptr<const std::string>> decode_plugin_kind(const model::ObjectPtr& object,
                                                               const SchemaCatalog& catalog);

// The kinds that the functions above know: "Upstream", "VirtualService", ...
bool known_kind(std::string_view kind);
// A diagnostic for an object of an unknown kind, naming the nearest known one.
model::Diagnostic unknown_kind(const model::Object& object);

}  // namespace solder::config
