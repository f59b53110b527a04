// solder/sdk/text.hpp - between the contract's strings and std::string_view, and the host as an object.
// Views of inputs live for the call, as everything that the host lends. Tested by tests/unit/sdk/plugin_test.cc.
#ifndef SOLDER_SDK_TEXT_HPP_
#define SOLDER_SDK_TEXT_HPP_

#include <string>
#include <string_view>

#include "solder/plugin.h"

namespace solder::sdk {

inline std::string_view text(solder_str s) { return s.len == 0 ? std::string_view() : std::string_view(s.data, s.len); }
inline solder_str str(std::string_view s) { return {s.data(), s.size()}; }

// The same with small letters, as names of headers and hosts are compared: ASCII alone, whatever the locale.
inline std::string lower_case(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Names an object: {"Secret", "gloo-system", "cert"}.
struct Ref {
  std::string_view kind, ns, name;

  static Ref of(const solder_ref& ref) { return {text(ref.kind), text(ref.ns), text(ref.name)}; }
  [[nodiscard]] solder_ref c() const { return {str(kind), str(ns), str(name)}; }
};

// "gloo-system/cert", as messages name objects.
inline std::string to_string(const Ref& ref) { return std::string(ref.ns) + "/" + std::string(ref.name); }

// One step of a JSON pointer: "a/b" → "/a~1b".
inline std::string pointer_step(std::string_view key) {
  std::string out = "/";
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

// What an instance sees of the host. Copies are cheap; valid until the instance is destroyed. [any thread]
class Host {
 public:
  explicit Host(const solder_host* host) : host_(host) {}

  void log(uint32_t level, std::string_view message) const {
    if (SOLDER_HAS(host_, log)) host_->log(host_->ctx, level, str(message));
  }
  // The table of a host service, or null where this host has it not.
  [[nodiscard]] const void* service(std::string_view id) const {
    return SOLDER_HAS(host_, service) ? host_->service(host_->ctx, str(id)) : nullptr;
  }
  [[nodiscard]] std::string_view version() const { return text(host_->version); }

 private:
  const solder_host* host_;
};

}  // namespace solder::sdk

#endif
