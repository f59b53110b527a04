// Reports as `solder get` shows them. Tested by tests/unit/cli/status_table_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace solder::cli {

struct StatusFilter {
  std::string kind;  // "Upstream", "upstream", "upstreams"; empty: all
  std::string name;  // "name" or "namespace/name"; empty: all
};

// Those of a list of reports that the filter takes.
nlohmann::ordered_json selected(const nlohmann::ordered_json& reports, const StatusFilter& filter);

// A line an object, with its first problem; `wide`: all problems, each on a line of its own.
std::string status_table(const nlohmann::ordered_json& reports, bool wide);

// A status file's content in the form of a report.
nlohmann::ordered_json report_of_status_file(const nlohmann::ordered_json& file);

}  // namespace solder::cli
