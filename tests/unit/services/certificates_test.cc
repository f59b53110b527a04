// Certificates, keys and authorities, each wrong in one way. What is refused here was compared with what Envoy 1.40
// refuses in `--mode validate`.
#include "core/services/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

namespace solder::services::certificates_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kHour = 3600;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(length));
  BIO_free(bio);
  return text;
}

Key ec_key(const char* curve = "P-256") { return {EVP_EC_gen(curve), &EVP_PKEY_free}; }
Key rsa_key(size_t bits) { return {EVP_RSA_gen(bits), &EVP_PKEY_free}; }
Key ed25519_key() { return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free}; }

std::string key_pem(const Key& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio);
}

std::string encrypted_pem(const Key& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  return text_of(bio);
}

// A self-signed certificate, valid from and until so many seconds from now.
std::string certificate_pem(const Key& key, const char* name = "test", long from = -kHour, long until = kHour) {
  const Certificate made(X509_new(), &X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 7);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), until);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  const bool own_digest = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519;
  X509_sign(made.get(), key.get(), own_digest ? nullptr : EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, made.get());
  return text_of(bio);
}

std::vector<std::string> reasons(const std::vector<CertificateProblem>& problems) {
  std::vector<std::string> found;
  for (const auto& problem : problems) found.push_back((problem.warning ? "warning " : "") + problem.reason);
  return found;
}

class Certificates : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(0u, ERR_peek_error()) << "an error was left in OpenSSL's queue"; }

  std::vector<CertificateProblem> check(const std::string& certificate, const std::string& key) {
    return check_key_pair(certificate, key, now_);
  }
  std::string half(const std::string& text) { return text.substr(0, text.size() / 2); }

  const Time now_ = std::chrono::system_clock::now();
  const Key key_ = ec_key();
  const std::string certificate_ = certificate_pem(key_);
  const std::string key_text_ = key_pem(key_);
};

TEST_F(Certificates, GoodPairs) {
  for (const char* curve : {"P-256", "P-384", "P-521"}) {
    const Key key = ec_key(curve);
    EXPECT_THAT(check(certificate_pem(key), key_pem(key)), IsEmpty()) << curve;
  }
  const Key rsa = rsa_key(2048);
  EXPECT_THAT(check(certificate_pem(rsa), key_pem(rsa)), IsEmpty());
}

TEST_F(Certificates, TextAroundBlocksIsPassedOver) {
  EXPECT_THAT(check("issued to us\n" + certificate_ + "the end\n", "keep safe\n" + key_text_), IsEmpty());
}

TEST_F(Certificates, BothMissing) {
  EXPECT_THAT(reasons(check("", "")), ElementsAre("CertificateMissing", "KeyMissing"));
}

TEST_F(Certificates, TruncatedCertificate) {
  EXPECT_THAT(reasons(check(half(certificate_), key_text_)), ElementsAre("CertificateUnreadable"));
}

TEST_F(Certificates, TruncatedSecondCertificateOfAChain) {
  EXPECT_THAT(reasons(check(certificate_ + half(certificate_pem(ec_key())), key_text_)),
              ElementsAre("CertificateUnreadable"));
}

TEST_F(Certificates, TruncatedKey) {
  EXPECT_THAT(reasons(check(certificate_, half(key_text_))), ElementsAre("KeyUnreadable"));
}

TEST_F(Certificates, NotPem) {
  const auto problems = check("hello", "world");
  ASSERT_THAT(reasons(problems), ElementsAre("CertificateUnreadable", "KeyUnreadable"));
  EXPECT_THAT(problems[0].message, HasSubstr("holds no PEM block"));
}

TEST_F(Certificates, KeyAndCertificateChanged) {
  const auto problems = check(key_text_, certificate_);
  ASSERT_THAT(reasons(problems), ElementsAre("CertificateUnreadable", "KeyUnreadable"));
  EXPECT_THAT(problems[0].message, HasSubstr("holds a PRIVATE KEY where a CERTIFICATE is expected"));
  EXPECT_THAT(problems[1].message, HasSubstr("holds a CERTIFICATE where a PRIVATE KEY is expected"));
}

