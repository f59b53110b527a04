#include "core/host/services/google_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/base64.h"

namespace solder::host {

using nlohmann::json;
using std::chrono::system_clock;

namespace {

constexpr const char* kTokenUri = "https://oauth2.googleapis.com/token";
constexpr auto kLifetime = std::chrono::hours(1);  // the longest that Google takes
constexpr double kLastSecond = 4e9;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

// A key never asks for a pass phrase.
int no_passphrase(char*, int, int, void*) { return 0; }

int64_t seconds_of(system_clock::time_point at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

base::Result<std::string> rs256(const std::string& pem, const std::string& text) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
  ERR_clear_error();
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA)
    return base::invalid_argument("its private_key is no RSA key in PEM");
  const Context context(EVP_MD_CTX_new());
  size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::string signature;
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1 && (signature.resize(size), true) &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1;
  ERR_clear_error();
  if (!done) return base::invalid_argument("its private_key cannot sign");
  signature.resize(size);
  return signature;
}

}  // namespace

base::Result<GoogleKey> parse_google_key(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return base::invalid_argument("it is not the JSON of a service account's key");
  const auto member = [&](const char* name) {
    const auto at = document.find(name);
    return at != document.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  if (const std::string type = member("type"); type != "service_account") {
    return base::invalid_argument("it is not a service account's key: its type is not service_account");
  }
  GoogleKey key{member("client_email"), member("private_key"), member("private_key_id"), member("token_uri")};
  if (key.client_email.empty()) return base::invalid_argument("it has no client_email");
  if (key.private_key.empty()) return base::invalid_argument("it has no private_key");
  if (key.token_uri.empty()) key.token_uri = kTokenUri;
  return key;
}

base::Result<std::string> sign_assertion(const GoogleKey& key, const std::string& claim, const std::string& value,
                                         system_clock::time_point now) {
  json header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key.private_key_id.empty()) header["kid"] = key.private_key_id;
  const json claims{{"iss", key.client_email},
                    {"sub", key.client_email},
                    {"aud", key.token_uri},
                    {"iat", seconds_of(now)},
                    {claim, value},
                    {"exp", seconds_of(now + kLifetime)}};
  std::string text;
  try {
    text = base64_url(header.dump()) + "." + base64_url(claims.dump());
  } catch (const json::exception&) {
    return base::invalid_argument("it has a value that is not UTF-8");
  }
  const auto signature = rs256(key.private_key, text);
  if (!signature.ok()) return signature.status();
  return text + "." + base64_url(*signature);
}

std::string base64_url(std::string_view bytes) {
  std::string out = base::base64_encode(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

system_clock::time_point expiry_of(std::string_view jwt) {
  const size_t first = jwt.find('.');
  const size_t second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
  if (second == std::string_view::npos) return {};
  std::string claims(jwt.substr(first + 1, second - first - 1));
  std::replace(claims.begin(), claims.end(), '-', '+');
  std::replace(claims.begin(), claims.end(), '_', '/');
  while (claims.size() % 4 != 0) claims += '=';
  const auto decoded = base::base64_decode(claims);
  if (!decoded) return {};
  const json document = json::parse(*decoded, nullptr, false);
  const auto at = document.is_object() ? document.find("exp") : document.end();
  if (!document.is_object() || at == document.end() || !at->is_number()) return {};
  const auto seconds = at->get<double>();
  if (!(seconds > 0) || seconds > kLastSecond) return {};
  return system_clock::time_point(std::chrono::seconds(static_cast<int64_t>(seconds)));
}

}  // namespace solder::host
