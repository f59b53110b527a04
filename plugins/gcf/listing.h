// Answers of Google's list methods: Cloud Functions v1 and v2, Cloud Run v2, as their discovery documents describe
// them. Pure. Tested by tests/unit/gcf/listing_test.cc.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace solder::plugins::gcf {

enum class Method { kFunctionsV2, kFunctionsV1, kServices };

// Where a function is, beside the others of its project, or on a host of its own.
struct Place {
  std::string path;  // empty: /NAME, or on a host of its own: none
  std::string host;  // empty: that of the project's functions

  bool operator==(const Place&) const = default;
};
using Places = std::map<std::string, Place>;  // by name

struct Page {
  Places functions;
  std::string next_page;    // empty: this was the last one
  std::string unreachable;  // not empty: it is not whole, for lack of this location
};
// Nothing: this is no answer of that method. `host`: that of the project's functions.
std::optional<Page> parse_page(Method method, std::string_view host, std::string_view body);

// The path and query of a page.
std::string target_of(Method method, std::string_view project, std::string_view region, std::string_view page);

// "RESOURCE_EXHAUSTED: Quota exceeded …", in Google's words.
std::string error_words(std::string_view body);

// `functions` of an upstream, in order of name.
std::string items_json(const Places& functions);

}  // namespace solder::plugins::gcf
