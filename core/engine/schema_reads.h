// Decoding as part of a step: the claims of plugins that a decoder asks for become reads of the running cell, so that a
// plugin which comes, goes or changes its schema runs again what used that schema and nothing else.
// Tested by tests/unit/engine/plugin_changes_test.cc and property_test.cc.
#pragma once

#include <cstdint>

#include "core/base/hash.h"
#include "core/config/schema_catalog.h"
#include "core/engine/translation.h"

namespace solder::engine {

// What `decoder(catalog)` gives. Where a step's hash stands for the object that it decodes and not for the result,
// `hash` takes in what the schemas said as well.
template <typename F>
auto decode_with_schemas(Translation& t, Reader& reader, F&& decoder, uint64_t* hash = nullptr) {
  config::SchemaCatalog::Uses uses;
  auto decoded = decoder(t.catalog->recording(uses));
  for (const auto& use : uses) {
    const auto& mark = t.schemas.read(reader, use);
    if (hash != nullptr) *hash = base::hash_combine(*hash, mark ? *mark : 0);
  }
  return decoded;
}

}  // namespace solder::engine
