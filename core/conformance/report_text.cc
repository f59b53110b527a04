#include "core/conformance/report_text.h"

#include <cstdio>

#include "core/host/abi_text.h"

namespace solder::conformance {

namespace {

// As a YAML text in double quotes, on one line.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : host::printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// A '#' would begin a directive.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : host::printable(text)) out += c == '#' ? std::string("\\#") : std::string(1, c);
  return out;
}

std::string xml(const std::string& text) {
  std::string out;
  for (const char c : host::printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string seconds_text(std::chrono::microseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(time.count()) / 1e6);
  return text;
}

std::string tap_line(size_t number, const Finding& finding) {
  const bool bad = finding.verdict.state == State::kFailed;
  std::string out = std::string(bad ? "not ok " : "ok ") + std::to_string(number) + " - " + finding.check->id + ": " +
                    finding.check->title;
  if (finding.verdict.state == State::kSkipped) out += " # SKIP " + escaped(finding.verdict.message);
  out += "\n";
  if (!bad) return out;
  return out + "  ---\n  message: " + quoted(finding.verdict.message) + "\n  help: " + quoted(finding.check->help) +
         "\n  ...\n";
}

}  // namespace

std::string to_tap(const std::vector<Finding>& findings) {
  std::string out = "TAP version 14\n1.." + std::to_string(findings.size()) + "\n";
  for (size_t i = 0; i < findings.size(); ++i) out += tap_line(i + 1, findings[i]);
  return out;
}

std::string to_junit(const std::string& plugin, const std::vector<Finding>& findings) {
  size_t failures = 0, skips = 0;
  std::chrono::microseconds time{};
  std::string cases;
  for (const Finding& finding : findings) {
    time += finding.took;
    cases += "    <testcase classname=\"" + xml(plugin) + "\" name=\"" + finding.check->id + "\" time=\"" +
             seconds_text(finding.took) + "\"";
    if (finding.verdict.state == State::kPassed) {
      cases += "/>\n";
      continue;
    }
    const bool bad = finding.verdict.state == State::kFailed;
    ++(bad ? failures : skips);
    cases +=
        std::string(">\n      <") + (bad ? "failure" : "skipped") + " message=\"" + xml(finding.verdict.message) + "\"";
    cases += bad ? ">" + xml(finding.check->help) + "</failure>\n" : "/>\n";
    cases += "    </testcase>\n";
  }
  const std::string counts = " tests=\"" + std::to_string(findings.size()) + "\" failures=\"" +
                             std::to_string(failures) + "\" skipped=\"" + std::to_string(skips) +
                             "\" errors=\"0\" time=\"" + seconds_text(time) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"" + xml(plugin) + "\"" +
         counts + ">\n" + cases + "  </testsuite>\n</testsuites>\n";
}

}  // namespace solder::conformance
