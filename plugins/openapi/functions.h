// The functions of a service by its OpenAPI document: Gloo's serviceSpec.rest.transformations, a template for each
// operation. Every operation becomes one or is named with the reason. Pure.
// Tested by tests/unit/openapi/functions_test.cc and tests/unit/openapi/corpus_test.cc.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "operation.h"

namespace solder::plugins::openapi {

struct Skipped {
  std::string operation;  // "GET /pets"
  std::string why;
};

struct Functions {
  std::string error;                                // not empty: it is no OpenAPI document, and nothing else counts
  sdk::Json transformations = sdk::Json::object();  // by the function's name
  std::vector<Skipped> skipped;
  std::set<std::string> missing;  // URLs of documents that it refers to, on its own host
  std::set<std::string> foreign;  // references and servers that are on other hosts
  size_t operations = 0;
};

// `documents` has the document at `document`, and those that it referred to before; `upstream` is who is called.
Functions read_functions(const Documents& documents, const Url& document, const Url& upstream);

// Of one operation.
sdk::Json template_of(const Operation& operation);
// Its operationId, or as in Gloo method and path with dots: "get.pets.{petId}".
std::string name_of(const Operation& operation);

}  // namespace solder::plugins::openapi
