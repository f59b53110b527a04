// What is known to be otherwise than in Gloo and can be told from an object alone: the places where
// docs/differences.md applies, and what stock Envoy cannot do at all. Tested by tests/unit/cli/from_gloo_test.py, which
// also compares the anchors with docs/differences.md.
#pragma once

#include <span>
#include <string_view>

namespace solder::cli {

// Counts where an object of `kind` (empty: any) has the key below the key `under` (empty: anywhere), in either
// spelling, and the value is `value` (empty: any).
struct GlooDifference {
  std::string_view kind, under, key, value;
  std::string_view anchor;  // in docs/differences.md
  std::string_view what;
};
std::span<const GlooDifference> gloo_differences();

// A difference that a diagnostic of this reason tells of.
struct ReasonDifference {
  std::string_view reason, anchor;
};
std::span<const ReasonDifference> differences_by_reason();

// A key, or a kind, that stock Envoy has nothing for.
struct NotServed {
  std::string_view name, why, way;
};
const NotServed* key_not_served(std::string_view key);
const NotServed* kind_not_served(std::string_view kind, std::string_view api_version);

// A kind that need not be taken along, and why; null for others.
const NotServed* kind_left_aside(std::string_view kind, std::string_view api_version);

}  // namespace solder::cli
