#include "core/services/certificates.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace solder::services {

namespace {

constexpr size_t kMaxPemBytes = 1u << 20;
constexpr int kMinRsaBits = 2048;
constexpr size_t kMaxCertificates = 1000;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

Bio reader(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// OpenSSL's own words for the first error of its queue, which is emptied.
std::string openssl_words() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
  return words == nullptr ? "unknown error" : words;
}

// A key never asks for a pass phrase.
int no_passphrase(char*, int, int, void*) { return 0; }

// What kind of PEM block stands first, for messages: "PRIVATE KEY".
std::string first_block(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  const size_t begin = pem.find(kBegin);
  if (begin == std::string_view::npos) return "";
  const size_t from = begin + kBegin.size();
  const size_t end = pem.find("-----", from);
  return end == std::string_view::npos ? "" : std::string(pem.substr(from, end - from));
}

std::string why_unreadable(std::string_view pem, std::string_view wanted) {
  if (pem.size() > kMaxPemBytes) return "it is larger than 1 MB";
  const std::string block = first_block(pem);
  if (block.empty()) return "it holds no PEM block; \"-----BEGIN " + std::string(wanted) + "-----\" is expected";
  if (block.find("ENCRYPTED") != std::string::npos || pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos)
    return "it is encrypted; Envoy has no pass phrase for it, a key without one is expected";
  if (block.find(wanted) == std::string::npos)
    return "it holds a " + block + " where a " + std::string(wanted) + " is expected";
  return "its " + block + " block is damaged or cut short (" + openssl_words() + ")";
}

// Every certificate of the text; none where one of them cannot be read.
std::vector<Certificate> read_certificates(std::string_view pem) {
  ERR_clear_error();
  std::vector<Certificate> certificates;
  if (pem.size() > kMaxPemBytes) return certificates;
  const Bio bio = reader(pem);
  while (certificates.size() < kMaxCertificates) {
    // The AUX form also reads OpenSSL's "TRUSTED CERTIFICATE" blocks, as Envoy does.
    Certificate next(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr));
    if (!next) break;
    certificates.push_back(std::move(next));
  }
  const unsigned long last = ERR_peek_last_error();
  // Having come to the end of the text is how reading a bundle ends; anything else is a damaged block.
  const bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (!at_end) {
    certificates.clear();
  } else {
    ERR_clear_error();
  }
  return certificates;
}

std::string day(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable time";
  char text[32];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return std::string(text, length);
}

std::string subject(const X509& certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long length = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<size_t>(length));
}

void check_validity(const X509& certificate, Time now, const char* prefix, std::vector<CertificateProblem>& problems) {
  std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  if (X509_cmp_time(X509_get0_notAfter(&certificate), &seconds) < 0) {
    problems.push_back(
        {std::string(prefix) + "Expired",
         "the certificate of " + subject(certificate) + " expired at " + day(X509_get0_notAfter(&certificate)), true});
  }
  if (X509_cmp_time(X509_get0_notBefore(&certificate), &seconds) > 0) {
    problems.push_back(
        {std::string(prefix) + "NotYetValid",
         "the certificate of " + subject(certificate) + " is valid only from " + day(X509_get0_notBefore(&certificate)),
         true});
  }
}

// Whether the key spells its curve out instead of naming it, which BoringSSL does not read.
bool explicit_curve(EVP_PKEY& key) {
  char encoding[32] = "";
  EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof encoding, nullptr);
  return std::string_view(encoding) == OSSL_PKEY_EC_ENCODING_EXPLICIT;
}

