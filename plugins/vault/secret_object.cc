#include "secret_object.h"

#include <algorithm>
#include <array>

namespace solder::plugins::vault {

using sdk::Json;

namespace {

const Json* find_either(const Json& object, const char* name, const char* other) {
  const Json* found = sdk::find(object, name);
  return found != nullptr ? found : sdk::find(object, other);
}

Json texts_of(const Json& object) {
  Json out = Json::object();
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) out[name] = value;
  }
  return out;
}

// Proto3's JSON takes names in either spelling.
void move_text(const Json& from, const char* name, const char* other, Json& into, const char* key) {
  const Json* value = find_either(from, name, other);
  if (value != nullptr && value->is_string() && !value->get_ref<const std::string&>().empty()) into[key] = *value;
}

void read_tls(const Json& tls, Json& secret) {
  Json values = Json::object();
  move_text(tls, "certChain", "cert_chain", values, "tls.crt");
  move_text(tls, "privateKey", "private_key", values, "tls.key");
  move_text(tls, "rootCa", "root_ca", values, "ca.crt");
  if (values.contains("tls.crt") || values.contains("tls.key")) secret["type"] = "kubernetes.io/tls";
  secret["stringData"] = std::move(values);
  Json bytes = Json::object();
  move_text(tls, "ocspStaple", "ocsp_staple", bytes, "tls.ocsp-staple");  // base64, as bytes are in JSON
  if (!bytes.empty()) secret["data"] = std::move(bytes);
}

void read_aws(const Json& aws, Json& secret) {
  Json& out = secret["aws"] = Json::object();
  move_text(aws, "accessKey", "access_key", out, "accessKey");
  move_text(aws, "secretKey", "secret_key", out, "secretKey");
  move_text(aws, "sessionToken", "session_token", out, "sessionToken");
}

void read_azure(const Json& azure, Json& secret) {
  const Json* keys = find_either(azure, "apiKeys", "api_keys");
  secret["azure"] = {{"apiKeys", keys != nullptr && keys->is_object() ? texts_of(*keys) : Json::object()}};
}

void read_oauth(const Json& oauth, Json& secret) {
  secret["stringData"] = Json::object();
  move_text(oauth, "clientSecret", "client_secret", secret["stringData"], "client-secret");
}

void read_api_key(const Json& api_key, Json& secret) {
  const Json* more = sdk::find(api_key, "metadata");
  secret["stringData"] = more != nullptr && more->is_object() ? texts_of(*more) : Json::object();
  move_text(api_key, "apiKey", "api_key", secret["stringData"], "api-key");
}

void read_header(const Json& header, Json& secret) {
  const Json* headers = sdk::find(header, "headers");
  secret["stringData"] = headers != nullptr && headers->is_object() ? texts_of(*headers) : Json::object();
}

void read_values(const Json& values, Json& secret) { secret["stringData"] = texts_of(values); }

// As Gloo's converters write them to Kubernetes.
struct Form {
  const char *name, *other;
  void (*read)(const Json&, Json&);
};
constexpr std::array kForms{Form{"tls", "tls", &read_tls},
                            Form{"aws", "aws", &read_aws},
                            Form{"azure", "azure", &read_azure},
                            Form{"oauth", "oauth", &read_oauth},
                            Form{"apiKey", "api_key", &read_api_key},
                            Form{"header", "header", &read_header},
                            Form{"encryption", "encryption", &read_values},
                            Form{"credentials", "credentials", &read_values}};

Json head(const std::string& ns, const std::string& name, bool keep_on_disk) {
  Json out{
      {"apiVersion", "v1"}, {"kind", "Secret"}, {"type", "Opaque"}, {"metadata", {{"name", name}, {"namespace", ns}}}};
  if (!keep_on_disk) out["metadata"]["annotations"] = {{"solder.io/keep", "memory"}};
  return out;
}

void take_metadata(const Json& metadata, Json& secret) {
  for (const char* which : {"labels", "annotations"}) {
    const Json* texts = sdk::find(metadata, which);
    if (texts == nullptr || !texts->is_object()) continue;
    Json all = texts_of(*texts);
    Json& into = secret["metadata"][which];
    if (into.is_object()) all.update(into);
    into = std::move(all);
  }
}

std::string text_of(const Json& secret) { return secret.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

MadeSecret make_secret(const Json& data, const std::string& ns, const std::string& name, bool keep_on_disk) {
  if (!data.is_object() || data.empty()) return {"", "there is nothing in it"};
  Json secret = head(ns, name, keep_on_disk);
  if (const Json* metadata = sdk::find(data, "metadata"); metadata != nullptr && metadata->is_object())
    take_metadata(*metadata, secret);
  for (const Form& form : kForms) {
    const Json* value = find_either(data, form.name, form.other);
    if (value == nullptr || !value->is_object()) continue;
    form.read(*value, secret);
    return {text_of(secret), ""};
  }
  Json values = Json::object();
  std::string wrong;
  for (const auto& [key, value] : data.items()) {
    if (value.is_string()) {
      values[key] = value;
    } else if (key != "metadata") {
      wrong += (wrong.empty() ? "" : ", ") + key;
    }
  }
  if (values.empty()) return {"", "it has neither one of Gloo's forms nor values that are texts"};
  if (values.contains("tls.crt") && values.contains("tls.key")) secret["type"] = "kubernetes.io/tls";
  secret["stringData"] = std::move(values);
  return {text_of(secret), wrong.empty() ? "" : "what is no text is left out: " + wrong};
}

std::string make_aws_secret(const std::string& access_key, const std::string& secret_key,
                            const std::string& session_token, const std::string& ns, const std::string& name,
                            bool keep_on_disk) {
  Json secret = head(ns, name, keep_on_disk);
  secret["aws"] = {{"accessKey", access_key}, {"secretKey", secret_key}};
  if (!session_token.empty()) secret["aws"]["sessionToken"] = session_token;
  return text_of(secret);
}

}  // namespace solder::plugins::vault
