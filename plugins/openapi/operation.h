// One operation of a document, with what its path item and its references say gathered in it.
// Tested by tests/unit/openapi/functions_test.cc.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "references.h"

namespace solder::plugins::openapi {

struct Parameter {
  std::string name, in;  // path, query, header, cookie
  std::string form;      // of a query's list or object: "", csv, ssv, pipes, deep
};

struct Body {
  enum class Kind { kNone, kJson, kForm, kAsItIs };
  Kind kind = Kind::kNone;
  std::map<std::string, std::string> members;  // type by name, of kJson and kForm
};

struct Operation {
  std::string id, method, path;  // "getPet", "GET", "/pets/{petId}"
  std::string base;              // what its servers put before the path; without a slash at its end
  std::vector<Parameter> parameters;
  Body body;
};

// Who is to be called: what servers may name.
struct Own {
  Url upstream;
  std::string document_base;  // of the document's servers
};

// Nothing, and `why` filled, where it can be no function.
std::optional<Operation> read_operation(References& references, const Own& own, const Place& item, const char* method,
                                        const std::string& path, std::string& why);

// The path of the first of `servers` that is the upstream, or of the first where none is: then `foreign` has it. ""
// where there are none.
std::string base_of(const sdk::Json& servers, const Own& own, const Url& document, std::string& foreign);

}  // namespace solder::plugins::openapi
