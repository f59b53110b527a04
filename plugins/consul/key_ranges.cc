#include "key_ranges.h"

namespace solder::plugins::consul {

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
