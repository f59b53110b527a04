// Labels as Gloo's selectors ask for them. Source: Kubernetes, "Labels and Selectors"; operators in Gloo's spelling.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace solder::model {

struct SelectorExpression {
  std::string key;
  std::string op;  // In, NotIn, Exists, DoesNotExist, Equals, ... (Gloo's names)
  std::vector<std::string> values;
};

// What a delegating route selects its tables by: labels or expressions, not both.
struct TableSelector {
  std::vector<std::string> namespaces;  // none: the namespace of whoever delegates; "*": all
  std::map<std::string, std::string> labels;
  std::vector<SelectorExpression> expressions;
};

}  // namespace solder::model
