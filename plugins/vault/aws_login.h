// Logging in at Vault as somebody of AWS's: a request to STS that says who asks, signed and not sent; Vault sends it.
// Source: Vault's documentation of the AWS auth method, "IAM authentication", and Signature Version 4. Tested by
// tests/unit/vault/aws_login_test.cc and tests/e2e/vault_test.py.
#pragma once

#include <ctime>
#include <string>

#include "source_settings.h"

namespace solder::plugins::vault {

struct AwsIdentity {
  std::string access_key, secret_key, session_token;
};

// The body of the login. Keys are those of the settings, else of the environment; throws std::runtime_error where there
// are none.
std::string aws_login_body(const SourceSettings& settings);
// The same for certain keys at a certain time.
std::string aws_login_body(const SourceSettings& settings, const AwsIdentity& keys, std::time_t now);

}  // namespace solder::plugins::vault
