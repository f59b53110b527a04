// Tells the book what the steps of translation say that were touched since the last call. One thread.
// Tested by tests/unit/engine/engine_test.cc.
#pragma once

#include <string>

#include "core/engine/diagnostic_book.h"
#include "core/engine/served_services.h"
#include "core/engine/translation.h"

namespace solder::engine {

// Who says it, in the book: a step and what it is about.
inline std::string told_by(const char* step, const model::ObjectRef& ref) {
  return std::string(step) + " " + to_string(ref);
}

// True where plans of gateways are among what was touched.
bool update_book(Translation& translation, ServedServices& served, DiagnosticBook& book);

}  // namespace solder::engine
