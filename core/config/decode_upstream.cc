#include "core/config/catalog_access.h"
#include "core/config/decode.h"

namespace solder::config {

using nlohmann::json;

namespace {

// Keys of the spec that belong to nobody: the core's own bookkeeping.
bool bookkeeping(const std::string& key) {
  return key == "discoveryMetadata" || key == "namespacedStatuses" || key == "status";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Decoded<model::Upstream> decode_upstream(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, "upstream");
  Decoded<model::Upstream> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
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
