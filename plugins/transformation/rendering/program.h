// All transformations of one stage at one place (route, weighted destination or virtual host): which applies to a
// request, and which to a response. It is Gloo's RequestResponseTransformations as canonical JSON, checked by the
// control plane and read again by the module in Envoy. The first request entry that matches counts, with its response;
// the first response entry where it has none. Tested by tests/unit/transformation/program_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "matcher.h"
#include "problem.h"
#include "transformation.h"

namespace solder::transformation {

class Program {
 public:
  struct Request {
    std::optional<RequestMatcher> matcher;
    std::optional<Transformation> request;
    std::optional<Transformation> response;
    bool clear_route_cache = false;
    std::string refusal;  // not empty: such requests are answered 500 with it
  };

  static Program of(const Value& config, const std::string& field, ConfigProblems& problems);
  // The same from text; nothing, and `error` filled, where there are problems.
  static std::optional<Program> read(std::string_view json, std::string& error);

  [[nodiscard]] const Request* find(const Message& request) const;
  [[nodiscard]] const Transformation* find_response(const Message& response) const;
  [[nodiscard]] bool empty() const { return requests_.empty() && responses_.empty(); }

 private:
  struct Response {
    ResponseMatcher matcher;
    Transformation response;
  };
  std::vector<Request> requests_;
  std::vector<Response> responses_;
};

}  // namespace solder::transformation
