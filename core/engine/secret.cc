// Secrets: what is wrong with one, the shape that plugins may see of it, and the SDS resources made from its values.
// This is the only place where values stand beside translation; they go into resources and nowhere else.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/schema_reads.h"
#include "core/engine/secret_fields.h"
#include "core/engine/slots.h"
#include "core/engine/token_book.h"
#include "core/engine/translation.h"
#include "core/services/certificates.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace tls = solder::envoy::extensions::transport_sockets::tls::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

constexpr const char* kCertificateKey = "tls.crt";
constexpr const char* kPrivateKey = "tls.key";
constexpr const char* kCaKey = "ca.crt";
constexpr const char* kOcspKey = "tls.ocsp-staple";

const std::string& value_of(const std::map<std::string, std::string>& data, const char* key) {
  static const std::string kEmpty;
  auto at = data.find(key);
  return at == data.end() ? kEmpty : at->second;
}

std::vector<services::CertificateProblem> problems_of(const model::Secret& secret) {
  const auto now = std::chrono::system_clock::now();
  std::vector<services::CertificateProblem> problems;
  // A Secret with a ca.crt alone is a good one for validating peers, of whatever type it is, as in Gloo.
  const bool must_have_pair = secret.type == "kubernetes.io/tls" && value_of(secret.data, kCaKey).empty();
  if (must_have_pair || !value_of(secret.data, kCertificateKey).empty() ||
      !value_of(secret.data, kPrivateKey).empty()) {
    problems =
        services::check_key_pair(value_of(secret.data, kCertificateKey), value_of(secret.data, kPrivateKey), now);
  }
  if (!value_of(secret.data, kCaKey).empty()) {
    auto ca = services::check_trusted_ca(value_of(secret.data, kCaKey), now);
    problems.insert(problems.end(), ca.begin(), ca.end());
  }
  return problems;
}

// Readable text without blanks around it: what a key or token has to be, and often is not after `echo | base64`.
bool one_line(const std::string& value) {
  if (value.empty()) return true;
  if (std::isspace(static_cast<unsigned char>(value.front())) != 0 ||
      std::isspace(static_cast<unsigned char>(value.back())) != 0) {
    return false;
  }
  return std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

std::string shape_of(const model::Secret& secret, const std::vector<services::CertificateProblem>& problems) {
  nlohmann::json shape{{"type", secret.type}, {"keys", nlohmann::json::array()}, {"problems", nlohmann::json::array()}};
  for (const auto& [key, value] : secret.data) {
    shape["keys"].push_back(key);
    if (value.empty()) shape["empty"].push_back(key);
    if (!one_line(value)) shape["notOneLine"].push_back(key);
  }
  for (const auto& problem : problems) {
    shape["problems"].push_back({{"reason", problem.reason},
                                 {"message", problem.message},
                                 {"severity", problem.warning ? "warning" : "error"}});
  }
  return shape.dump();
}

bool usable(const std::vector<services::CertificateProblem>& problems) {
  for (const auto& problem : problems) {
    if (!problem.warning) return false;
  }
  return true;
}

void take(SecretResult& result, model::Secret secret, const std::vector<services::CertificateProblem>& problems,
          uint64_t hash) {
  result.shape_json = shape_of(secret, problems);
  result.type = std::move(secret.type);
  result.data = std::move(secret.data);
  result.hash = base::hash_combine(hash, base::hash_bytes(result.shape_json));
}

void append_data_source(protozero::pbf_writer& writer, uint32_t tag, const std::string& text) {
  protozero::pbf_writer source(writer, tag);
  source.add_string(core::DataSource::kInlineString, text);
}

std::string certificate(const std::map<std::string, std::string>& data) {
  std::string out;
  protozero::pbf_writer writer(out);
  append_data_source(writer, tls::TlsCertificate::kCertificateChain, value_of(data, kCertificateKey));
  append_data_source(writer, tls::TlsCertificate::kPrivateKey, value_of(data, kPrivateKey));
  if (const std::string& staple = value_of(data, kOcspKey); !staple.empty()) {
    protozero::pbf_writer source(writer, tls::TlsCertificate::kOcspStaple);
    source.add_bytes(core::DataSource::kInlineBytes, staple);
  }
  return out;
}

}  // namespace

