// solder/sdk/checked.hpp - members of a value that Envoy takes in a range only: read, or reported with where they
// stand. The schema cannot say these: a duration has no range there. Not in sdk.hpp: it wants nlohmann/json. Tested by
// plugins/health/testdata and plugins/connection/testdata.
#ifndef SOLDER_SDK_CHECKED_HPP_
#define SOLDER_SDK_CHECKED_HPP_

#include <arpa/inet.h>

#include <optional>
#include <string>

#include "solder/sdk/json.hpp"
#include "solder/sdk/out.hpp"

namespace solder::sdk {

// What a duration may be: everything but negative ones, or only what is above zero.
enum class Least { kZero, kAboveZero };

// The duration under `name`; nothing where there is none, or where it is too small, which is reported at
// `field` + "/" + `name`.
inline std::optional<Duration> checked_duration(const Json& object, const char* name, Least least,
                                                const std::string& field, Out& out) {
  const auto duration = get_duration(object, name);
  if (!duration) return std::nullopt;
  if (*duration > Duration{} || (least == Least::kZero && *duration == Duration{})) return duration;
  out.error({field + "/" + name, "InvalidDuration",
             least == Least::kZero ? "a duration is not below zero here" : "this must be above zero",
             get_string(object, name), least == Least::kZero ? "0s or more" : "such as 5s"});
  return std::nullopt;
}

// Whether the text is an IPv4 or IPv6 address, without brackets and port.
inline bool is_ip_address(const std::string& text) {
  in6_addr room;  // for either
  return inet_pton(AF_INET, text.c_str(), &room) == 1 || inet_pton(AF_INET6, text.c_str(), &room) == 1;
}

}  // namespace solder::sdk

#endif
