// A service account's key as Google's console writes it (JSON), and the assertions that it signs: JWTs by RS256, which
// Google's token endpoint exchanges for tokens. Pure but for the time it is told; nothing here is logged.
// Tested by tests/unit/host/google_key_test.cc.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace solder::host {

// The values of a Secret that such a key stands under, as Google's documentation calls the file; the first counts.
inline constexpr const char* kGoogleKeyNames[] = {"service-account.json", "key.json"};

struct GoogleKey {
  std::string client_email, private_key, private_key_id, token_uri;
};

// What is wrong is said without a value of the key.
base::Result<GoogleKey> parse_google_key(std::string_view json);

// `claim` and `value` say what is wanted: target_audience of an ID token, scope of an access token.
base::Result<std::string> sign_assertion(const GoogleKey& key, const std::string& claim, const std::string& value,
                                         std::chrono::system_clock::time_point now);

// base64 with "-" and "_", without padding, as in JWTs.
std::string base64_url(std::string_view bytes);

// When a JWT expires, by its own words, which nobody has verified; the epoch: it is no JWT.
std::chrono::system_clock::time_point expiry_of(std::string_view jwt);

}  // namespace solder::host
