// Step 3, a route's options: what their owners give, merged slot by slot. Most routes of a world say one of a few
// things, so this is made once for all of a namespace that say the same; where a destination's plugin joins in, the
// route's body merges again from the fragments (route_body.cc). Tested by tests/unit/engine/route_sharing_test.cc.
#include <algorithm>
#include <iterator>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/config/decode.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/route_part.h"
#include "core/engine/schema_reads.h"
#include "core/engine/slots.h"
#include "solder/envoy_fields.h"
#include "solder/kinds/options.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;

namespace {

struct ActionSlot {
  std::string_view slot;
  std::string_view type;
  uint32_t field;  // of Route
};

// None: what the route does has no options of its own.
const ActionSlot* action_slot(uint32_t action) {
  static constexpr ActionSlot kForward{"route_action", kRouteAction, route::Route::kRoute};
  static constexpr ActionSlot kRedirect{"redirect_action", kRedirectAction, route::Route::kRedirect};
  if (action == SOLDER_ACTION_FORWARD) return &kForward;
  return action == SOLDER_ACTION_REDIRECT ? &kRedirect : nullptr;
}

std::vector<int> fields_of(const ::google::protobuf::Descriptor& type, const std::string& bytes) {
  std::vector<int> out;
  protozero::pbf_reader reader(bytes);
  while (reader.next()) {
    const auto* field = type.FindFieldByNumber(static_cast<int>(reader.tag()));
    const auto* oneof = field == nullptr ? nullptr : field->real_containing_oneof();
    if (oneof == nullptr) {
      out.push_back(static_cast<int>(reader.tag()));
    } else {
      for (int i = 0; i < oneof->field_count(); ++i) out.push_back(oneof->field(i)->number());
    }
    reader.skip();
  }
  return out;
}

// Whether Envoy takes the options beside a harmless match and, where they choose no cluster themselves, a cluster.
void check(const Translation& t, const model::ObjectRef& owner, const ActionSlot* slot, RouteOptionsResult& result) {
  std::string whole;
  protozero::pbf_writer writer(whole);
  append_any_match(writer);
  if (slot != nullptr) {
    std::string action;
    const auto& fields = result.action_fields;
    if (slot->field == route::Route::kRoute &&
        std::find(fields.begin(), fields.end(), route::RouteAction::kCluster) == fields.end()) {
      protozero::pbf_writer(action).add_string(route::RouteAction::kCluster, "some");
    }
    writer.add_message(slot->field, action + result.action);
  } else {
    append_any_action(writer);
  }
  append_refusal(t, owner, whole + result.route, result.merge_problems);
}

void merge(Translation& t, const model::ObjectRef& owner, uint32_t action, RouteOptionsResult& result) {
  Slots slots(t, result.merge_problems, nullptr);
  slots.add(result.fragments);
  const ActionSlot* slot = action_slot(action);
  if (slot != nullptr) {
    result.action = slots.merged(slot->slot, slot->type, "", "");
    result.action_fields = fields_of(*t.types.find(slot->type), result.action);
  }
  result.route = merged_route(slots, "", nullptr);
  if (!has_error(result.merge_problems)) check(t, owner, slot, result);
  result.filters = slots.filters("http_filter/");
  result.resources = slots.resources();
}

void build(Translation& t, Reader& reader, const RoutePartKey& key, const std::string& text,
           RouteOptionsResult& result) {
  const model::ObjectRef owner = route_ref(key.ns);
  auto decoded =
      decode_with_schemas(t, reader, [&](const auto& catalog) { return config::decode_route(owner, text, catalog); });
  result.diagnostics = std::move(decoded.diagnostics);
  result.refused = !decoded.value.has_value();
  if (result.refused) return;
  OptionCalls calls(t, reader, owner);
  calls.add(kRouteScope, decoded.value->options, key.action, 0);
  calls.run([&](size_t, host::ItemOutput output) {
    std::move(output.fragments.begin(), output.fragments.end(), std::back_inserter(result.fragments));
    std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(result.diagnostics));
  });
  result.bad = has_error(result.diagnostics);
  if (!result.fragments.empty()) merge(t, owner, key.action, result);
  result.merge_bad = has_error(result.merge_problems);
}

}  // namespace

std::shared_ptr<RouteOptionsResult> build_route_options(Translation& t, Reader& reader, const RoutePartKey& key,
                                                        const std::string& text) {
  auto result = std::make_shared<RouteOptionsResult>();
  build(t, reader, key, text, *result);
  uint64_t hash = hash_part(*result);
  for (const auto& fragment : result->fragments) hash = base::hash_combine(hash, hash_fragment(fragment));
  for (const auto& problem : result->merge_problems) hash = base::hash_combine(hash, hash_diagnostic(problem));
  result->hash = hash;
  return result;
}

}  // namespace solder::engine
