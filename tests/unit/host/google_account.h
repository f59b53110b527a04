// A service account with a new key, and ID tokens that only say when they expire.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "core/host/services/google_key.h"

namespace solder::host {

inline EVP_PKEY* account_key() {
  static const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  return key.get();
}

inline std::string account_json() {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new(BIO_s_mem()), &BIO_free_all);
  PEM_write_bio_PrivateKey(bio.get(), account_key(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  const nlohmann::json account{{"type", "service_account"},
                               {"client_email", "caller@project"},
                               {"private_key_id", "key-1"},
                               {"private_key", std::string(text, static_cast<size_t>(size))},
                               {"token_uri", "https://token.example/here"}};
  return account.dump();
}

inline std::string id_token_until(std::chrono::system_clock::time_point end) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(end.time_since_epoch()).count();
  return "e30." + base64_url(nlohmann::json{{"exp", seconds}}.dump()) + ".signature";
}

}  // namespace solder::host
