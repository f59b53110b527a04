#include "rest.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace solder::plugins::transformation {

using sdk::Json;

namespace {

constexpr const char* kField = "/destinationSpec/rest";
constexpr size_t kShown = 5;

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("._-").find(c) != std::string_view::npos;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

void append_literal(std::string_view text, std::string& regex) {
  for (const char c : text) {
    if (std::string_view(R"(\.+*?()[]{}|^$)").find(c) != std::string_view::npos) regex += '\\';
    regex += c;
  }
}

struct Pattern {
  std::vector<std::string> names;
  std::string regex;
};

// "/users/{id}/{name}" as a regular expression with a group for each name; nothing where braces do not close around a
// name. A value is what stands up to the next part of the path, or in a header all that there is.
std::optional<Pattern> pattern_of(std::string_view text, bool path) {
  Pattern out;
  while (!text.empty()) {
    const size_t open = std::min(text.find('{'), text.size());
    if (text.substr(0, open).find('}') != std::string_view::npos) return std::nullopt;
    append_literal(text.substr(0, open), out.regex);
    text.remove_prefix(open);
    if (text.empty()) break;
    const size_t close = text.find('}');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string name = trimmed(text.substr(1, close - 1));
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) return std::nullopt;
    out.names.push_back(name);
    out.regex += path ? "([^/?&]+)" : "(.+)";
    text.remove_prefix(close + 1);
  }
  return out;
}

Json extractor(const std::string& header, const std::string& regex, size_t group) {
  return {{"header", header}, {"regex", regex}, {"subgroup", group}};
}

void add(const std::string& header, const std::string& text, const std::string& field, Json& to, sdk::Out& out) {
  const bool path = header == ":path";
  auto pattern = pattern_of(text, path);
  if (!pattern) {
    return out.error({field, "InvalidValue",
                      "a template of parameters has names of letters, digits, '.', '_', '-' in braces", text,
                      path ? "such as /users/{id}" : "such as {id}"});
  }
  if (pattern->names.empty()) {
    to[header.substr(header.front() == ':' ? 1 : 0)] = extractor(header, "(.*)", 1);
    return;
  }
  // A query that the template does not speak of changes nothing.
  if (path && text.find('?') == std::string::npos) pattern->regex += "(?:\\?.*)?";
  for (size_t i = 0; i < pattern->names.size(); ++i) to[pattern->names[i]] = extractor(header, pattern->regex, i + 1);
}

std::string names_of(const Json& functions) {
  std::string out;
  size_t shown = 0;
  for (const auto& [name, value] : functions.items()) {
    if (shown++ == kShown) return out + " and " + std::to_string(functions.size() - kShown) + " more";
    out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

Json refusing(const std::string& sentence) {
  return {{"requestTransforms", Json::array({Json{{"refusal", sentence}}})}};
}

// Nothing is sent on as it is: the service would get a request that was meant for a function.
Json report_unknown(const sdk::DestinationInput& in, const Json& functions, const std::string& name, sdk::Out& out) {
  const std::string of = "Upstream " + sdk::to_string(in.upstream);
  const std::string answered = "; requests are answered 500 until it comes";
  const std::string field = std::string(kField) + "/functionName";
  if (functions.empty()) {
    // As with other functions, nothing is wrong with a route whose functions are still to be found.
    out.info({field, "FunctionNotFound", of + " has no functions yet" + answered, name, "", in.upstream});
  } else {
    const std::string expected = "one of " + names_of(functions);
    out.warning(
        {field, "FunctionNotFound", of + " has no function of this name" + answered, name, expected, in.upstream});
  }
  return refusing("unknown function " + name);
}

}  // namespace

Json extractors_of(const Json& parameters, const std::string& field, sdk::Out& out) {
  Json extractors = Json::object();
  if (parameters.is_null()) return extractors;
  // As in Gloo these two are there where any parameter is.
  for (const char* header : {":path", ":method"}) add(header, "", field, extractors, out);
  if (const Json* path = sdk::find(parameters, "path"); path != nullptr && path->is_string())
    add(":path", path->get<std::string>(), field + "/path", extractors, out);
  if (const Json* headers = sdk::find(parameters, "headers")) {
    for (const auto& [name, text] : headers->items()) {
      if (text == "") continue;
      add(name, text.get<std::string>(), field + "/headers" + sdk::pointer_step(name), extractors, out);
    }
  }
  return extractors;
}

std::optional<Json> rest_stage(const sdk::DestinationInput& in, const Json& upstream, sdk::Out& out) {
  const Json destination = sdk::parse_json(in.destination_json.empty() ? "{}" : in.destination_json);
  const std::string name = sdk::get_string(destination, "functionName");
  if (name.empty()) {
    out.error({std::string(kField) + "/functionName", "MissingField", "a function must be named"});
    return std::nullopt;
  }
  const Json* service = sdk::find(upstream, "serviceSpec");
  const Json* rest = service == nullptr ? nullptr : sdk::find(*service, "rest");
  const Json* functions = rest == nullptr ? nullptr : sdk::find(*rest, "transformations");
  const Json* function = functions == nullptr ? nullptr : sdk::find(*functions, name.c_str());
  if (function == nullptr) return report_unknown(in, functions == nullptr ? Json::object() : *functions, name, out);
  Json request = *function;
  const Json* parameters = sdk::find(destination, "parameters");
  const Json extractors =
      extractors_of(parameters == nullptr ? Json() : *parameters, std::string(kField) + "/parameters", out);
  // The destination's parameters take the place of the function's of the same name.
  if (!extractors.empty()) {
    if (!request.contains("extractors")) request["extractors"] = Json::object();
    request["extractors"].update(extractors);
  }
  request["percentEncode"] = true;
  Json entry{{"requestTransformation", {{"transformationTemplate", request}}}};
  if (const Json* response = sdk::find(destination, "responseTransformation"))
    entry["responseTransformation"] = {{"transformationTemplate", *response}};
  if (out.failed()) return std::nullopt;
  return Json{{"requestTransforms", Json::array({entry})}};
}

}  // namespace solder::plugins::transformation
