#include "keys.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

namespace solder::plugins::jwt {

using sdk::Json;

namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;

std::string base64url(const std::string& bytes) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<uint8_t>(byte);
    for (count += 8; count >= 6; count -= 6) out += kLetters[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kLetters[bits << (6 - count) & 63];
  return out;
}

// A number of the key in base64url, filled up to `size` bytes; empty: the key has none.
std::string number(const EVP_PKEY& key, const char* name, size_t size = 0) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(&key, name, &found) != 1) return "";
  const Number owned(found);
  std::string bytes(std::max(size, static_cast<size_t>(BN_num_bytes(found))), '\0');
  BN_bn2binpad(found, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return base64url(bytes);
}

struct Curve {
  const char* name;  // OpenSSL's
  const char* crv;
  size_t size;
};
constexpr std::array kCurves = {Curve{"prime256v1", "P-256", 32}, Curve{"secp384r1", "P-384", 48},
                                Curve{"secp521r1", "P-521", 66}};

Json elliptic(const EVP_PKEY& key) {
  std::array<char, 64> group{};
  if (EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), nullptr) != 1)
    return nullptr;
  for (const Curve& curve : kCurves) {
    if (std::string_view(group.data()) != curve.name) continue;
    return {{"kty", "EC"},
            {"crv", curve.crv},
            {"x", number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.size)},
            {"y", number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.size)}};
  }
  return nullptr;
}

Json edwards(const EVP_PKEY& key) {
  std::string bytes(32, '\0');
  size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(&key, reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1) return nullptr;
  return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url(bytes)}};
}

Json web_key(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "RSA"))
    return {{"kty", "RSA"}, {"n", number(key, OSSL_PKEY_PARAM_RSA_N)}, {"e", number(key, OSSL_PKEY_PARAM_RSA_E)}};
  if (EVP_PKEY_is_a(&key, "EC")) return elliptic(key);
  return EVP_PKEY_is_a(&key, "ED25519") ? edwards(key) : Json();
}

KeySet from_pem(const std::string& text) {
  if (text.find("PRIVATE KEY-----") != std::string::npos)
    return {nullptr, "this is a private key; tokens are checked with the public one"};
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Key key;
  if (text.find("BEGIN CERTIFICATE") != std::string::npos) {
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  } else {
    key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  }
  ERR_clear_error();
  if (!key) return {nullptr, "this PEM text holds no public key and no certificate"};
  Json found = web_key(*key);
  if (found.is_null())
    return {nullptr, "a key of this kind cannot check tokens; right are RSA, EC (P-256, P-384, P-521) and Ed25519"};
  return {{{"keys", Json::array({std::move(found)})}}, ""};
}

}  // namespace

KeySet read_keys(const std::string& text) {
  if (text.find("-----BEGIN ") != std::string::npos) return from_pem(text);
  Json json = sdk::parse_json(text);
  if (!json.is_object()) return {nullptr, "this is neither a PEM text nor a JSON Web Key"};
  if (json.contains("kty")) json = {{"keys", Json::array({json})}};
  const Json* keys = sdk::find(json, "keys");
  if (keys == nullptr || !keys->is_array() || keys->empty())
    return {nullptr, "this is no set of JSON Web Keys: it has no keys"};
  for (const Json& key : *keys) {
    if (!key.is_object() || sdk::get_string(key, "kty").empty())
      return {nullptr, "one of the keys has no kty, so that it is no JSON Web Key"};
  }
  return {{{"keys", *keys}}, ""};
}

}  // namespace solder::plugins::jwt
