// A text from a stranger as JSON: JSON or YAML, told apart by how it begins and not by what it is called. Bounded in
// depth and size, aliases of YAML included, so that a document costs no more than its length suggests.
// Tested by tests/unit/openapi/document_test.cc and tests/fuzz/openapi_fuzz.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "solder/sdk/json.hpp"

namespace solder::plugins::openapi {

struct DocumentLimits {
  size_t bytes = size_t{16} << 20;
  size_t depth = 200;
  size_t nodes = 2'000'000;  // values of all kinds
  size_t aliased = 500'000;  // of these, by aliases
};

// Nothing, and why, where it cannot be read.
std::optional<sdk::Json> read_document(std::string_view text, std::string& why, const DocumentLimits& limits = {});

// The parts of read_document().
std::optional<sdk::Json> read_json_document(std::string_view text, std::string& why, const DocumentLimits& limits);
std::optional<sdk::Json> read_yaml_document(std::string_view text, std::string& why, const DocumentLimits& limits);

}  // namespace solder::plugins::openapi
