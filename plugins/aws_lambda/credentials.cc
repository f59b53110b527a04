#include "credentials.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "invocation.h"
#include "solder/envoy_fields.h"

namespace solder::plugins::aws_lambda {

namespace core = envoy::config::core::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr std::string_view kSigningUrl =
    "type.googleapis.com/envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning";
constexpr std::string_view kDiscoveryUrl = "type.googleapis.com/envoy.config.core.v3.ExtensionConfigSource";
// Where EKS puts it.
constexpr const char* kTokenFile = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";

// What one value is called: in a Secret of Kubernetes', and in Gloo's own form.
struct Value {
  const char* plain;
  const char* form;
  const char* path;
  bool optional;
};
constexpr Value kValues[] = {
    {"aws_access_key_id", "aws.accessKey", "credential_provider.inline_credential.access_key_id", false},
    {"aws_secret_access_key", "aws.secretKey", "credential_provider.inline_credential.secret_access_key", false},
    {"aws_session_token", "aws.sessionToken", "credential_provider.inline_credential.session_token", true},
};

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

class Keys {
 public:
  Keys(const Json& shape, const sdk::Ref& ref, sdk::Out& out)
      : keys_(sdk::get_strings(shape, "keys")),
        empty_(sdk::get_strings(shape, "empty")),
        not_one_line_(sdk::get_strings(shape, "notOneLine")),
        ref_(ref),
        out_(out) {}

  // The key of the Secret that the value stands under, if any does and it can be used.
  std::optional<std::string> find(const Value& value) {
    const std::string key = contains(keys_, value.form) ? value.form : value.plain;
    if (!contains(keys_, key) || contains(empty_, key)) {
      if (!value.optional) {
        report("MissingKey", "the Secret " + sdk::to_string(ref_) + " has no value " + value.plain, value.plain);
      }
      return std::nullopt;
    }
    if (contains(not_one_line_, key)) {
      report("InvalidKey",
             "the value " + key + " of the Secret " + sdk::to_string(ref_) +
                 " has a line break, a blank at an end, or characters that no key has",
             "one line of printable characters; mind the line break of echo");
      return std::nullopt;
    }
    return key;
  }

 private:
  void report(const char* reason, const std::string& message, std::string_view expected) {
    out_.error({"/secretRef", reason, message, "", expected, ref_});
  }

  std::vector<std::string> keys_, empty_, not_one_line_;
  sdk::Ref ref_;
  sdk::Out& out_;
};

// A provider whose keys the host writes in.
Json keys_of_secret(const Json& reference, std::string_view resource, sdk::Out& out) {
  const std::string ns = sdk::get_string(reference, "namespace"), name = sdk::get_string(reference, "name");
  const sdk::Ref ref{"Secret", ns, name};
  const auto found = out.lookup(ref);
  if (!found) {
    out.error({"/secretRef", "SecretNotFound", "the Secret " + sdk::to_string(ref) + " is not there",
               sdk::to_string(ref), "a Secret with aws_access_key_id and aws_secret_access_key", ref});
    return {};
  }
  Keys keys(sdk::parse_json(*found), ref, out);
  for (const Value& value : kValues) {
    if (const auto key = keys.find(value)) {
      out.secret_field({.resource = resource, .path = value.path, .ref = ref, .key = *key, .field = "/secretRef"});
    }
  }
  return {{"customCredentialProviderChain", true}, {"inlineCredential", Json::object()}};
}

// The service account's token for a role: by itself, or first for the role of Envoy's environment, whose credentials
// then assume the other one. Null: Envoy's usual chain, which knows token and role from its environment.
Json service_account(const Json& upstream) {
  const std::string role = sdk::get_string(upstream, "roleArn");
  if (role.empty()) return {};
  Json assumed{{"roleArn", role}, {"roleSessionName", "solder"}};
  if (!sdk::get_bool(upstream, "disableRoleChaining").value_or(false)) {
    return {{"customCredentialProviderChain", true}, {"assumeRoleCredentialProvider", std::move(assumed)}};
  }
  assumed["webIdentityTokenDataSource"] = {{"filename", kTokenFile}};
  return {{"customCredentialProviderChain", true}, {"assumeRoleWithWebIdentityProvider", std::move(assumed)}};
}

// arn:PARTITION:iam::ACCOUNT:role/NAME
bool is_role(std::string_view arn) {
  for (const std::string_view part : {"arn", "", "iam", "", "", "role/"}) {
    const size_t colon = part == "role/" ? arn.size() : arn.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view found = arn.substr(0, colon);
    if (part == "role/") return found.starts_with(part) && found.size() > part.size();
    if (!part.empty() && found != part) return false;
    arn.remove_prefix(colon + 1);
  }
  return false;
}

void check_role(const Json& upstream, bool has_secret, bool by_account, sdk::Out& out) {
  const std::string role = sdk::get_string(upstream, "roleArn");
  if (role.empty()) return;
  if (!is_role(role)) {
    out.error({"/roleArn", "InvalidRole", "this is no ARN of a role", role, "arn:aws:iam::ACCOUNT:role/NAME"});
  } else if (has_secret || !by_account) {
    out.info({"/roleArn", "NotServed",
              "a role is only assumed with the credentials of a service account "
              "(Settings.gloo.awsOptions.serviceAccountCredentials)",
              role});
  }
}

void emit(std::string_view resource, const Json& config, sdk::Out& out) {
  Message ads;
  ads.add_message(core::ConfigSource::kAds, {});
  ads.add_enum(core::ConfigSource::kResourceApiVersion, core::ApiVersion::kV3);
  Message discovery;
  discovery.add_message(core::ExtensionConfigSource::kConfigSource, ads);
  discovery.add_string(core::ExtensionConfigSource::kTypeUrls, kSigningUrl);
  out.upstream_filter(kStage, resource, kDiscoveryUrl, discovery, kSignWeight);
  out.fragment_json("resource/" + std::string(resource), config.dump(), kSigningUrl);
}

}  // namespace

void sign_requests(const Json& upstream, std::string_view cluster_name, sdk::Out& out) {
  const std::string resource = std::string(cluster_name) + "/aws-signing";
  const Json* options = sdk::find(upstream, "awsOptions");
  const Json* secret = sdk::find(upstream, "secretRef");
  const bool discovered = options != nullptr && sdk::get_bool(*options, "enableCredentialsDiscovey").value_or(false);
  const bool by_account = options != nullptr && sdk::find(*options, "serviceAccountCredentials") != nullptr;
  check_role(upstream, secret != nullptr, by_account, out);
  Json provider;
  if (secret != nullptr) {
    provider = keys_of_secret(*secret, resource, out);
  } else if (by_account) {
    provider = service_account(upstream);
  } else if (!discovered) {
    const bool role = !sdk::get_string(upstream, "roleArn").empty();
    return out.error({role ? "/roleArn" : "", "NoCredentials",
                      role ? "no AWS secret is named, and nobody is there who could assume the role"
                           : "no AWS secret is named, and there are no other credentials",
                      "",
                      "secretRef, or enableCredentialsDiscovey or serviceAccountCredentials in "
                      "Settings.gloo.awsOptions"});
  }
  Json config{{"serviceName", "lambda"}, {"region", sdk::get_string(upstream, "region")}};
  if (!provider.is_null()) config["credentialProvider"] = std::move(provider);
  emit(resource, config, out);
}

}  // namespace solder::plugins::aws_lambda
