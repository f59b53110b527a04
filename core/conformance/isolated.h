// A piece of work in a process of its own, made by fork: what crashes, hangs or leaves something behind there costs
// nothing here. Whoever calls this has one thread. Tested by tests/plugin/conformance_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/conformance/verdict.h"

namespace solder::conformance {

// Says what comes next, for the words when it does not come back.
using Phase = std::function<void(const char*)>;

Verdict run_isolated(const std::function<Verdict(const Phase&)>& work, std::chrono::milliseconds patience);

}  // namespace solder::conformance
