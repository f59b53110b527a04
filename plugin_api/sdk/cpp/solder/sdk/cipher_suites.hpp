// solder/sdk/cipher_suites.hpp - names of cipher suites, as far as they can be known to be wrong. Envoy refuses a whole
// listener for one name that its BoringSSL does not know, so such a name is found first. A part of tls_context.hpp.
// Source: what Envoy 1.40 accepts of OpenSSL's names. Tested by plugins/tls/testdata.
#ifndef SOLDER_SDK_CIPHER_SUITES_HPP_
#define SOLDER_SDK_CIPHER_SUITES_HPP_

#include <algorithm>
#include <array>
#include <string_view>

namespace solder::sdk {

inline constexpr std::array<std::string_view, 22> kCipherSuites = {"AES128-GCM-SHA256",
                                                                   "AES128-SHA",
                                                                   "AES256-GCM-SHA384",
                                                                   "AES256-SHA",
                                                                   "DES-CBC3-SHA",
                                                                   "ECDHE-ECDSA-AES128-GCM-SHA256",
                                                                   "ECDHE-ECDSA-AES128-SHA",
                                                                   "ECDHE-ECDSA-AES128-SHA256",
                                                                   "ECDHE-ECDSA-AES256-GCM-SHA384",
                                                                   "ECDHE-ECDSA-AES256-SHA",
                                                                   "ECDHE-ECDSA-CHACHA20-POLY1305",
                                                                   "ECDHE-PSK-AES128-CBC-SHA",
                                                                   "ECDHE-PSK-AES256-CBC-SHA",
                                                                   "ECDHE-PSK-CHACHA20-POLY1305",
                                                                   "ECDHE-RSA-AES128-GCM-SHA256",
                                                                   "ECDHE-RSA-AES128-SHA",
                                                                   "ECDHE-RSA-AES128-SHA256",
                                                                   "ECDHE-RSA-AES256-GCM-SHA384",
                                                                   "ECDHE-RSA-AES256-SHA",
                                                                   "ECDHE-RSA-CHACHA20-POLY1305",
                                                                   "PSK-AES128-CBC-SHA",
                                                                   "PSK-AES256-CBC-SHA"};

// The first name in `text` that is unknown, or empty. Groups "[A|B]" and lists "A:B" are taken apart; keywords (HIGH),
// rules (!aNULL) and IANA's names (TLS_..._WITH_...) pass, for BoringSSL has more of them than are listed here. TLS 1.3
// has no choice of suites: its names are unknown here.
inline std::string_view unknown_cipher_suite(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of("[|]:"), text.size());
    const std::string_view name = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (name.empty() || std::string_view("!+-@").find(name.front()) != std::string_view::npos) continue;
    const bool tls13 = name.starts_with("TLS_") && name.find("_WITH_") == std::string_view::npos;
    const bool openssl = name.find('-') != std::string_view::npos;
    if (tls13 || (openssl && std::find(kCipherSuites.begin(), kCipherSuites.end(), name) == kCipherSuites.end()))
      return name;
  }
  return {};
}

}  // namespace solder::sdk

#endif
