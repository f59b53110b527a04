// The wildcard domains of one listener, and which hosts Envoy could find by them: "*.example.com" and "*-x.example.com"
// every host that ends so, "example.*" every one that begins so, "*" all. Without regard to case, as Envoy. Tested by
// tests/unit/engine/wildcard_domains_test.cc.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace solder::engine {

// ASCII letters as Envoy compares hosts.
inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& letter : out) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  return out;
}

inline bool has_upper_case(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

inline bool has_wildcard(std::string_view domain) {
  return !domain.empty() && (domain.front() == '*' || domain.back() == '*');
}

class WildcardDomains {
 public:
  // Domains without wildcard are none.
  void add(std::string_view domain) {
    if (!has_wildcard(domain)) return;
    if (domain == "*") {
      all_ = true;
    } else if (domain.front() == '*') {
      endings_.insert(lower_case(domain.substr(1)));
    } else {
      beginnings_.insert(lower_case(domain.substr(0, domain.size() - 1)));
    }
  }

  [[nodiscard]] bool cover(std::string_view host) const {
    if (all_) return true;
    if (endings_.empty() && beginnings_.empty()) return false;
    const std::string name = lower_case(host);
    for (size_t i = 1; i < name.size(); ++i) {
      if (endings_.count(std::string_view(name).substr(i)) != 0) return true;
      if (beginnings_.count(std::string_view(name).substr(0, i)) != 0) return true;
    }
    return false;
  }

 private:
  bool all_ = false;
  std::set<std::string, std::less<>> endings_, beginnings_;
};

}  // namespace solder::engine
