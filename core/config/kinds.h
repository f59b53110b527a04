// The kinds of objects: which exist, their API version, and which of them this build decodes.
// Source: Gloo's custom resource definitions.
#pragma once

#include <string>
#include <string_view>

namespace solder::config {

// "gateway.solo.io/v1" for "VirtualService"; empty for a kind that is not known.
std::string api_version_of(std::string_view kind);
// The known kind whose name is nearest, or empty.
std::string nearest_kind(std::string_view kind);

// The nearest of `names`, if it is near enough to be a slip of the pen; else empty.
template <typename Names>
std::string nearest_name(std::string_view wanted, const Names& names);

// Longer words are no names: comparing them would only cost time.
inline constexpr size_t kLongestName = 64;

size_t edit_distance(std::string_view a, std::string_view b);

template <typename Names>
std::string nearest_name(std::string_view wanted, const Names& names) {
  std::string best;
  if (wanted.size() > kLongestName) return best;
  size_t best_distance = wanted.size() / 3 + 1;
  for (const auto& name : names) {
    const size_t distance = edit_distance(wanted, name);
    if (distance <= best_distance && (best.empty() || distance < best_distance)) {
      best = std::string(name);
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace solder::config
