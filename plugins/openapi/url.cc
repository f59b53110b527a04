#include "url.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "solder/sdk/text.hpp"

namespace solder::plugins::openapi {

namespace {

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 0x7F || c == '\\'; });
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether it begins with a scheme, such as "file:".
bool has_scheme(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.'; });
}

void split_query(std::string_view text, Url& out) {
  const size_t mark = text.find('?');
  out.path = without_dots(text.substr(0, mark));
  out.query = mark == std::string_view::npos ? "" : std::string(text.substr(mark));
}

}  // namespace

std::string without_dots(std::string_view path) {
  std::vector<std::string_view> parts;
  const bool slash_at_end = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string out;
  for (const auto part : parts) out.append("/").append(part);
  if (out.empty() || slash_at_end) out += '/';
  return out;
}

std::optional<Url> parse_url(std::string_view text) {
  Url out;
  if (!is_clean(text)) return std::nullopt;
  text = text.substr(0, text.find('#'));
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  out.scheme = sdk::lower_case(text.substr(0, colon));
  if (out.scheme != "http" && out.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  const size_t end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, end);
  if (authority.empty() || authority.find('@') != std::string_view::npos) return std::nullopt;
  const size_t bracket = authority.rfind(']');
  const size_t port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (port == 0 || (port != std::string_view::npos && !is_port(authority.substr(port + 1)))) return std::nullopt;
  out.authority = sdk::lower_case(authority);
  if (port == std::string_view::npos) out.authority += out.scheme == "https" ? ":443" : ":80";
  split_query(text.substr(end), out);
  return out;
}

std::optional<Url> resolve_url(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return base;
  if (!is_clean(reference)) return std::nullopt;
  if (has_scheme(reference)) return parse_url(reference);
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
  Url out = base;
  if (reference.front() == '?') {
    out.query = reference;
  } else if (reference.front() == '/') {
    split_query(reference, out);
  } else {
    split_query(base.path.substr(0, base.path.rfind('/') + 1) + std::string(reference), out);
  }
  return out;
}

}  // namespace solder::plugins::openapi
