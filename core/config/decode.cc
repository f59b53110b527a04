// What all decoders share.
#include "core/config/decode.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/config/catalog_access.h"
#include "core/config/json_scanner.h"
#include "core/config/tree_builder.h"

namespace solder::config {

using nlohmann::json;

namespace {

bool is_top(std::string_view key) {
  static constexpr std::array<std::string_view, 6> kTop = {"apiVersion", "kind",   "metadata",
                                                           "spec",       "status", "namespacedStatuses"};
  return std::find(kTop.begin(), kTop.end(), key) != kTop.end();
}

// The text of the spec where all that stands beside it belongs there: then nothing of that has to be parsed.
std::optional<std::string_view> spec_alone(std::string_view text) {
  JsonScanner scanner(text);
  std::optional<std::string_view> spec;
  const bool whole = scanner.each_member([&](std::string_view key, size_t) {
    const size_t begin = scanner.at();
    if (!is_top(key) || !scanner.skip_value()) return false;
    return key != "spec" || !std::exchange(spec, text.substr(begin, scanner.at() - begin));
  });
  return whole ? spec : std::nullopt;
}

void report_misplaced(const json& document, const model::Object& object, model::Diagnostics& diagnostics) {
  for (const auto& [key, value] : document.items()) {
    if (is_top(key)) continue;
    diagnostics.push_back({.reason = "UnknownField",
                           .object = object.ref,
                           .field = pointer_step(key),
                           .message = "the field " + key + " does not belong here; did you mean spec." + key + "?",
                           .found = key,
                           .expected = "apiVersion, kind, metadata and spec"});
  }
}

}  // namespace

CheckedSpec check_spec(const model::Object& object, const SchemaCatalog& catalog, std::string_view schema) {
  CheckedSpec out;
  json spec;
  if (const auto alone = spec_alone(object.json)) {
    spec = json::parse(*alone, nullptr, false);
  } else {
    const json document = json::parse(object.json, nullptr, false);
    report_misplaced(document, object, out.diagnostics);
    spec = member(document, "spec");
  }
  out.has_spec = !spec.is_null();
  out.spec = json::object();
  if (out.has_spec)
    out.spec = check_value(schema_of(catalog, schema), spec, "/spec", object.ref, out.diagnostics, uses_of(catalog));
  out.ok = !has_error(out.diagnostics) && out.spec.is_object();
  return out;
}

Decoded<std::shared_ptr<const std::string>> decode_plugin_kind(const model::ObjectPtr& object,
                                                               const SchemaCatalog& catalog) {
  Decoded<std::shared_ptr<const std::string>> out;
  std::shared_ptr<const std::string> own(object, &object->json);
  const Schema* schema = claimed_schema(catalog, "kind", object->ref.kind);
  if (schema == nullptr) return {std::move(own), {}};
  const json value = check_value(*schema, json::parse(object->json, nullptr, false), "", object->ref, out.diagnostics,
                                 uses_of(catalog));
  if (has_error(out.diagnostics)) return out;
  std::string text = value.dump();
  out.value = text == object->json ? std::move(own) : std::make_shared<const std::string>(std::move(text));
  return out;
}

model::OptionSet option_set(const json& options, const std::string& path) {
  model::OptionSet set;
  if (!options.is_object()) return set;
  for (const auto& [key, value] : options.items()) {
    set.values.push_back({key, path + pointer_step(key), value.dump()});
  }
  set.json = options.dump();
  return set;
}

model::ObjectRef read_ref(const json& value, const std::string& kind, const std::string& default_ns) {
  model::ObjectRef ref{kind, text_of(value, "namespace"), text_of(value, "name")};
  if (ref.ns.empty()) ref.ns = default_ns;
  return ref;
}

const json& member(const json& map, const char* key) {
  static const json kNull;
  const auto at = map.find(key);
  return at == map.end() ? kNull : *at;
}

std::string text_of(const json& map, const char* key) {
  const auto at = map.find(key);
  return at != map.end() && at->is_string() ? at->get<std::string>() : "";
}

bool flag_of(const json& map, const char* key) {
  const auto at = map.find(key);
  return at != map.end() && at->is_boolean() && at->get<bool>();
}

uint32_t number_of(const json& map, const char* key) {
  const auto at = map.find(key);
  return at != map.end() && at->is_number() ? at->get<uint32_t>() : 0;
}

}  // namespace solder::config
