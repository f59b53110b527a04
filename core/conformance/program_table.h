// A program as checks and timings see any plugin: a table whose instances are processes that serve it, shut in as they
// are in Solder. What ends such a process is a problem of the inputs that it was asked, in words.
// Tested by tests/plugin/go_test.py.
#pragma once

#include <memory>
#include <variant>

#include "core/host/library_plugin.h"
#include "core/host/loader.h"

namespace solder::conformance {

std::variant<std::shared_ptr<host::LibraryPlugin>, host::Refused> open_program(const host::Candidate& candidate,
                                                                               const host::LoadOptions& load);

}  // namespace solder::conformance
