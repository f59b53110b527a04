#include "core/host/trust.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "core/base/base64.h"

namespace solder::host {

namespace {

constexpr size_t kSignatureBytes = 64;
constexpr size_t kHashDigits = 64;
constexpr std::streamsize kMaxSignatureFile = 4096;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

Key parse_key(const std::string& pem) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

bool verifies(const TrustedKey& trusted, std::string_view bytes, const std::string& signature) {
  const Key key = parse_key(trusted.pem);
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  if (!key || !context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  const auto* data = [](const auto& text) { return reinterpret_cast<const unsigned char*>(text.data()); }(bytes);
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          data, bytes.size()) == 1;
}

// Nothing: there is no such file.
std::optional<std::string> read_small(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(kMaxSignatureFile, '\0');
  in.read(text.data(), kMaxSignatureFile);
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

std::optional<std::string> signature_of(const std::string& text) {
  if (text.size() == kSignatureBytes) return text;
  std::string letters;
  std::copy_if(text.begin(), text.end(), std::back_inserter(letters), [](unsigned char c) { return !std::isspace(c); });
  auto decoded = base::base64_decode(letters);
  return decoded && decoded->size() == kSignatureBytes ? std::move(decoded) : std::nullopt;
}

}  // namespace

base::Result<TrustedKey> read_trusted_key(const std::string& file) {
  const auto text = read_small(file);
  if (!text) return base::not_found("the public key " + file + " cannot be read: " + std::strerror(errno));
  const Key key = parse_key(*text);
  if (!key) return base::invalid_argument(file + " holds no public key in PEM; openssl pkey -pubout writes one");
  if (EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) {
    return base::invalid_argument("the key in " + file +
                                  " is no Ed25519 key; openssl genpkey -algorithm ed25519 makes one");
  }
  return TrustedKey{file.substr(file.rfind('/') + 1), *text};
}

base::Result<std::string> read_trusted_hash(const std::string& text) {
  std::string digits = text.rfind("sha256:", 0) == 0 ? text.substr(7) : text;
  std::transform(digits.begin(), digits.end(), digits.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool hex = std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c); });
  if (digits.size() == kHashDigits && hex) return digits;
  return base::invalid_argument("\"" + text + "\" is no SHA-256; right are the 64 digits that sha256sum prints");
}

std::variant<std::string, Refusal> check_trust(const Trust& trust, const std::string& file, std::string_view bytes,
                                               const std::string& sha256) {
  if (trust.keys.empty() && trust.hashes.empty()) return std::string();
  if (std::find(trust.hashes.begin(), trust.hashes.end(), sha256) != trust.hashes.end()) return std::string("hash");
  if (trust.keys.empty()) {
    return Refusal{reason::kNotTrusted, "its SHA-256 " + sha256 + " is not on the list of pluginTrust.hashes"};
  }
  const auto text = read_small(file + ".sig");
  if (!text) {
    return Refusal{reason::kNotTrusted, "it is not signed: there is no file " + file + ".sig, and its SHA-256 " +
                                            sha256 + " is not on the list"};
  }
  const auto signature = signature_of(*text);
  if (!signature) {
    return Refusal{reason::kBadSignature,
                   file + ".sig holds no Ed25519 signature; right are 64 bytes, raw or as base64"};
  }
  for (const TrustedKey& key : trust.keys) {
    if (verifies(key, bytes, *signature)) return "key " + key.name;
  }
  return Refusal{reason::kBadSignature, "no trusted key made the signature in " + file + ".sig for this content"};
}

}  // namespace solder::host
