#include "source_settings.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tuple>

namespace solder::plugins::vault {

using sdk::Json;

namespace {

constexpr double kPeriod = 10, kShortest = 0.1, kLongest = 86400;  // seconds
constexpr const char* kServiceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

Value value_of(const Json& in, const char* text, const char* file) {
  return {sdk::get_string(in, text), sdk::get_string(in, file)};
}

std::string without_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  while (text.starts_with('/')) text.erase(0, 1);
  return text;
}

std::string text_or(const Json& in, const char* name, const char* otherwise) {
  std::string text = without_slashes(sdk::get_string(in, name));
  return text.empty() ? otherwise : text;
}

class Reader {
 public:
  Reader(const Json& value, std::string field, std::vector<FieldProblem>& problems)
      : in_(value), field_(std::move(field)), problems_(problems) {}

  SourceSettings read() {
    address();
    out_.vault_ns = without_slashes(sdk::get_string(in_, "namespace"));
    out_.prefix = text_or(in_, "pathPrefix", "secret");
    out_.root = text_or(in_, "rootKey", "gloo");
    out_.kv_version = sdk::get_uint(in_, "kvVersion").value_or(0);
    if (out_.kv_version > 2)
      wrong("/kvVersion", "InvalidValue", "there is no such version of the KV secrets engine", "1 or 2");
    const Json* tls = sdk::find(in_, "tlsConfig");
    tls != nullptr ? read_tls(*tls, "/tlsConfig") : read_tls(in_, "");
    method();
    aws_keys();
    return std::move(out_);
  }

 private:
  void wrong(const std::string& field, const char* reason, const std::string& message, const char* expected,
             const std::string& found = "", bool error = true) {
    problems_.push_back({field_ + field, reason, message, found, expected, error});
  }

  void address() {
    out_.address = sdk::get_string(in_, "address");
    while (out_.address.ends_with('/')) out_.address.pop_back();
    constexpr const char* kRight = "a URL such as https://vault.example.com:8200";
    if (out_.address.empty()) return wrong("/address", "MissingField", "Vault's address is not named", kRight);
    const size_t host = out_.address.find("://");
    const bool web = out_.address.starts_with("http://") || out_.address.starts_with("https://");
    if (!web || out_.address.find_first_of("/?#@ ", host + 3) != std::string::npos || out_.address.size() <= host + 3)
      wrong("/address", "InvalidValue", "Vault cannot be asked at this address", kRight, out_.address);
  }

  void read_tls(const Json& in, const std::string& field) {
    out_.tls = {sdk::get_string(in, "caCert"), sdk::get_string(in, "clientCert"), sdk::get_string(in, "clientKey"),
                sdk::get_bool(in, "insecure").value_or(false)};
    if (!sdk::get_string(in, "caPath").empty())
      wrong(field + "/caPath", "NotServed", "a directory of authorities is not read",
            "caCert: one file with all of them");
    if (!sdk::get_string(in, "tlsServerName").empty())
      wrong(field + "/tlsServerName", "NotServed", "Vault is asked under the name in its address",
            "an address with that name");
    if (out_.tls.certificate.empty() != out_.tls.key.empty())
      wrong(field + (out_.tls.key.empty() ? "/clientKey" : "/clientCert"), "MissingField",
            "a certificate and its key belong together", "both, or none");
  }

  void method() {
    const Json *app_role = sdk::find(in_, "appRole"), *kubernetes = sdk::find(in_, "kubernetes"),
               *aws = sdk::find(in_, "aws");
    if (app_role != nullptr) return read_app_role(*app_role);
    if (kubernetes != nullptr) return read_kubernetes(*kubernetes);
    if (aws != nullptr) return read_aws(*aws);
    out_.token = value_of(in_, "accessToken", "tokenFile");
    if (out_.token.text.empty() && out_.token.file.empty()) out_.token.text = sdk::get_string(in_, "token");
    if (out_.token.empty())
      wrong("/accessToken", "MissingField", "nothing says who asks Vault",
            "accessToken, tokenFile, appRole, kubernetes or aws");
  }

  void read_app_role(const Json& in) {
    out_.method = Method::kAppRole;
    out_.mount = text_or(in, "mountPath", "approle");
    out_.role_id = value_of(in, "roleId", "roleIdFile");
    out_.secret_id = value_of(in, "secretId", "secretIdFile");
    if (out_.role_id.empty())
      wrong("/appRole/roleId", "MissingField", "an AppRole is known by its role ID", "roleId or roleIdFile");
  }

  void read_kubernetes(const Json& in) {
    out_.method = Method::kKubernetes;
    out_.mount = text_or(in, "mountPath", "kubernetes");
    out_.role = sdk::get_string(in, "role");
    out_.token.file = sdk::get_string(in, "tokenFile");
    if (out_.token.file.empty()) out_.token.file = kServiceAccountToken;
    if (out_.role.empty()) wrong("/kubernetes/role", "MissingField", "a role of Vault's is logged in to", "its name");
  }

