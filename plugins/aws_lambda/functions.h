// The functions of an upstream, and which of them a destination calls. Source: Gloo's aws plugin.
// Tested by plugins/aws_lambda/testdata.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::aws_lambda {

// Reports what is wrong with the functions of an upstream.
void check_functions(const sdk::Json& upstream, sdk::Out& out);

// The functions of one upstream by the names that routes may call them. Made once for all routes to it: there may be
// thousands of both.
class FunctionIndex {
 public:
  explicit FunctionIndex(const sdk::Json& upstream);

  // The path that calls the function of that logical name; nothing where the upstream has none. `fallback`: the first
  // one is called instead.
  [[nodiscard]] std::optional<std::string> path_of(const sdk::Json& upstream, const std::string& logical_name,
                                                   bool fallback) const;

 private:
  std::unordered_map<std::string, size_t> by_name_;
};

// The logical names, for a report.
std::string names_of(const sdk::Json& upstream);

}  // namespace solder::plugins::aws_lambda
