// solder/sdk/aws.hpp - what plugins that ask Amazon's APIs have in common: regions, hosts, and whose keys the host
// signs with. Not included by sdk.hpp. Tested by tests/unit/sdk/aws_test.cc.
#ifndef SOLDER_SDK_AWS_HPP_
#define SOLDER_SDK_AWS_HPP_

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "solder/sdk/text.hpp"
#include "solder/services/http.h"

namespace solder::sdk {

inline bool is_aws_region(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
  });
}

// "lambda", "us-east-1" -> "lambda.us-east-1.amazonaws.com".
inline std::string aws_host(std::string_view service, std::string_view region) {
  const bool china = region.starts_with("cn-");
  return std::string(service) + "." + std::string(region) + (china ? ".amazonaws.com.cn" : ".amazonaws.com");
}

// Whose keys sign: those of a Secret, or of the machine, or of a role that is assumed with them.
struct AwsSigner {
  std::string region, secret_ns, secret_name, role, sts;  // empty: the machine's, none, that of the region

  auto operator<=>(const AwsSigner&) const = default;
  // Its texts are those of this, which must outlive it.
  [[nodiscard]] solder_http_auth auth(std::string_view service) const {
    solder_http_auth out{};
    out.size = sizeof out;
    out.kind = SOLDER_HTTP_SIGV4;
    if (!secret_name.empty()) out.secret = secret().c();
    out.service = str(service);
    out.region = str(region);
    out.role_arn = str(role);
    out.sts_endpoint = str(sts);
    return out;
  }
  // Without a name where there is none.
  [[nodiscard]] Ref secret() const { return secret_name.empty() ? Ref{} : Ref{"Secret", secret_ns, secret_name}; }
};

}  // namespace solder::sdk

#endif