TEST_F(Certificates, EncryptedKey) {
  const auto problems = check(certificate_, encrypted_pem(key_));
  ASSERT_THAT(reasons(problems), ElementsAre("KeyUnreadable"));
  EXPECT_THAT(problems[0].message, HasSubstr("is encrypted"));
}

TEST_F(Certificates, KeyOfAnotherCertificate) {
  EXPECT_THAT(reasons(check(certificate_, key_pem(ec_key()))), ElementsAre("KeyMismatch"));
  EXPECT_THAT(reasons(check(certificate_, key_pem(rsa_key(2048)))), ElementsAre("KeyMismatch"));
}

TEST_F(Certificates, ChainMustStartWithTheLeaf) {
  const std::string other = certificate_pem(ec_key(), "intermediate");
  EXPECT_THAT(check(certificate_ + other, key_text_), IsEmpty());
  EXPECT_THAT(reasons(check(other + certificate_, key_text_)), ElementsAre("KeyMismatch"));
}

TEST_F(Certificates, SmallRsaKey) {
  const Key small = rsa_key(1024);
  EXPECT_THAT(reasons(check(certificate_pem(small), key_pem(small))), ElementsAre("KeyTooSmall"));
}

TEST_F(Certificates, OtherCurve) {
  const Key odd = ec_key("secp256k1");
  EXPECT_THAT(reasons(check(certificate_pem(odd), key_pem(odd))), ElementsAre("KeyUnsupported"));
}

TEST_F(Certificates, CurveSpelledOut) {
  const Key key = ec_key();
  EVP_PKEY_set_utf8_string_param(key.get(), "encoding", "explicit");
  EXPECT_THAT(reasons(check(certificate_pem(key), key_pem(key))), ElementsAre("KeyUnsupported"));
}

TEST_F(Certificates, Ed25519IsLoadedByEnvoyButNotUsable) {
  const Key key = ed25519_key();
  EXPECT_THAT(reasons(check(certificate_pem(key), key_pem(key))), ElementsAre("warning KeyUnsupported"));
}

TEST_F(Certificates, ExpiredAndNotYetValidAreServed) {
  EXPECT_THAT(reasons(check(certificate_pem(key_, "old", -2 * kHour, -kHour), key_text_)),
              ElementsAre("warning CertificateExpired"));
  EXPECT_THAT(reasons(check(certificate_pem(key_, "new", kHour, 2 * kHour), key_text_)),
              ElementsAre("warning CertificateNotYetValid"));
}

TEST_F(Certificates, TimeIsTheGivenOne) {
  const auto later = now_ + std::chrono::hours(2);
  EXPECT_THAT(reasons(check_key_pair(certificate_, key_text_, later)), ElementsAre("warning CertificateExpired"));
}

TEST_F(Certificates, MoreThanAMegabyteIsNotRead) {
  const std::string padding(1u << 20, ' ');
  EXPECT_THAT(reasons(check(certificate_ + padding, key_text_ + padding)),
              ElementsAre("CertificateUnreadable", "KeyUnreadable"));
}

TEST_F(Certificates, TrustedAuthorities) {
  const std::string other = certificate_pem(ec_key(), "other");
  EXPECT_THAT(check_trusted_ca(certificate_ + other, now_), IsEmpty());
  EXPECT_THAT(reasons(check_trusted_ca("", now_)), ElementsAre("CaMissing"));
  EXPECT_THAT(reasons(check_trusted_ca(half(certificate_), now_)), ElementsAre("CaUnreadable"));
  EXPECT_THAT(reasons(check_trusted_ca(certificate_ + half(other), now_)), ElementsAre("CaUnreadable"));
  EXPECT_THAT(reasons(check_trusted_ca(key_text_, now_)), ElementsAre("CaUnreadable"));
  EXPECT_THAT(reasons(check_trusted_ca(certificate_pem(key_, "old", -2 * kHour, -kHour), now_)),
              ElementsAre("warning CaExpired"));
}

TEST_F(Certificates, ThrowawayPairIsAGoodPair) {
  const auto pair = make_throwaway_key_pair("a name that is longer than the sixty-four characters of a common name");
  ASSERT_TRUE(pair.ok()) << pair.status().message();
  EXPECT_THAT(check(pair->certificate_pem, pair->key_pem), IsEmpty());
}

}  // namespace
}  // namespace solder::services::certificates_test
