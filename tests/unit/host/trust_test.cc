// Whose plugins may run: those on a list, those signed with a known key, and all where nothing is asked.
#include "core/host/trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "core/base/base64.h"
#include "core/host/private_copy.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

class TrustTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::path(::testing::TempDir()) / "solder-trust-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static EVP_PKEY* make_key() { return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); }
  TrustedKey trusted(EVP_PKEY* key, const std::string& name) {
    const std::string path = (directory_ / name).string();
    FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_PUBKEY(file, key);
    std::fclose(file);
    auto read = read_trusted_key(path);
    EXPECT_TRUE(read.ok()) << read.status().message();
    return *read;
  }
  static std::string sign(EVP_PKEY* key, const std::string& bytes) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    size_t size = 64;
    std::string out(size, '\0');
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    EVP_MD_CTX_free(context);
    return out;
  }
  void write_signature(const std::string& bytes) { std::ofstream(file() + ".sig", std::ios::binary) << bytes; }
  [[nodiscard]] std::string file() const { return (directory_ / "a.so").string(); }
  // "by ..." or the reason.
  [[nodiscard]] std::string verdict(const Trust& trust, const std::string& bytes) const {
    const auto found = check_trust(trust, file(), bytes, content_hash(bytes));
    const auto* refusal = std::get_if<Refusal>(&found);
    return refusal != nullptr ? std::string(refusal->reason) : "by " + std::get<std::string>(found);
  }

  std::filesystem::path directory_;
};

TEST_F(TrustTest, WithoutAWishEveryFile) { EXPECT_EQ(verdict({}, "content"), "by "); }

TEST_F(TrustTest, ByHash) {
  const auto hash = read_trusted_hash("sha256:" + content_hash("content"));
  ASSERT_TRUE(hash.ok());
  EXPECT_EQ(verdict({{}, {*hash}}, "content"), "by hash");
  EXPECT_EQ(verdict({{}, {*hash}}, "other"), "NotTrusted");
  EXPECT_THAT(read_trusted_hash("abc").status().message(), HasSubstr("64 digits"));
}

TEST_F(TrustTest, BySignatureRawAndAsBase64) {
  EVP_PKEY* key = make_key();
  EVP_PKEY* stranger = make_key();
  const Trust trust{{trusted(stranger, "other.pem"), trusted(key, "release.pem")}, {}};
  EXPECT_EQ(verdict(trust, "content"), "NotTrusted");
  write_signature(sign(key, "content"));
  EXPECT_EQ(verdict(trust, "content"), "by key release.pem");
  EXPECT_EQ(verdict(trust, "changed"), "BadSignature");
  write_signature(base::base64_encode(sign(key, "content")) + "\n");
  EXPECT_EQ(verdict(trust, "content"), "by key release.pem");
  write_signature("nonsense");
  EXPECT_EQ(verdict(trust, "content"), "BadSignature");
  write_signature(sign(stranger, "content"));
  EXPECT_EQ(verdict({{trusted(key, "release.pem")}, {}}, "content"), "BadSignature");
  EVP_PKEY_free(key);
  EVP_PKEY_free(stranger);
}

TEST_F(TrustTest, OtherKeysAreRefused) {
  EVP_PKEY* rsa = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{2048});
  const std::string path = (directory_ / "rsa.pem").string();
  FILE* out = std::fopen(path.c_str(), "w");
  PEM_write_PUBKEY(out, rsa);
  std::fclose(out);
  EVP_PKEY_free(rsa);
  EXPECT_THAT(read_trusted_key(path).status().message(), HasSubstr("no Ed25519 key"));
  EXPECT_FALSE(read_trusted_key((directory_ / "none.pem").string()).ok());
}

}  // namespace
}  // namespace solder::host