std::shared_ptr<const SecretResult> build_secret(Translation& t, Reader& reader, const model::ObjectRef& ref) {
  auto result = std::make_shared<SecretResult>();
  const auto object = t.objects.read(reader, ref);
  if (!object) return result;
  result->present = true;
  auto decoded =
      decode_with_schemas(t, reader, [&](const auto& catalog) { return config::decode_secret(*object, catalog); });
  result->diagnostics = std::move(decoded.diagnostics);
  std::vector<services::CertificateProblem> problems;
  if (decoded.value) {
    problems = problems_of(*decoded.value);
    for (const auto& problem : problems) {
      result->diagnostics.push_back({.severity = problem.warning ? model::Severity::kWarning : model::Severity::kError,
                                     .reason = problem.reason,
                                     .object = ref,
                                     .field = "/data",
                                     .message = problem.message});
    }
    result->ok = usable(problems);
  }
  if (!result->ok) {
    // A secret that went bad keeps serving in its last good version.
    if (const auto good = t.last_good.read(reader, ref)) {
      auto before =
          decode_with_schemas(t, reader, [&](const auto& catalog) { return config::decode_secret(*good, catalog); });
      if (before.value) {
        const auto before_problems = problems_of(*before.value);
        if (usable(before_problems)) {
          take(*result, std::move(*before.value), before_problems, good->hash);
          return result;
        }
      }
    }
  }
  if (decoded.value) {
    take(*result, std::move(*decoded.value), problems, object->hash);
  } else {
    result->shape_json =
        R"({"type":"","keys":[],"problems":[{"reason":"InvalidSecret","message":"the Secret cannot be read; see its own status","severity":"error"}]})";
    result->hash = object->hash;
  }
  return result;
}

std::string encode_secret_use(const SecretUse& use) {
  // The patch is wire bytes, so it travels as numbers.
  const std::vector<uint8_t> patch(use.patch.begin(), use.patch.end());
  auto fields = nlohmann::json::array();
  for (const SecretField& field : use.fields) {
    fields.push_back({field.path, field.secret.ns, field.secret.name, field.key});
  }
  return nlohmann::json::array({use.sds_name, use.secret.ns, use.secret.name, static_cast<int>(use.form), use.key,
                                patch, use.type_url, fields})
      .dump();
}

SecretUse decode_secret_use(const std::string& key) {
  const auto parts = nlohmann::json::parse(key);
  SecretUse use;
  use.sds_name = parts[0];
  use.secret = {"Secret", parts[1], parts[2]};
  use.form = static_cast<SecretForm>(parts[3].get<int>());
  use.key = parts[4];
  for (const auto& byte : parts[5]) use.patch.push_back(static_cast<char>(byte.get<uint8_t>()));
  use.type_url = parts[6];
  for (const auto& field : parts[7]) {
    use.fields.push_back({use.sds_name, field[0], {"Secret", field[1], field[2]}, field[3], {}});
  }
  return use;
}

std::shared_ptr<const ResourceResult> build_secret_resource(Translation& t, Reader& reader, const std::string& key) {
  auto result = std::make_shared<ResourceResult>();
  const SecretUse use = decode_secret_use(key);
  if (use.form == SecretForm::kFilled) {
    result->resource = filled_resource(t, reader, use);
    if (result->resource) result->hash = result->resource->hash;
    return result;
  }
  if (use.form == SecretForm::kGoogleIdToken) {
    result->resource = token_resource(t.id_tokens.read(reader, key).get(), use.sds_name);
    if (result->resource) result->hash = result->resource->hash;
    return result;
  }
  const auto& secret = t.secrets.read(reader, use.secret);
  if (!secret->present || secret->data.empty()) return result;
  std::string out;
  protozero::pbf_writer writer(out);
  writer.add_string(tls::Secret::kName, use.sds_name);
  if (use.form == SecretForm::kTlsCertificate) {
    writer.add_message(tls::Secret::kTlsCertificate, certificate(secret->data));
  } else if (use.form == SecretForm::kValidationContext) {
    std::string context;
    protozero::pbf_writer context_writer(context);
    append_data_source(context_writer, tls::CertificateValidationContext::kTrustedCa, value_of(secret->data, kCaKey));
    writer.add_message(tls::Secret::kValidationContext, context + use.patch);
  } else {
    protozero::pbf_writer generic(writer, tls::Secret::kGenericSecret);
    append_data_source(generic, tls::GenericSecret::kSecret, value_of(secret->data, use.key.c_str()));
  }
  result->resource = xds::make_resource(use.sds_name, base::Bytes(std::move(out)));
  result->hash = result->resource->hash;
  return result;
}

}  // namespace solder::engine
