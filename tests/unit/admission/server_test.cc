// Reviews over TLS: what is answered, and certificates that are replaced while it runs.
#include "core/admission/server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>

#include "core/services/certificates.h"

namespace solder::admission {
namespace {

constexpr const char* kReview =
    R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE"}})";

class AdmissionServer : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(directory);
    write("first.test");
    start();
  }
  void TearDown() override {
    server.reset();
    std::filesystem::remove_all(directory);
  }
  void start() {
    auto started = Server::start({"127.0.0.1:0", directory / "crt", directory / "key"},
                                 [this](const Review&) -> base::Result<Verdict> {
                                   if (!status.ok()) return status;
                                   return verdict;
                                 });
    ASSERT_TRUE(started.ok()) << started.status().message();
    server = std::move(*started);
  }
  void write(const std::string& name) {
    const auto pair = services::make_throwaway_key_pair(name);
    put("crt", pair->certificate_pem);
    put("key", pair->key_pem);
  }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(directory / (name + ".new")) << text;
    std::filesystem::rename(directory / (name + ".new"), directory / name);
  }
  [[nodiscard]] std::unique_ptr<httplib::SSLClient> client() const {
    auto out = std::make_unique<httplib::SSLClient>("127.0.0.1", server->port());
    out->enable_server_certificate_verification(false);
    return out;
  }
  // What a new connection is shown.
  [[nodiscard]] std::string name_shown() const {
    const auto one = client();
    const auto answer = one->Post("/validation", kReview, "application/json");
    if (!answer) return "nothing";
    const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    const std::unique_ptr<BIO, void (*)(BIO*)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
    BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(server->port())).c_str());
    if (BIO_do_handshake(bio.get()) != 1) return "no handshake";
    SSL* ssl = nullptr;
    BIO_get_ssl(bio.get(), &ssl);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(ssl), X509_free);
    std::array<char, 100> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(), name.size());
    return name.data();
  }

  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("solder-admission-" + std::to_string(::getpid()));
  base::Status status;
  Verdict verdict;
  std::unique_ptr<Server> server;
};

TEST_F(AdmissionServer, AnswersReviews) {
  auto answer = client()->Post("/validation", kReview, "application/json");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find(R"("allowed":true)"), std::string::npos);
  verdict = {false, "no such upstream", {}};
  answer = client()->Post("/validation", kReview, "application/json");
  EXPECT_NE(answer->body.find("no such upstream"), std::string::npos);
}

TEST_F(AdmissionServer, WhatItCannotSayIsNoVerdict) {
  EXPECT_EQ(client()->Post("/validation", "{}", "application/json")->status, 400);
  EXPECT_EQ(client()->Get("/validation")->status, 404);
  status = base::unavailable("starting");
  EXPECT_EQ(client()->Post("/validation", kReview, "application/json")->status, 503);
}

TEST_F(AdmissionServer, ACertificateThatIsReplacedIsShownToWhoComesNext) {
  EXPECT_EQ(name_shown(), "first.test");
  write("second.test");
  EXPECT_EQ(name_shown(), "second.test");
}

TEST_F(AdmissionServer, HalfAPairTakesNothingAway) {
  const auto other = services::make_throwaway_key_pair("other.test");
  put("crt", other->certificate_pem);
  EXPECT_EQ(name_shown(), "first.test");
  put("key", other->key_pem);
  EXPECT_EQ(name_shown(), "other.test");
}

TEST_F(AdmissionServer, DoesNotStartWithoutAPair) {
  put("key", "nothing");
  EXPECT_FALSE(
      Server::start({"127.0.0.1:0", directory / "crt", directory / "key"}, [](const Review&) -> base::Result<Verdict> {
        return Verdict{};
      }).ok());
}

}  // namespace
}  // namespace solder::admission
