#include "aws_login.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>
#include <map>
#include <stdexcept>

#include "solder/sdk/aws.hpp"
#include "solder/sdk/base64.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::vault {

using sdk::Json;

namespace {

constexpr const char* kBody = "Action=GetCallerIdentity&Version=2011-06-15";
constexpr const char* kServerId = "x-vault-aws-iam-server-id";

std::string hash(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string keyed_hash(const std::string& key, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string hex(const std::string& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes) out += {kDigits[c >> 4U], kDigits[c & 15U]};
  return out;
}

std::string time_text(std::time_t now, const char* format) {
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> out{};
  return {out.data(), std::strftime(out.data(), out.size(), format, &parts)};
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// `headers` by their names in small letters; host is among them.
std::string authorization(const std::map<std::string, std::string>& headers, const std::string& region,
                          const AwsIdentity& keys, std::time_t now) {
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string request = std::string("POST\n/\n\n") + lines + "\n" + names + "\n" + hex(hash(kBody));
  const std::string day = time_text(now, "%Y%m%d"), scope = day + "/" + region + "/sts/aws4_request";
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + headers.at("x-amz-date") + "\n" + scope + "\n" + hex(hash(request));
  std::string key = "AWS4" + keys.secret_key;
  for (const std::string& part : {day, region, std::string("sts"), std::string("aws4_request")})
    key = keyed_hash(key, part);
  return "AWS4-HMAC-SHA256 Credential=" + keys.access_key + "/" + scope + ", SignedHeaders=" + names +
         ", Signature=" + hex(keyed_hash(key, to_sign));
}

}  // namespace

std::string aws_login_body(const SourceSettings& settings) {
  AwsIdentity keys{settings.access_key.text, settings.secret_key.text, settings.session_token.text};
  if (keys.access_key.empty())
    keys = {environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"), environment("AWS_SESSION_TOKEN")};
  if (keys.access_key.empty() || keys.secret_key.empty())
    throw std::runtime_error("there are no keys of AWS's, neither in Settings nor in Solder's environment");
  return aws_login_body(settings, keys, std::time(nullptr));
}

std::string aws_login_body(const SourceSettings& settings, const AwsIdentity& keys, std::time_t now) {
  const std::string region = settings.region.empty() ? "us-east-1" : settings.region;
  const std::string host = settings.region.empty() ? "sts.amazonaws.com" : sdk::aws_host("sts", region);
  std::map<std::string, std::string> headers{{"host", host},
                                             {"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                                             {"x-amz-date", time_text(now, "%Y%m%dT%H%M%SZ")}};
  if (!keys.session_token.empty()) headers["x-amz-security-token"] = keys.session_token;
  if (!settings.server_id.empty()) headers[kServerId] = settings.server_id;
  headers["authorization"] = authorization(headers, region, keys, now);
  Json sent = Json::object();
  for (const auto& [name, value] : headers) sent[name] = Json::array({value});
  Json body{{"iam_http_request_method", "POST"},
            {"iam_request_url", sdk::encode_base64("https://" + host + "/")},
            {"iam_request_body", sdk::encode_base64(kBody)},
            {"iam_request_headers", sdk::encode_base64(sent.dump())}};
  if (!settings.role.empty()) body["role"] = settings.role;
  return body.dump();
}

}  // namespace solder::plugins::vault
