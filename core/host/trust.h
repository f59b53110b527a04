// Whether a plugin file may be run at all, where the operator asks: its content is on a list, or signed with a key that
// is trusted. Looked at before anything of the file is mapped. A signature is 64 bytes of Ed25519 over the whole file,
// raw or as base64, in FILE.sig: what `openssl pkeyutl -sign -rawin` writes. Any thread.
// Tested by tests/unit/host/trust_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/status.h"
#include "core/host/refusal.h"

namespace solder::host {

struct TrustedKey {
  std::string name;  // of its file, for the audit log
  std::string pem;
};

// Neither keys nor hashes: every file is trusted.
struct Trust {
  std::vector<TrustedKey> keys;
  std::vector<std::string> hashes;  // SHA-256 in hex digits
};

// A public key in PEM (`openssl pkey -pubout`); anything but Ed25519 is refused.
base::Result<TrustedKey> read_trusted_key(const std::string& file);
// 64 hex digits in small letters, or what is wrong.
base::Result<std::string> read_trusted_hash(const std::string& text);

// By whom the file is trusted ("key NAME", "hash"; empty where nothing is asked), or NotTrusted or BadSignature.
std::variant<std::string, Refusal> check_trust(const Trust& trust, const std::string& file, std::string_view bytes,
                                               const std::string& sha256);

}  // namespace solder::host
