// Text → objects: YAML or JSON, many documents a file, `kind: List` taken apart. Every problem becomes a diagnostic
// with line and column, and the good documents beside it are still given. Pure; any thread. Bounds: documents beyond
// Limits are refused with a diagnostic, never with exhaustion of memory or stack. Tested by
// tests/unit/config/documents_test.cc and tests/fuzz/documents_fuzz.cc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/diagnostic.h"
#include "core/model/object.h"

namespace solder::config {

struct Limits {
  size_t max_file_bytes = 64u << 20;
  size_t max_depth = 100;                 // nesting of maps and lists
  size_t max_expanded_nodes = 2'000'000;  // of one document with its aliases written out
  size_t max_alias_growth = 100'000;      // nodes that aliases add
};

struct Documents {
  std::vector<model::ObjectPtr> objects;
  model::Diagnostics problems;  // of the file (object.kind "File", name = path) or of an object that could be named
};

// `file` names the text in reports and decides the format: ".json" is JSON, all else YAML.
Documents parse_documents(std::string_view text, const std::string& file, const Limits& limits = {});

// Where the field at JSON pointer `field` of `object` stands, read again from the object's file. Falls back to the
// nearest parent that is there, then to the object's start. lowerCamel and snake_case name the same field.
// Reads the file: for reports, not for translation.
model::SourceLocation locate(const model::Object& object, std::string_view field);

}  // namespace solder::config
