// RouteTables, and the options and groups that routes name: each checked by itself, so that it has a state of its own
// whether anything refers to it or not, and with its last good version while it is at fault.
#include <algorithm>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/config/route_texts.h"
#include "core/engine/delegation.h"
#include "core/engine/route_action.h"
#include "core/engine/schema_reads.h"
#include "core/engine/serving_version.h"
#include "core/engine/translation.h"

namespace solder::engine {

namespace {

void add_below(const std::string& path, const model::Diagnostics& from, model::Diagnostics& into) {
  for (auto diagnostic : from) {
    diagnostic.field.insert(0, path);
    into.push_back(std::move(diagnostic));
  }
}

// What is wrong with a table's route before anybody delegates to it.
void check_outline(const model::ObjectRef& table, const model::RouteOutline& outline, model::Diagnostics& problems) {
  if (!outline.has_action) {
    problems.push_back({.reason = "MissingField",
                        .object = table,
                        .message = "a route must say what it does",
                        .expected = "routeAction, redirectAction, directResponseAction or delegateAction"});
  }
  if (!outline.delegate) return;
  if (auto problem = delegating_matcher(table, outline).problem) problems.push_back(std::move(*problem));
}

// One version of a table; true where it can be used.
bool read_table(Translation& t, Reader& reader, const model::Object& object, RouteTableResult& result) {
  config::RouteTexts texts = config::split_routes(object.json);
  model::Object head = object;
  head.json = std::move(texts.rest);
  auto decoded =
      decode_with_schemas(t, reader, [&](const auto& catalog) { return config::decode_route_table(head, catalog); });
  result.diagnostics = std::move(decoded.diagnostics);
  result.weight = decoded.value ? decoded.value->weight : 0;
  result.labels = object.labels;
  for (size_t i = 0; i < texts.routes.size(); ++i) {
    auto text = std::make_shared<const std::string>(texts.routes[i]);
    const auto outline = read_outline(t, reader, object.ref, text);
    model::Diagnostics problems = outline->diagnostics;
    if (outline->outline) check_outline(object.ref, *outline->outline, problems);
    add_below("/spec/routes/" + std::to_string(i), problems, result.diagnostics);
    result.routes.push_back(std::move(text));
  }
  return decoded.value && !has_error(result.diagnostics);
}

uint64_t hash_labels(const std::map<std::string, std::string>& labels) {
  uint64_t hash = labels.size();
  for (const auto& [key, value] : labels) hash = base::hash_combine(hash, base::hash_bytes(key + '=' + value));
  return hash;
}

}  // namespace

std::shared_ptr<const RouteTableResult> build_route_table(Translation& t, Reader& reader, const model::ObjectRef& ref) {
  auto result = with_last_good<RouteTableResult>(
      t, reader, ref, [&](const model::Object& object, auto& table) { return read_table(t, reader, object, table); });
  uint64_t hash = base::hash_combine(hash_flags(result->present, result->ok, result->serving),
                                     static_cast<uint64_t>(static_cast<uint32_t>(result->weight)));
  hash = base::hash_combine(hash, hash_labels(result->labels));
  for (const auto& text : result->routes) hash = base::hash_combine(hash, base::hash_bytes(*text));
  result->hash = hash;
  return result;
}

std::shared_ptr<const RouteTableSummary> summarize(const RouteTableResult& table) {
  auto summary = std::make_shared<RouteTableSummary>();
  summary->present = table.present;
  summary->weight = table.weight;
  summary->labels = table.labels;
  summary->hash =
      base::hash_combine(hash_labels(table.labels), static_cast<uint64_t>(static_cast<uint32_t>(table.weight)));
  summary->hash = base::hash_combine(summary->hash, table.present ? 1 : 0);
  return summary;
}

std::shared_ptr<const RouteOutlineResult> build_outline(Translation& t, Reader& reader, const model::ObjectRef& owner,
                                                        std::shared_ptr<const std::string> text) {
  auto result = std::make_shared<RouteOutlineResult>();
  uint64_t hash = base::hash_bytes(*text);
  auto decoded = decode_with_schemas(
      t, reader, [&](const auto& catalog) { return config::outline_route(owner, *text, catalog); }, &hash);
  result->text = std::move(text);
  result->outline = std::move(decoded.value);
  result->diagnostics = std::move(decoded.diagnostics);
  // The text and the schemas decide everything.
  result->hash = hash;
  return result;
}

std::shared_ptr<const OptionsObjectResult> build_options_object(Translation& t, Reader& reader,
                                                                const model::ObjectRef& ref) {
  auto result = with_last_good<OptionsObjectResult>(t, reader, ref, [&](const model::Object& object, auto& options) {
    auto decoded = decode_with_schemas(
        t, reader, [&](const auto& catalog) { return config::decode_options_object(object, catalog); });
    options.diagnostics = std::move(decoded.diagnostics);
    if (decoded.value) options.json = std::move(*decoded.value);
    return decoded.value.has_value() && !has_error(options.diagnostics);
  });
  result->hash =
      base::hash_combine(base::hash_bytes(result->json), hash_flags(result->present, result->ok, result->serving));
  return result;
}

std::shared_ptr<const UpstreamGroupResult> build_upstream_group(Translation& t, Reader& reader,
                                                                const model::ObjectRef& ref) {
  uint64_t hash = 0;
  auto result = with_last_good<UpstreamGroupResult>(t, reader, ref, [&](const model::Object& object, auto& group) {
    hash = object.hash;
    auto decoded = decode_with_schemas(
        t, reader, [&](const auto& catalog) { return config::decode_upstream_group(object, catalog); }, &hash);
    group.diagnostics = std::move(decoded.diagnostics);
    if (!decoded.value || has_error(group.diagnostics)) return false;
    group.destinations = std::move(decoded.value->destinations);
    return true;
  });
  // As in Gloo a group that names a missing upstream is at fault and serves nevertheless.
  for (const auto& weighted : result->destinations) {
    const model::ObjectRef upstream = upstream_of(weighted.destination);
    if (t.destinations.read(reader, upstream)->present) continue;
    result->diagnostics.push_back({.reason = "UpstreamNotFound",
                                   .object = ref,
                                   .field = weighted.path + "/destination",
                                   .message = "Upstream " + upstream.ns + "/" + upstream.name + " is not there",
                                   .found = upstream.ns + "/" + upstream.name,
                                   .related = upstream});
  }
  result->hash = base::hash_combine(hash, hash_flags(result->present, result->ok, result->serving));
  return result;
}

}  // namespace solder::engine
