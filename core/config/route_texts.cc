#include "core/config/route_texts.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "core/config/json_scanner.h"

namespace solder::config {

namespace {

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
    return scanner_.each_member([&](std::string_view key, size_t) { return member(level, key); });
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
  JsonScanner scanner_;
  size_t begin_ = 0, end_ = 0;  // of the list
  RouteTexts out_;
};

// Of a string with its quotes.
std::string text_as_written(std::string_view written) {
  if (written.find('\\') == std::string_view::npos) return std::string(written.substr(1, written.size() - 2));
  const auto parsed = nlohmann::json::parse(written, nullptr, false);
  return parsed.is_string() ? parsed.get<std::string>() : std::string();
}

// Sorts a route's members into the parts. False: it is none that can be split.
bool split_members(std::string_view text, RoutePieces& out) {
  JsonScanner scanner(text);
  bool matchers = false, options = false, name = false;
  const bool whole = scanner.each_member([&](std::string_view key, size_t begin) {
    const size_t value = scanner.at();
    if (!scanner.skip_value()) return false;
    const std::string_view member = text.substr(begin, scanner.at() - begin);
    if (key == "name" && text[value] == '"' && !std::exchange(name, true)) {
      out.name = text_as_written(text.substr(value, scanner.at() - value));
    } else if (key == "matchers" && !std::exchange(matchers, true)) {
      out.matchers.append("{").append(member).append("}");
    } else if (key == "options" && !std::exchange(options, true)) {
      out.options.append("{").append(member).append("}");
    } else {
      out.action.append(out.action.empty() ? "{" : ",").append(member);
    }
    return true;
  });
  if (!whole) return false;
  out.action.append(out.action.empty() ? "{}" : "}");
  return scanner.at() == text.size();
}

}  // namespace

void split_route(std::string_view text, RoutePieces& out) {
  out.clear();
  if (split_members(text, out)) return;
  out.clear();
  out.action = text;
}

RouteTexts split_routes(std::string_view text) {
  if (auto split = Splitter(text).run()) return std::move(*split);
  return {std::string(text), {}};
}

}  // namespace solder::config
