// What a schema says of a body: whether it is an object of known members, and which. Source: OpenAPI 2.0 and 3.0
// (Schema Object), JSON Schema 2020-12 for 3.1. Tested by tests/unit/openapi/functions_test.cc.
#pragma once

#include <map>
#include <string>

#include "references.h"

namespace solder::plugins::openapi {

struct Members {
  // Type by name: string, integer, number, boolean, array, object, or empty.
  std::map<std::string, std::string> types;
  // Whether these are all that there may be. Where not, a body is passed on as it is.
  bool known = false;
  std::string why;  // not empty: the schema refers to what is not there
};

Members members_of(References& references, const Place& schema);

// "type", of which 3.1 may give a list.
std::string type_of(const sdk::Json& schema);

}  // namespace solder::plugins::openapi
