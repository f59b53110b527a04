#include "key_ranges.h"

#include <algorithm>

#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

// The plain form that Consul writes: ["a","b"]. Nothing: it is another one.
std::optional<std::vector<std::string>> read_plain(std::string_view rest) {
  const auto take = [&rest](char expected) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
    const bool there = rest.starts_with(expected);
    if (there) rest.remove_prefix(1);
    return there;
  };
  std::vector<std::string> out;
  if (!take('[')) return std::nullopt;
  do {
    if (!take('"')) return std::nullopt;
    const size_t end = rest.find_first_of("\"\\");
    if (end == std::string_view::npos || rest[end] != '"') return std::nullopt;
    out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  } while (take(','));
  if (!take(']') || rest.find_first_not_of(kSpace) != std::string_view::npos) return std::nullopt;
  return out;
}

std::optional<std::vector<std::string>> read_any(std::string_view body) {
  const sdk::Json list = sdk::parse_json(body);
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> out;
  for (const sdk::Json& each : list) {
    if (each.is_string()) out.push_back(each.get<std::string>());
  }
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> read_keys(std::string_view body) {
  auto out = read_plain(body);
  if (!out) out = read_any(body);
  if (out && !std::is_sorted(out->begin(), out->end())) std::sort(out->begin(), out->end());
  return out;
}

std::vector<KeyRange> split(const std::vector<std::string>& sorted, const KeyRange& range) {
  if (range.size() == 0) return {};
  if (range.size() == 1) return {{range.first, range.last, sorted[range.first], true}};
  const std::string& low = sorted[range.first];
  const std::string& high = sorted[range.last - 1];
  size_t common = range.prefix.size();
  while (common < low.size() && common < high.size() && low[common] == high[common]) ++common;
  std::vector<KeyRange> out;
  size_t at = range.first;
  if (low.size() == common) {
    out.push_back({at, at + 1, low, true});
    ++at;
  }
  while (at < range.last) {
    const char letter = sorted[at][common];
    size_t end = at + 1;
    while (end < range.last && sorted[end][common] == letter) ++end;
    out.push_back({at, end, sorted[at].substr(0, common + 1), false});
    at = end;
  }
  return out;
}

}  // namespace solder::plugins::consul
