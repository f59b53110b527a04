// Tells the book what the steps of translation say that were touched since the last call. One thread.
// Tested by tests/unit/engine/engine_test.cc.
#pragma once

#include <string>

#include "core/engine/diagnostic_book.h"
#include "core/engine/served_services.h"
#include "core/engine/touched.h"
#include "core/engine/translation.h"

namespace solder::engine {

// Adds to `touched` what was, but for clusters and what belongs to them (cluster_update.h).
void update_book(Translation& translation, ServedServices& served, DiagnosticBook& book, Touched& touched);

}  // namespace solder::engine