// Envoy serves RSA from 2048 bits and ECDSA on three curves. Ed25519 it loads, but offers no signature algorithm for
// it; anything else it refuses with the whole listener.
void check_strength(EVP_PKEY& key, std::vector<CertificateProblem>& problems) {
  const int type = EVP_PKEY_get_base_id(&key);
  if (type == EVP_PKEY_RSA) {
    if (const int bits = EVP_PKEY_get_bits(&key); bits < kMinRsaBits) {
      problems.push_back(
          {"KeyTooSmall",
           "the RSA key has " + std::to_string(bits) + " bits; Envoy takes " + std::to_string(kMinRsaBits) + " or more",
           false});
    }
    return;
  }
  if (type == EVP_PKEY_EC) {
    char curve[64] = "";
    size_t length = 0;
    EVP_PKEY_get_group_name(&key, curve, sizeof curve, &length);
    const std::string name(curve, length);
    if (explicit_curve(key)) {
      problems.push_back(
          {"KeyUnsupported",
           "the key spells out the parameters of its curve; Envoy takes curves by name (P-256, P-384 and "
           "P-521)",
           false});
      return;
    }
    if (name == "prime256v1" || name == "P-256" || name == "secp384r1" || name == "P-384" || name == "secp521r1" ||
        name == "P-521") {
      return;
    }
    problems.push_back(
        {"KeyUnsupported", "the key is on curve " + name + "; Envoy takes P-256, P-384 and P-521", false});
    return;
  }
  const char* name = EVP_PKEY_get0_type_name(&key);
  problems.push_back(
      {"KeyUnsupported",
       "the key is of type " + std::string(name == nullptr ? "unknown" : name) + "; Envoy takes RSA and ECDSA",
       type == EVP_PKEY_ED25519});
}

Key read_key(std::string_view pem, std::vector<CertificateProblem>& problems) {
  ERR_clear_error();
  if (pem.empty()) {
    problems.push_back({"KeyMissing", "there is no private key (tls.key)", false});
    return nullptr;
  }
  Key key;
  if (pem.size() <= kMaxPemBytes) {
    const Bio bio = reader(pem);
    key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  }
  if (!key)
    problems.push_back(
        {"KeyUnreadable", "the private key cannot be read: " + why_unreadable(pem, "PRIVATE KEY"), false});
  ERR_clear_error();
  return key;
}

std::string to_pem(const Bio& bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(length));
}

}  // namespace

std::vector<CertificateProblem> check_key_pair(std::string_view certificate_pem, std::string_view key_pem, Time now) {
  std::vector<CertificateProblem> problems;
  std::vector<Certificate> chain;
  if (certificate_pem.empty()) {
    problems.push_back({"CertificateMissing", "there is no certificate (tls.crt)", false});
  } else {
    chain = read_certificates(certificate_pem);
    if (chain.empty()) {
      problems.push_back({"CertificateUnreadable",
                          "the certificate cannot be read: " + why_unreadable(certificate_pem, "CERTIFICATE"), false});
    }
  }
  const Key key = read_key(key_pem, problems);
  if (!chain.empty()) {
    for (const auto& certificate : chain) check_validity(*certificate, now, "Certificate", problems);
    EVP_PKEY* own = X509_get0_pubkey(chain.front().get());
    if (own == nullptr) {
      problems.push_back(
          {"CertificateUnreadable", "the certificate's public key cannot be read: " + openssl_words(), false});
    } else {
      check_strength(*own, problems);
    }
    if (key && own != nullptr && EVP_PKEY_eq(own, key.get()) != 1) {
      problems.push_back(
          {"KeyMismatch", "the private key does not belong to the certificate of " + subject(*chain.front()), false});
    }
  }
  ERR_clear_error();
  return problems;
}

std::vector<CertificateProblem> check_trusted_ca(std::string_view pem, Time now) {
  std::vector<CertificateProblem> problems;
  if (pem.empty()) {
    problems.push_back({"CaMissing", "there is no certificate authority (ca.crt)", false});
    return problems;
  }
  const auto bundle = read_certificates(pem);
  if (bundle.empty()) {
    problems.push_back(
        {"CaUnreadable", "the certificate authority cannot be read: " + why_unreadable(pem, "CERTIFICATE"), false});
  }
  for (const auto& certificate : bundle) check_validity(*certificate, now, "Ca", problems);
  return problems;
}

base::Result<KeyPair> make_throwaway_key_pair(const std::string& common_name) {
  ERR_clear_error();
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate) return base::internal_error("OpenSSL cannot make a key: " + openssl_words());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24L * 3600);
  X509_set_pubkey(certificate.get(), key.get());
  // A common name is at most 64 characters long (X.520).
  const std::string name = common_name.substr(0, 64);
  X509_NAME* subject_name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject_name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), subject_name);
  const Bio certificate_out(BIO_new(BIO_s_mem()));
  const Bio key_out(BIO_new(BIO_s_mem()));
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0 ||
      PEM_write_bio_X509(certificate_out.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return base::internal_error("OpenSSL cannot make a certificate: " + openssl_words());
  }
  return KeyPair{to_pem(certificate_out), to_pem(key_out)};
}

}  // namespace solder::services
