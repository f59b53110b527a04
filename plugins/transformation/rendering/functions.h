// The functions that templates call: inja's own and those that Gloo adds. Each is pure but for what it asks of the
// Call: the request, the body, the extractions. Source: inja 3 for its own; Gloo's documentation and behaviour for
// header, extraction, body and the like. Tested by tests/unit/transformation/functions_test.cc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "value.h"

namespace solder::transformation {

class Call;  // renderer.h: what a running function may use

struct Function {
  std::string_view name;
  size_t least = 0;  // arguments
  size_t most = 0;
  bool (*run)(Call& call, const Value* arguments, size_t count, Value& out) = nullptr;
  bool reads_body = false;
  bool is_encoded = false;  // what it gives may stand in a URL as it is
};

// Null where there is none.
const Function* find_function(std::string_view name);

// "1 argument", "2 to 3 arguments".
std::string arity_of(const Function& function);

// The parts of the table, by file.
const Function* value_functions(size_t& count);
const Function* text_functions(size_t& count);
const Function* request_functions(size_t& count);
const Function* web_functions(size_t& count);

}  // namespace solder::transformation
