// Which Vaults are read, from Gloo's Settings (`vaultSecretSource`, `secretOptions`) and the plugin's configuration,
// which have one shape. Source: Gloo's settings.proto, VaultSecrets. Tested by
// tests/unit/vault/source_settings_test.cc and plugins/vault/testdata.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "solder/sdk/json.hpp"

namespace solder::plugins::vault {

// A value that stands in Settings or in a file.
struct Value {
  std::string text, file;

  [[nodiscard]] bool empty() const { return text.empty() && file.empty(); }
  bool operator==(const Value&) const = default;
};

// Files. Without any of them: the machine's authorities.
struct Tls {
  std::string ca, certificate, key;
  bool insecure = false;

  bool operator==(const Tls&) const = default;
};

// Temporary keys of AWS that Vault makes, as a Secret.
struct AwsKeysWish {
  std::string path;  // "aws/creds/lambda"
  std::string ns, name;

  bool operator==(const AwsKeysWish&) const = default;
};

enum class Method { kToken, kAppRole, kKubernetes, kAws };

struct SourceSettings {
  std::string address;   // "https://vault:8200"
  std::string vault_ns;  // of Vault Enterprise
  std::string prefix = "secret", root = "gloo";
  uint64_t kv_version = 0;  // 0: Vault is asked
  Tls tls;
  Method method = Method::kToken;
  Value token;                                  // kToken; kKubernetes: that of the service account
  std::string mount, role;                      // of the other methods
  Value role_id, secret_id;                     // kAppRole
  Value access_key, secret_key, session_token;  // kAws; empty: those of Solder's environment
  std::string region, server_id;
  uint64_t increment = 0;  // seconds that a token is to be renewed for; 0: as Vault likes
  std::vector<AwsKeysWish> aws_keys;

  bool operator==(const SourceSettings&) const = default;
  // "https://vault:8200 secret/gloo", for people.
  [[nodiscard]] std::string shown() const { return address + " (" + prefix + "/" + root + ")"; }
};

// What is wrong, below the value that was read.
struct FieldProblem {
  std::string field, reason, message, found, expected;
  bool error = true;
};

// One Vault. With errors among the problems it cannot be used.
SourceSettings read_source(const sdk::Json& value, const std::string& field, std::vector<FieldProblem>& problems);

struct Sources {
  std::vector<SourceSettings> all;  // in Gloo's order: the first that has a Secret counts
  std::chrono::milliseconds period{0};
};
// `spec`: that of Settings, or null. `config`: the plugin's. What cannot be used is left out.
Sources read_sources(const sdk::Json& spec, const sdk::Json& config);

// The plugin's configuration; throws std::invalid_argument where it cannot be read.
void check_config(const sdk::Json& config);

}  // namespace solder::plugins::vault
