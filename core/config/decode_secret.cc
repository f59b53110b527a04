// A Secret's values: Kubernetes' data and stringData, and Gloo's forms (`tls:`, `aws:`, `azure:`), which become values
// under dotted names, "aws.accessKey", "azure.apiKeys.<name>", and those of `tls` under Kubernetes' own. In Kubernetes
// a form may stand as YAML under its name in data.
#include <algorithm>
#include <array>

#include "core/base/base64.h"
#include "core/config/catalog_access.h"
#include "core/config/decode.h"
#include "core/config/tree_builder.h"

namespace solder::config {

using nlohmann::json;

namespace {

constexpr std::array kForms{"tls", "aws", "azure"};
constexpr std::array<std::pair<const char*, const char*>, 4> kTlsNames{{{"tls.certChain", "tls.crt"},
                                                                        {"tls.privateKey", "tls.key"},
                                                                        {"tls.rootCa", "ca.crt"},
                                                                        {"tls.ocspStaple", "tls.ocsp-staple"}}};
constexpr std::array<std::string_view, 5> kPlainFields{"/apiVersion", "/kind", "/metadata", "/type", "/immutable"};

// What was found is a secret's value, so no report may show it.
void hide_values(model::Diagnostics& diagnostics) {
  for (auto& diagnostic : diagnostics) {
    const bool plain = std::any_of(kPlainFields.begin(), kPlainFields.end(),
                                   [&](std::string_view field) { return diagnostic.field.starts_with(field); });
    const bool name = diagnostic.reason == "UnknownField" && !diagnostic.field.starts_with("/data");
    if (plain || name) continue;
    diagnostic.found.clear();
    diagnostic.expected.clear();
  }
}

void flatten(const std::string& name, const json& value, std::map<std::string, std::string>& data) {
  if (value.is_string()) {
    data[name] = value.get<std::string>();
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) flatten(name + "." + key, member, data);
  }
}

// What Kubernetes holds of a form: its YAML under its name. A text that is none is a value like any other.
void read_form(const model::ObjectRef& ref, const char* form, const SchemaCatalog& catalog,
               std::map<std::string, std::string>& data) {
  const auto at = data.find(form);
  if (at == data.end()) return;
  const ReadDocument read = read_yaml(at->second, 1, {}, false);
  if (!read.problems.empty() || !read.value.is_object()) return;
  model::Diagnostics problems;
  const auto schema = schema_of(catalog, "secret").properties.find(form);
  const json checked = check_value(*schema->second, read.value, "", ref, problems);
  if (!problems.empty()) return;
  data.erase(at);
  flatten(form, checked, data);
}

void name_as_kubernetes_does(model::Secret& secret) {
  for (const auto& [from, to] : kTlsNames) {
    auto found = secret.data.extract(from);
    if (found.empty() || found.mapped().empty()) continue;
    found.key() = to;
    if (std::string_view(to) == "tls.ocsp-staple")
      found.mapped() = base::base64_decode(found.mapped()).value_or(std::string());
    if (std::string_view(to) == "tls.crt" || std::string_view(to) == "tls.key") secret.type = "kubernetes.io/tls";
    secret.data.erase(to);
    secret.data.insert(std::move(found));
  }
}

}  // namespace

Decoded<model::Secret> decode_secret(const model::Object& object, const SchemaCatalog& catalog) {
  Decoded<model::Secret> out;
  const json document = json::parse(object.json, nullptr, false);
  const json checked = check_value(schema_of(catalog, "secret"), document, "", object.ref, out.diagnostics);
  hide_values(out.diagnostics);
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
  for (const char* form : kForms) {
    if (const json& value = member(checked, form); !value.is_null()) flatten(form, value, secret.data);
    read_form(secret.ref, form, catalog, secret.data);
  }
  name_as_kubernetes_does(secret);
  if (!has_error(out.diagnostics)) out.value = std::move(secret);
  return out;
}

}  // namespace solder::config
