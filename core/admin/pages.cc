#include "core/admin/pages.h"

#include <nlohmann/json.hpp>

namespace solder::admin {

namespace {

using Json = nlohmann::ordered_json;

// The list in `status`, which is one or holds one.
Json take_reports(Json& status) {
  Json& list = status.is_object() ? status["reports"] : status;
  return list.is_array() ? std::move(list) : Json::array();
}

std::string text_of(const Json& report, const std::string& key) {
  if (!report.is_object()) return "";
  const auto value = report.find(key);
  return value != report.end() && value->is_string() ? value->get<std::string>() : "";
}

std::string html(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
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

}  // namespace

std::string filter_reports(const std::string& reports, const std::map<std::string, std::string>& filters) {
  Json status = Json::parse(reports, nullptr, false);
  Json matching = Json::array();
  for (auto& report : take_reports(status)) {
    bool matches = true;
    for (const auto& [key, wanted] : filters) matches = matches && text_of(report, key) == wanted;
    if (matches) matching.push_back(std::move(report));
  }
  (status.is_object() ? status["reports"] : status) = std::move(matching);
  return status.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string index_page(const std::string& reports, const std::string& not_ready, bool with_plugins) {
  std::map<std::string, size_t> counts{{"Accepted", 0}, {"Rejected", 0}, {"Warning", 0}};
  Json status = Json::parse(reports, nullptr, false);
  for (const auto& report : take_reports(status)) ++counts[text_of(report, "state")];
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Solder</title>\n"
      "<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem}"
      "td{padding:.1rem 1rem .1rem 0}</style></head>\n<body><h1>Solder</h1>\n";
  out += not_ready.empty() ? "<p>Ready.</p>\n" : "<p>Not ready: " + html(not_ready) + "</p>\n";
  out += "<table>\n";
  for (const auto& [state, count] : counts) {
    out += "<tr><td><a href=\"/status?state=" + html(state) + "\">" + html(state) + "</a></td><td>" +
           std::to_string(count) + "</td></tr>\n";
  }
  out +=
      "</table>\n<ul>\n"
      "<li><a href=\"/status\">/status</a>: every object's state and problems; filters: kind, namespace, name, "
      "state</li>\n"
      "<li><a href=\"/snapshot\">/snapshot</a>: what Envoy is sent</li>\n";
  if (with_plugins) out += "<li><a href=\"/plugins\">/plugins</a>: loaded and refused plugins</li>\n";
  out +=
      "<li><a href=\"/metrics\">/metrics</a>: for Prometheus</li>\n"
      "<li><a href=\"/readyz\">/readyz</a>, <a href=\"/healthz\">/healthz</a>: for probes</li>\n"
      "</ul></body></html>\n";
  return out;
}

std::string error_json(const std::string& message) {
  return Json{{"error", message}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace solder::admin
