#include "core/admin/listen_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace solder::admin {

base::Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto wrong = [text] {
    return base::invalid_argument("admin address: found \"" + std::string(text) +
                                  "\", expected HOST:PORT like 127.0.0.1:9091 or [::1]:9091");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong();
  ListenAddress out;
  out.host = host_of_header(text);
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  const bool bracketed = text.front() == '[' && text[colon - 1] == ']';
  const bool bare_colons = !bracketed && text.find(':') != colon;
  if (error != std::errc() || end != port.data() + port.size() || out.host.empty() || bare_colons) return wrong();
  return out;
}

bool is_loopback(std::string_view host) {
  std::string name(host);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (name == "localhost") return true;
  in6_addr six{};
  if (::inet_pton(AF_INET6, name.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  in_addr four{};
  return ::inet_pton(AF_INET, name.c_str(), &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

std::string host_of_header(std::string_view header) {
  if (header.starts_with('[')) {
    const size_t end = header.find(']');
    return std::string(end == std::string_view::npos ? "" : header.substr(1, end - 1));
  }
  return std::string(header.substr(0, header.rfind(':')));
}

}  // namespace solder::admin
