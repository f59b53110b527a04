#include "core/config/route_texts.h"

#include <optional>
#include <string_view>
#include <utility>

namespace solder::config {

namespace {

// Walks over compact JSON without making anything of it. Everything that it does not expect makes a step fail.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] size_t at() const { return at_; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // Moves behind the string that begins here; gives its content as it is written.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    const size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        return text_.substr(begin, at_++ - begin);
      }
    }
    return std::nullopt;
  }

  bool skip_value() {
    int depth = 0;
    do {
      if (at_ >= text_.size()) return false;
      const char c = text_[at_];
      if (c == '"') {
        if (!string()) return false;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (depth < 0) return false;
      ++at_;
      if (depth == 0 && (c == '}' || c == ']')) return true;
    } while (depth > 0 || (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}' && text_[at_] != ']'));
    return true;
  }

  // From before a map to before the value of its member of either name; false where it has none, or both.
  bool enter(std::string_view name, std::string_view other) {
    if (!take('{')) return false;
    std::optional<size_t> found;
    while (!take('}')) {
      const auto key = string();
      if (!key || !take(':')) return false;
      if (*key == name || *key == other) {
        if (found) return false;
        found = at_;
      }
      if (!skip_value()) return false;
      if (!take(',') && (at_ >= text_.size() || text_[at_] != '}')) return false;
    }
    if (!found) return false;
    at_ = *found;
    return true;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

std::optional<RouteTexts> scan(const std::string& text) {
  Scanner scanner(text);
  if (!scanner.enter("spec", "spec")) return std::nullopt;
  Scanner table = scanner;
  if (scanner.enter("virtualHost", "virtual_host")) {
    if (!scanner.enter("routes", "routes")) return std::nullopt;
  } else if (table.enter("routes", "routes")) {
    scanner = table;
  } else {
    return std::nullopt;
  }
  const size_t begin = scanner.at();
  if (!scanner.take('[')) return std::nullopt;
  RouteTexts out;
  while (!scanner.take(']')) {
    const size_t first = scanner.at();
    if (!scanner.skip_value()) return std::nullopt;
    out.routes.push_back(text.substr(first, scanner.at() - first));
    scanner.take(',');
  }
  out.rest = text.substr(0, begin) + "[]" + text.substr(scanner.at());
  return out;
}

}  // namespace

RouteTexts split_routes(const std::string& text) {
  if (auto scanned = scan(text)) return std::move(*scanned);
  return {text, {}};
}

}  // namespace solder::config
