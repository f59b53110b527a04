// Documents of strangers: whatever they hold, operations become functions that the engine takes, or are named.
#include <cstdlib>

#include "plugins/openapi/document.h"
#include "plugins/openapi/functions.h"
#include "plugins/transformation/rendering/program.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace solder::plugins::openapi;
  std::string why;
  auto document = read_document({reinterpret_cast<const char*>(data), size}, why,
                                {.bytes = 1 << 20, .nodes = 50000, .aliased = 10000});
  if (!document) return why.empty() ? abort(), 0 : 0;
  const Url at = *parse_url("http://own/openapi.json");
  const Functions found = read_functions({{at.text(), std::move(*document)}}, at, at);
  if (!found.error.empty()) return 0;
  if (found.operations != found.transformations.size() + found.skipped.size()) abort();
  for (const auto& [name, function] : found.transformations.items()) {
    using solder::sdk::Json;
    const Json stage{{"requestTransforms", {{{"requestTransformation", {{"transformationTemplate", function}}}}}}};
    std::string error;
    if (!solder::transformation::Program::read(stage.dump(-1, ' ', false, Json::error_handler_t::replace), error))
      abort();
  }
  return 0;
}
