#include "core/admission/tls_files.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/services/certificates.h"

namespace solder::admission {

namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;

base::Result<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::not_found(path + ": " + std::strerror(errno));
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

Bio over(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string stamp_of(const std::string& path) {
  struct stat is {};
  if (::stat(path.c_str(), &is) != 0) return "-";
  return std::to_string(is.st_ino) + "." + std::to_string(is.st_size) + "." + std::to_string(is.st_mtim.tv_sec) + "." +
         std::to_string(is.st_mtim.tv_nsec);
}

}  // namespace

struct TlsFiles::Pair {
  Certificate leaf;
  std::unique_ptr<EVP_PKEY, Free> key;
  std::unique_ptr<STACK_OF(X509), Free> chain;
};

TlsFiles::TlsFiles(std::string certificate, std::string key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}
TlsFiles::~TlsFiles() = default;

std::string TlsFiles::stamp() const { return stamp_of(certificate_) + " " + stamp_of(key_); }

base::Result<std::shared_ptr<const TlsFiles::Pair>> TlsFiles::load() const {
  const auto certificate = content_of(certificate_);
  if (!certificate.ok()) return certificate.status();
  const auto key = content_of(key_);
  if (!key.ok()) return key.status();
  for (const auto& problem : services::check_key_pair(*certificate, *key, std::chrono::system_clock::now())) {
    if (!problem.warning) return base::invalid_argument(certificate_ + ": " + problem.message);
  }
  auto pair = std::make_shared<Pair>();
  const Bio certificates = over(*certificate), private_key = over(*key);
  pair->leaf.reset(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
  pair->key.reset(PEM_read_bio_PrivateKey(private_key.get(), nullptr, nullptr, nullptr));
  pair->chain.reset(sk_X509_new_null());
  if (!pair->leaf || !pair->key || !pair->chain) return base::invalid_argument(certificate_ + ": it cannot be read");
  while (X509* next = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr))
    sk_X509_push(pair->chain.get(), next);
  ERR_clear_error();  // that there are no more is no error
  return std::shared_ptr<const Pair>(std::move(pair));
}

base::Status TlsFiles::read() {
  const std::lock_guard lock(mutex_);
  std::string now = stamp();
  if (pair_ && now == stamp_) return {};
  stamp_ = std::move(now);
  auto pair = load();
  if (!pair.ok()) return pair.status();
  pair_ = std::move(*pair);
  return {};
}

void TlsFiles::use_for(SSL_CTX& context) {
  SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  SSL_CTX_set_cert_cb(&context, &TlsFiles::show, this);
}

int TlsFiles::show(SSL* connection, void* self) {
  auto& files = *static_cast<TlsFiles*>(self);
  if (const auto status = files.read(); !status.ok())
    spdlog::warn("validation: {}; the certificate of before is shown", status.message());
  std::shared_ptr<const Pair> pair;
  {
    const std::lock_guard lock(files.mutex_);
    pair = files.pair_;
  }
  if (!pair) return 0;
  return SSL_use_cert_and_key(connection, pair->leaf.get(), pair->key.get(), pair->chain.get(), 1);
}

}  // namespace solder::admission
