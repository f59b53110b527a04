// AWS Signature Version 4 over one request, as Amazon describes it. libcurl's own of 7.88 sorts no query and would
// take a path as it is. Tested by tests/unit/host/sigv4_test.cc with Amazon's published examples.
#pragma once

#include <chrono>
#include <string>

#include "core/host/services/http_client.h"

namespace solder::host {

struct AwsKeys {
  std::string access_key, secret_key;
  std::string session_token;  // of temporary keys
};

// Adds x-amz-date, authorization and, for temporary keys, x-amz-security-token.
void sign_v4(HttpRequest& request, const AwsKeys& keys, const std::string& service, const std::string& region,
             std::chrono::system_clock::time_point now);

// "2026-11-28T09:00:00Z" and the like; the epoch where it cannot be read.
std::chrono::system_clock::time_point parse_utc(const std::string& text);

}  // namespace solder::host
