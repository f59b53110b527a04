// What the kit found, for people and for CI: the Test Anything Protocol (version 14) and JUnit's XML. Tested by
// tests/unit/conformance/report_text_test.cc.
#pragma once

#include <string>
#include <vector>

#include "core/conformance/check.h"

namespace solder::conformance {

std::string to_tap(const std::vector<Finding>& findings);
std::string to_junit(const std::string& plugin, const std::vector<Finding>& findings);

}  // namespace solder::conformance
