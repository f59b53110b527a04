// What AWS Lambda's API answers when it is asked for functions and aliases, and what becomes of it on an upstream.
// Source: Amazon's description of ListFunctions and ListAliases; names are those of Gloo's discovery.
// Tested by tests/unit/aws_lambda/listing_test.cc.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace solder::plugins::aws_lambda {

struct Page {
  std::vector<std::pair<std::string, std::string>> functions;  // name, version
  std::string next_marker;                                     // empty: this was the last one
};
// Nothing: this is no answer of Lambda's.
std::optional<Page> parse_functions(std::string_view body);

struct AliasPage {
  std::vector<std::string> names;
  std::string next_marker;
};
std::optional<AliasPage> parse_aliases(std::string_view body);

// What an error is called, "TooManyRequestsException", and what it says.
struct ApiError {
  std::string type, message;
};
// `type_header`: that of x-amzn-errortype, which may have more behind a colon.
ApiError parse_error(std::string_view type_header, std::string_view body);

// Whether it is over by itself: throttling, and what is Amazon's own fault.
bool is_passing(unsigned status, const ApiError& error);

// A function's qualifiers: versions and aliases.
using Qualifiers = std::set<std::pair<std::string, std::string>>;  // name, qualifier
// lambdaFunctions of an upstream, in order of logical name: the name alone for $LATEST, else name:qualifier.
std::string items_json(const Qualifiers& functions);

}  // namespace solder::plugins::aws_lambda
