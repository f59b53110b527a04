// A certificate and its key in files, for a TLS server, that may be replaced at any time: whoever connects next is
// shown the new pair. A pair that cannot be used, or of which only half was replaced yet, takes nothing away. Any
// thread. Tested by tests/unit/admission/server_test.cc.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>

#include "core/base/status.h"

namespace solder::admission {

class TlsFiles {
 public:
  // PEM: a chain, leaf first, and its key.
  TlsFiles(std::string certificate, std::string key);
  ~TlsFiles();
  TlsFiles(const TlsFiles&) = delete;
  TlsFiles& operator=(const TlsFiles&) = delete;

  // Whether there is a pair that can be used now.
  base::Status read();
  // Gives each connection the pair of the moment. This must outlive the context.
  void use_for(SSL_CTX& context);

 private:
  struct Pair;
  static int show(SSL* connection, void* self);
  base::Result<std::shared_ptr<const Pair>> load() const;
  [[nodiscard]] std::string stamp() const;

  const std::string certificate_, key_;
  std::mutex mutex_;
  std::shared_ptr<const Pair> pair_;
  std::string stamp_;  // of the files that were read last
};

}  // namespace solder::admission