  void read_aws(const Json& in) {
    out_.method = Method::kAws;
    out_.mount = text_or(in, "mountPath", "aws");
    out_.role = sdk::get_string(in, "vaultRole");
    out_.region = sdk::get_string(in, "region");
    out_.server_id = sdk::get_string(in, "iamServerIdHeader");
    out_.access_key.text = sdk::get_string(in, "accessKeyId");
    out_.secret_key.text = sdk::get_string(in, "secretAccessKey");
    out_.session_token.text = sdk::get_string(in, "sessionToken");
    out_.increment = sdk::get_uint(in, "leaseIncrement").value_or(0);
    if (out_.access_key.empty() != out_.secret_key.empty())
      wrong(out_.access_key.empty() ? "/aws/accessKeyId" : "/aws/secretAccessKey", "MissingField",
            "an access key has two parts", "both, or none for those of Solder's environment");
  }

  void aws_keys() {
    const Json* list = sdk::find(in_, "awsCredentials");
    for (size_t i = 0; list != nullptr && list->is_array() && i < list->size(); ++i) {
      const Json& each = (*list)[i];
      const Json* secret = sdk::find(each, "secret");
      AwsKeysWish wish{without_slashes(sdk::get_string(each, "path")), "", ""};
      if (secret != nullptr) {
        wish.ns = sdk::get_string(*secret, "namespace");
        wish.name = sdk::get_string(*secret, "name");
      }
      const std::string field = "/awsCredentials/" + std::to_string(i);
      if (wish.path.empty())
        wrong(field + "/path", "MissingField", "keys are asked for at a path of Vault's", "such as aws/creds/lambda");
      if (wish.ns.empty() || wish.name.empty())
        wrong(field + "/secret", "MissingField", "the Secret that the keys become is not named",
              "its name and namespace");
      out_.aws_keys.push_back(std::move(wish));
    }
  }

  const Json& in_;
  const std::string field_;
  std::vector<FieldProblem>& problems_;
  SourceSettings out_;
};

void take(const Json& value, std::vector<SourceSettings>& all) {
  std::vector<FieldProblem> problems;
  auto source = read_source(value, "", problems);
  const bool usable = std::none_of(problems.begin(), problems.end(), [](const auto& each) { return each.error; });
  if (usable) all.push_back(std::move(source));
}

void take_settings(const Json& spec, std::vector<SourceSettings>& all) {
  // As in Gloo: who has secretOptions has said all.
  if (const Json* options = sdk::find(spec, "secretOptions"); options != nullptr && options->is_object()) {
    const Json* list = sdk::find(*options, "sources");
    for (const Json& each : list != nullptr && list->is_array() ? *list : Json::array()) {
      const Json* vault = each.is_object() ? sdk::find(each, "vault") : nullptr;
      if (vault != nullptr && vault->is_object()) take(*vault, all);
    }
    return;
  }
  if (const Json* vault = sdk::find(spec, "vaultSecretSource"); vault != nullptr && vault->is_object())
    take(*vault, all);
}

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(std::clamp(seconds, kShortest, kLongest) * 1000));
}

}  // namespace

SourceSettings read_source(const Json& value, const std::string& field, std::vector<FieldProblem>& problems) {
  return Reader(value, field, problems).read();
}

Sources read_sources(const Json& spec, const Json& config) {
  Sources out;
  double seconds = kPeriod;
  if (spec.is_object()) {
    take_settings(spec, out.all);
    if (const auto rate = sdk::get_duration(spec, "refreshRate"))
      seconds = static_cast<double>(rate->seconds) + rate->nanos / 1e9;
  }
  if (config.is_object()) {
    const Json* list = sdk::find(config, "sources");
    for (const Json& each : list != nullptr ? *list : Json::array()) take(each, out.all);
    seconds = sdk::get_number(config, "pollSeconds").value_or(seconds);
  }
  std::stable_sort(out.all.begin(), out.all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.address, a.root, a.prefix) < std::tie(b.address, b.root, b.prefix);
  });
  out.period = milliseconds_of(seconds);
  return out;
}

namespace {

constexpr std::array kMembers{"address",    "accessToken", "token",         "tokenFile",     "appRole",
                              "kubernetes", "aws",         "namespace",     "rootKey",       "pathPrefix",
                              "kvVersion",  "tlsConfig",   "tlsServerName", "caCert",        "caPath",
                              "clientCert", "clientKey",   "insecure",      "awsCredentials"};

// Settings are checked by their schema; the configuration has none.
void check_members(const Json& source, const std::string& where) {
  for (const auto& [name, value] : source.items()) {
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end())
      throw std::invalid_argument("unknown: " + where + "/" + name + "; right are the members of vaultSecretSource");
  }
}

}  // namespace

void check_config(const Json& config) {
  if (!config.is_object()) return;
  for (const auto& [name, value] : config.items()) {
    if (name == "pollSeconds" && value.is_number() && value >= kShortest && value <= kLongest) continue;
    if (name == "keepOnDisk" && value.is_boolean()) continue;
    const bool list = name == "sources" && value.is_array() &&
                      std::all_of(value.begin(), value.end(), [](const Json& each) { return each.is_object(); });
    if (!list)
      throw std::invalid_argument(
          "unknown, of the wrong type or out of its range: " + name +
          "; right are pollSeconds (a number from 0.1 to 86400), keepOnDisk (true or false) and "
          "sources (a list of maps)");
    for (size_t i = 0; i < value.size(); ++i) {
      const std::string where = "sources/" + std::to_string(i);
      std::vector<FieldProblem> problems;
      check_members(value[i], where);
      read_source(value[i], where, problems);
      if (!problems.empty())
        throw std::invalid_argument(problems[0].field + ": " + problems[0].message + "; right is " +
                                    problems[0].expected);
    }
  }
}

}  // namespace solder::plugins::vault
