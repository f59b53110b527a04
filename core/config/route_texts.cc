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
  // The next character, or 0 at the end.
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // Moves behind the string that begins here; gives its content as it is written.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    const size_t begin = at_;
    for (;;) {
      const size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return std::nullopt;
      size_t escapes = 0;
      while (quote - escapes > begin && text_[quote - escapes - 1] == '\\') ++escapes;
      at_ = quote + 1;
      if (escapes % 2 == 0) return text_.substr(begin, quote - begin);
    }
  }

  // Brackets are counted and strings are jumped over; what stands between is not looked at.
  bool skip_value() {
    if (peek() == '"') return string().has_value();
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      switch (text_[at_]) {
        case '"':
          if (!string()) return false;
          --at_;
          break;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          if (depth == 0) return true;
          if (--depth == 0) {
            ++at_;
            return true;
          }
          break;
        case ',':
          if (depth == 0) return true;
          break;
        default:
          break;
      }
    }
    return false;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// Finds the list of routes in one pass, and makes sure that there is but one.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text), scanner_(text) {}

  std::optional<RouteTexts> run() {
    if (!object(Level::kDocument) || begin_ == 0) return std::nullopt;
    out_.rest.append(text_.substr(0, begin_)).append("[]").append(text_.substr(end_));
    return std::move(out_);
  }

 private:
  enum class Level { kDocument, kSpec, kVirtualHost };

  // A virtual service has its routes in spec.virtualHost, a table in spec.
  bool object(Level level) {
    if (!scanner_.take('{')) return false;
    while (!scanner_.take('}')) {
      const auto key = scanner_.string();
      if (!key || !scanner_.take(':') || !member(level, *key)) return false;
      if (!scanner_.take(',') && scanner_.peek() != '}') return false;
    }
    return true;
  }

  bool member(Level level, std::string_view key) {
    if (level == Level::kDocument && key == "spec") return scanner_.peek() == '{' && object(Level::kSpec);
    if (level == Level::kSpec && (key == "virtualHost" || key == "virtual_host")) {
      return scanner_.peek() == '{' && object(Level::kVirtualHost);
    }
    if (level != Level::kDocument && key == "routes") return routes();
    return scanner_.skip_value();
  }

  bool routes() {
    if (begin_ != 0) return false;
    begin_ = scanner_.at();
    if (!scanner_.take('[')) return false;
    while (!scanner_.take(']')) {
      const size_t first = scanner_.at();
      if (!scanner_.skip_value()) return false;
      out_.routes.emplace_back(text_.substr(first, scanner_.at() - first));
      if (!scanner_.take(',') && scanner_.peek() != ']') return false;
    }
    end_ = scanner_.at();
    return true;
  }

  std::string_view text_;
  Scanner scanner_;
  size_t begin_ = 0, end_ = 0;  // of the list
  RouteTexts out_;
};

}  // namespace

RouteTexts split_routes(const std::string& text) {
  if (auto split = Splitter(text).run()) return std::move(*split);
  return {text, {}};
}

}  // namespace solder::config
