// Reports by their parts: the JSON of `solder translate` and the YAML of a status file.
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/hash.h"
#include "core/report/reporter.h"

namespace solder::report {

namespace {

using Json = nlohmann::ordered_json;

Json ref_json(const model::ObjectRef& ref) {
  Json out{{"kind", ref.kind}};
  if (!ref.ns.empty()) out["namespace"] = ref.ns;
  out["name"] = ref.name;
  return out;
}

// Parts that say nothing are left out.
Json detail(const model::Diagnostic& d) {
  Json out{{"severity", to_string(d.severity)}};
  const auto add = [&out](const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
  };
  add("reason", d.reason);
  add("field", d.field.empty() ? "" : field_path(d.field));
  add("message", d.message);
  add("found", d.found);
  add("expected", d.expected);
  add("file", d.where.file);
  if (d.where.line != 0) out["line"] = d.where.line;
  if (d.where.column != 0) out["column"] = d.where.column;
  add("plugin", d.plugin);
  if (!d.related.kind.empty()) out["related"] = ref_json(d.related);
  return out;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// A JSON text is YAML too (and quoting avoids YAML's surprises: no, 1e3), save for characters that YAML wants escaped.
std::string yaml_scalar(const Json& value) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  const std::string text = dump(value);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto rest = std::string_view(text).substr(i);
    const auto next = rest.size() > 1 ? static_cast<unsigned char>(rest[1]) : 0;
    if (rest[0] == 0x7f) {
      out += "\\x7f";
    } else if (rest[0] == '\xc2' && next < 0xa0) {
      out.append("\\x").append(1, kHex[next >> 4]).append(1, kHex[next & 0xf]);
      i += 1;
    } else if (rest.starts_with("\xef\xbb\xbf") || rest.starts_with("\xef\xbf\xbe") ||
               rest.starts_with("\xef\xbf\xbf")) {
      out += next == 0xbb ? "\\ufeff" : rest[2] == '\xbe' ? "\\ufffe" : "\\uffff";
      i += 2;
    } else {
      out += rest[0];
    }
  }
  return out;
}

void append_yaml(std::string& out, const Json& map, const std::string& first, const std::string& rest) {
  const std::string* indent = &first;
  for (const auto& [key, value] : map.items()) {
    out += *indent + key + ":";
    indent = &rest;
    if (value.is_object()) {
      out += "\n";
      append_yaml(out, value, rest + "  ", rest + "  ");
    } else {
      out += " " + yaml_scalar(value) + "\n";
    }
  }
}

}  // namespace

std::string to_json(const model::ObjectReport& report) {
  Json out{{"kind", report.object.kind}, {"namespace", report.object.ns},
           {"name", report.object.name}, {"state", model::to_string(report.state)},
           {"errors", Json::array()},    {"warnings", Json::array()},
           {"details", Json::array()}};
  for (const auto& diagnostic : report.diagnostics) {
    if (diagnostic.severity == model::Severity::kError) out["errors"].push_back(to_text_without_object(diagnostic));
    if (diagnostic.severity == model::Severity::kWarning) out["warnings"].push_back(to_text_without_object(diagnostic));
    out["details"].push_back(detail(diagnostic));
  }
  return dump(out);
}

std::string to_yaml(const model::ObjectReport& report) {
  Json head{{"apiVersion", "solder.io/v1"}, {"kind", "Status"}, {"object", ref_json(report.object)}};
  if (report.hash != 0) head["objectHash"] = base::hash_text(report.hash);
  head["reportedBy"] = "solder";
  head["state"] = model::to_string(report.state);
  std::string out;
  append_yaml(out, head, "", "");
  if (report.diagnostics.empty()) return out + "problems: []\n";
  out += "problems:\n";
  for (const auto& diagnostic : report.diagnostics) append_yaml(out, detail(diagnostic), "  - ", "    ");
  return out;
}

}  // namespace solder::report
