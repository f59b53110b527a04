#include "core/base/base64.h"
#include "core/config/catalog_access.h"
#include "core/config/decode.h"
#include "core/config/tree_builder.h"

namespace solder::config {

using nlohmann::json;

Decoded<model::Secret> decode_secret(const model::Object& object, const SchemaCatalog& catalog) {
  Decoded<model::Secret> out;
  const json document = json::parse(object.json, nullptr, false);
  const json checked = check_value(schema_of(catalog, "secret"), document, "", object.ref, out.diagnostics);
  // What was found is a secret's value, so no report may show it.
  for (auto& diagnostic : out.diagnostics) {
    if (!diagnostic.field.starts_with("/data") && !diagnostic.field.starts_with("/stringData")) continue;
    diagnostic.found.clear();
    diagnostic.expected.clear();
  }
  if (has_error(out.diagnostics)) return out;
  model::Secret secret;
  secret.ref = object.ref;
  secret.type = text_of(checked, "type");
  if (secret.type.empty()) secret.type = "Opaque";
  for (const auto& [key, value] : member(checked, "data").items()) {
    auto bytes = base::base64_decode(value.get_ref<const std::string&>());
    if (!bytes) {
      out.diagnostics.push_back({.reason = "InvalidBase64",
                                 .object = object.ref,
                                 .field = "/data" + pointer_step(key),
                                 .message = "the value is not base64; plain values stand in stringData"});
      continue;
    }
    secret.data[key] = std::move(*bytes);
  }
  for (const auto& [key, value] : member(checked, "stringData").items()) secret.data[key] = value;
  if (!has_error(out.diagnostics)) out.value = std::move(secret);
  return out;
}

}  // namespace solder::config
