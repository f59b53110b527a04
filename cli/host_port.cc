#include "cli/host_port.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace solder::cli {

namespace {

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_name(const std::string& host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace

base::Result<HostPort> parse_host_port(const std::string& text, const std::string& what, bool any_port) {
  const auto wrong = [&](const std::string& why) {
    return base::invalid_argument(what + ": found \"" + text + "\", " + why +
                                  "; expected HOST:PORT, such as 127.0.0.1:9977 or [::1]:9977");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong("which has no port");
  HostPort parsed;
  parsed.host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  const bool bracketed = parsed.host.size() > 2 && parsed.host.front() == '[' && parsed.host.back() == ']';
  if (bracketed) parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  if (parsed.host.empty()) return wrong("which has no host");
  if (bracketed != is_ipv6(parsed.host)) {
    return wrong(bracketed ? "where the brackets hold no IPv6 address" : "where an IPv6 address needs brackets");
  }
  parsed.is_address = bracketed || is_ipv4(parsed.host);
  if (!parsed.is_address && !is_name(parsed.host)) return wrong("whose host is neither an address nor a name");
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (error != std::errc() || end != port.data() + port.size() || (parsed.port == 0 && !any_port)) {
    return wrong("whose port is not a number from " + std::string(any_port ? "0" : "1") + " to 65535");
  }
  return parsed;
}

}  // namespace solder::cli
