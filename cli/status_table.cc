#include "cli/status_table.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool kind_matches(const std::string& kind, const std::string& wanted) {
  const std::string a = lower(kind);
  const std::string b = lower(wanted);
  return b.empty() || a == b || a + "s" == b || a + "es" == b;
}

std::vector<std::string> problems(const Json& report) {
  std::vector<std::string> all;
  for (const char* list : {"errors", "warnings"}) {
    for (const auto& problem : report.value(list, Json::array())) all.push_back(problem.get<std::string>());
  }
  return all;
}

std::string line_of(const Row& row, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    if (i + 1 < row.size()) line += std::string(widths[i] - row[i].size() + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

Json selected(const Json& reports, const StatusFilter& filter) {
  const size_t slash = filter.name.find('/');
  const std::string ns = slash == std::string::npos ? "" : filter.name.substr(0, slash);
  const std::string name = slash == std::string::npos ? filter.name : filter.name.substr(slash + 1);
  Json list = Json::array();
  for (const auto& report : reports) {
    if (!kind_matches(report.value("kind", ""), filter.kind)) continue;
    if (!name.empty() && report.value("name", "") != name) continue;
    if (!ns.empty() && report.value("namespace", "") != ns) continue;
    list.push_back(report);
  }
  return list;
}

std::string status_table(const Json& reports, bool wide) {
  if (reports.empty()) return "No objects.\n";
  std::vector<Row> rows{{"KIND", "NAMESPACE", "NAME", "STATE"}};
  if (wide) rows[0].push_back("DELIVERY");
  rows[0].push_back("PROBLEMS");
  for (const auto& report : reports) {
    const auto found = problems(report);
    Row row{report.value("kind", ""), report.value("namespace", ""), report.value("name", ""),
            report.value("state", "")};
    if (wide) row.push_back(report.value("delivery", ""));
    row.push_back(found.empty() ? "" : found.front());
    if (!wide && found.size() > 1) row.back() += " (and " + std::to_string(found.size() - 1) + " more)";
    const size_t columns = row.size();
    rows.push_back(std::move(row));
    for (size_t i = 1; wide && i < found.size(); ++i) {
      rows.emplace_back(columns);
      rows.back().back() = found[i];
    }
  }
  std::vector<size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) out += line_of(row, widths);
  return out;
}

Json report_of_status_file(const Json& file) {
  const auto object = file.value("object", Json::object());
  Json report{{"kind", object.value("kind", "")},
              {"namespace", object.value("namespace", "")},
              {"name", object.value("name", "")},
              {"state", file.value("state", "")},
              {"errors", Json::array()},
              {"warnings", Json::array()},
              {"details", file.value("problems", Json::array())}};
  for (const auto& problem : report["details"]) {
    const std::string severity = problem.value("severity", "");
    std::string text;
    if (problem.contains("file")) {
      text = problem.value("file", "") + (problem.contains("line") ? ":" + problem["line"].dump() : "") + ": ";
    }
    text += severity + ": " + (problem.contains("field") ? problem.value("field", "") + ": " : "") +
            problem.value("message", "");
    if (severity == "error") report["errors"].push_back(text);
    if (severity == "warning") report["warnings"].push_back(text);
  }
  return report;
}

}  // namespace solder::cli
