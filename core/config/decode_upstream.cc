#include "core/config/catalog_access.h"
#include "core/config/decode.h"

namespace solder::config {

using nlohmann::json;

namespace {

// Keys of the spec that belong to nobody: the core's own bookkeeping.
bool bookkeeping(const std::string& key) {
  return key == "discoveryMetadata" || key == "namespacedStatuses" || key == "status";
}

// The outermost first, so that a default for a whole option comes with what is in it.
void take_defaults(const std::vector<model::OptionDefault>& defaults, json& spec) {
  for (const model::OptionDefault& one : defaults) {
    const json::json_pointer pointer(one.path);
    if (!spec.contains(pointer) && spec.contains(pointer.parent_pointer())) spec[pointer] = json::parse(one.json);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

bool upstreams_have_defaults(const SchemaCatalog& catalog) { return !default_places(catalog).empty(); }

Decoded<model::Upstream> decode_upstream(const model::Object& object, const SchemaCatalog& catalog,
                                         const std::vector<model::OptionDefault>& defaults) {
  auto checked = check_spec(object, catalog, "upstream");
  Decoded<model::Upstream> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  take_defaults(defaults, checked.spec);
  model::Upstream upstream;
  upstream.ref = object.ref;
  upstream.spec_json = checked.spec.dump();
  json options = json::object();
  std::vector<std::string> types;
  for (const auto& [key, value] : checked.spec.items()) {
    if (claimed(catalog, "upstream_type", key)) {
      types.push_back(key);
      upstream.type = key;
      upstream.type_path = "/spec/" + key;
      upstream.type_json = value.dump();
    } else if (!bookkeeping(key)) {
      options[key] = value;
    }
  }
  if (types.size() > 1) {
    out.diagnostics.push_back({.reason = "OneofConflict",
                               .object = object.ref,
                               .field = "/spec",
                               .message = "an upstream is of one type",
                               .found = joined(types),
                               .expected = "one of them"});
    return out;
  }
  if (types.empty()) {
    out.diagnostics.push_back({.severity = model::Severity::kWarning,
                               .reason = "MissingField",
                               .object = object.ref,
                               .field = "/spec",
                               .message = "the upstream has no type, so it has no cluster",
                               .expected = "one of " + joined(claimed_keys(catalog, "upstream_type"))});
  }
  upstream.options = option_set(options, "/spec");
  out.value = std::move(upstream);
  return out;
}

}  // namespace solder::config
