// What is wrong with certificates and keys, before Envoy sees them: everything that Envoy would refuse is an error
// here, so that one bad secret costs its own users and nobody else. Pure but for the clock that is given; any thread.
// Source: Envoy, "TLS certificate selection" and its BoringSSL context (RSA keys of at least 2048 bits, ECDSA
// P-256/384/521). Tested by tests/unit/services/certificates_test.cc.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace solder::services {

struct CertificateProblem {
  std::string reason;    // stable word: "KeyMismatch"
  std::string message;   // one sentence
  bool warning = false;  // Envoy serves it all the same
};

using Time = std::chrono::system_clock::time_point;

// A certificate chain (leaf first) with its key, both PEM.
std::vector<CertificateProblem> check_key_pair(std::string_view certificate_pem, std::string_view key_pem, Time now);
// A bundle of trusted certificate authorities, PEM.
std::vector<CertificateProblem> check_trusted_ca(std::string_view pem, Time now);

struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
};
// A self-signed pair that is good for nothing but letting a configuration without its secrets be validated.
base::Result<KeyPair> make_throwaway_key_pair(const std::string& common_name);

}  // namespace solder::services
