#include "functions.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "shown.h"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

constexpr size_t kMostOperations = 10000, kMostName = 253;
constexpr std::array<const char*, 7> kMethods = {"get", "put", "post", "delete", "options", "head", "patch"};
// Those that HTTP has and a function cannot be: Envoy passes no TRACE on.
constexpr const char* kTrace = "trace";

std::string quoted(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

// What a document says of a path, as it may stand in one.
std::string literal(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7F && std::string_view("#{}\\\"<>`^|").find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

// A name with the form of its value. One with a colon in it gets a form that says nothing, so that its own is none.
std::string with_form(const std::string& name, const std::string& form, const char* nothing) {
  if (form.empty() && name.find(':') == std::string::npos) return name;
  return name + ":" + (form.empty() ? nothing : form);
}

std::string call(const char* function, const std::vector<std::string>& names) {
  std::string out = std::string("{{ ") + function + "(";
  for (size_t i = 0; i < names.size(); ++i) out += (i == 0 ? "" : ", ") + quoted(names[i]);
  return out + ") }}";
}

std::string path_template(const Operation& operation) {
  std::string out = literal(operation.base);
  std::string_view rest = operation.path;
  while (!rest.empty()) {
    const size_t open = std::min(rest.find('{'), rest.size());
    out += literal(rest.substr(0, open));
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const size_t close = rest.find('}');
    out += call("required", {std::string(rest.substr(1, close - 1))});
    rest.remove_prefix(close + 1);
  }
  std::vector<std::string> query;
  for (const Parameter& one : operation.parameters) {
    if (one.in == "query") query.push_back(with_form(one.name, one.form, "deep"));
  }
  if (query.empty()) return out;
  return out + (out.find('?') == std::string::npos ? "?" : "&") + call("query_string", query);
}

bool is_type(const std::string& type) {
  constexpr std::array<std::string_view, 6> kTypes = {"string", "integer", "number", "boolean", "array", "object"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

void add_body(const Body& body, Json& out, Json& headers) {
  std::vector<std::string> names;
  for (const auto& [name, type] : body.members)
    names.push_back(body.kind == Body::Kind::kJson ? with_form(name, is_type(type) ? type : "", "string")
                                                   : with_form(name, "", "deep"));
  switch (body.kind) {
    case Body::Kind::kNone:
      // The request's own body is for parameters alone.
      out["body"] = {{"text", ""}};
      out["ignoreErrorOnParse"] = true;
      break;
    case Body::Kind::kJson:
      out["body"] = {{"text", call("json_object", names)}};
      headers["content-type"] = {{"text", "application/json"}};
      break;
    case Body::Kind::kForm:
      out["body"] = {{"text", call("query_string", names)}};
      headers["content-type"] = {{"text", "application/x-www-form-urlencoded"}};
      break;
    case Body::Kind::kAsItIs:
      out["passthrough"] = Json::object();
      break;
  }
}

bool has_dot_parts(std::string_view path) {
  while (!path.empty()) {
    const size_t end = std::min(path.find_first_of("/?"), path.size());
    if (path.substr(0, end) == "." || path.substr(0, end) == "..") return true;
    if (end == path.size() || path[end] == '?') return false;
    path.remove_prefix(end + 1);
  }
  return false;
}

class FunctionReader {
 public:
  FunctionReader(const Documents& documents, const Url& document, const Url& upstream)
      : references_(documents, document), document_(document), own_{upstream, ""} {}

  Functions read() {
    const Place root = references_.root();
    if (root.value == nullptr || !root.value->is_object()) {
      const char* kind = root.value == nullptr ? "missing" : root.value->type_name();
      out_.error = std::string("it is no OpenAPI document: not an object, but ") + kind;
      return std::move(out_);
    }
    if (!check_version(*root.value)) return std::move(out_);
    base(*root.value);
    const Place paths = references_.child(root, "paths");
    if (paths.value != nullptr && paths.value->is_object()) {
      for (const auto& [path, item] : paths.value->items()) take_path(path, {&item, paths.document});
    } else if (paths.value != nullptr || !(root.value->contains("webhooks") || root.value->contains("components"))) {
      out_.error = "it has no paths";
    }
    out_.missing = references_.missing();
    out_.foreign.insert(references_.foreign().begin(), references_.foreign().end());
    return std::move(out_);
  }

 private:
  bool check_version(const Json& root) {
    for (const char* member : {"openapi", "swagger"}) {
      const Json* given = sdk::find(root, member);
      if (given == nullptr) continue;
      const std::string version =
          given->is_string() ? given->get<std::string>() : given->dump(-1, ' ', true, Json::error_handler_t::replace);
      const bool known = std::string_view(member) == "swagger" ? version == "2" || version.starts_with("2.0")
                                                               : version == "3" || version.starts_with("3.");
      if (!known)
        out_.error = std::string("it is of a version that is not known: ") + member + ": " + shown(version, 20) +
                     "; known are swagger: \"2.0\", openapi: 3.0.x and 3.1.x";
      return known;
    }
    out_.error = "it is no OpenAPI document: it has neither openapi nor swagger";
    return false;
  }

  void base(const Json& root) {
    std::string foreign;
    if (const Json* servers = sdk::find(root, "servers"))
      own_.document_base = base_of(*servers, own_, document_, foreign);
    if (root.contains("swagger")) {
      std::string path = sdk::get_string(root, "basePath");
      if (!path.empty() && path.front() != '/') path = "/" + path;
      while (path.ends_with('/')) path.pop_back();
      own_.document_base = path;
      const std::string host = sdk::get_string(root, "host");
      if (!host.empty()) {
        const Json server = Json::array({Json{{"url", own_.upstream.scheme + "://" + host}}});
        (void)base_of(server, own_, document_, foreign);
      }
    }
    if (!foreign.empty()) out_.foreign.insert(foreign);
  }

  void take_path(const std::string& path, const Place& from) {
    if (path.starts_with("x-")) return;  // an extension
    std::string why;
    const Place item = references_.resolved(from, why);
    if (item.value == nullptr || !item.value->is_object()) {
      // Which operations it would have is not known.
      ++out_.operations;
      return out_.skipped.push_back({shown(path), why.empty() ? "its path item is no object" : why});
    }
    if (item.value->contains(kTrace)) skip(kTrace, path, "TRACE is not passed on by Envoy");
    for (const char* method : kMethods) {
      if (item.value->contains(method)) take(method, path, item);
    }
  }

  void skip(const char* method, const std::string& path, std::string why) {
    std::string verb(method);
    std::transform(verb.begin(), verb.end(), verb.begin(), [](unsigned char c) { return std::toupper(c); });
    if (std::string_view(method) == kTrace) ++out_.operations;
    out_.skipped.push_back({verb + " " + shown(path), std::move(why)});
  }

  void take(const char* method, const std::string& path, const Place& item) {
    ++out_.operations;
    if (out_.operations > kMostOperations) return skip(method, path, "the document has more than 10000 operations");
    if (!path.starts_with('/')) return skip(method, path, "its path does not begin with a slash");
    std::string why;
    const auto operation = read_operation(references_, own_, item, method, path, why);
    if (!operation) return skip(method, path, why);
    if (has_dot_parts(operation->base + path))
      return skip(method, path, "its path has parts of dots, which lead elsewhere");
    std::string name = name_of(*operation);
    // Two of one name: the second is called by what it is.
    if (out_.transformations.contains(name)) {
      Operation nameless = *operation;
      nameless.id.clear();
      name = name_of(nameless);
    }
    if (out_.transformations.contains(name)) return skip(method, path, "another function has its name, " + name);
    out_.transformations[name] = template_of(*operation);
  }

  References references_;
  const Url& document_;
  Own own_;
  Functions out_;
};

}  // namespace

std::string name_of(const Operation& operation) {
  const bool usable = !operation.id.empty() && operation.id.size() <= kMostName &&
                      std::none_of(operation.id.begin(), operation.id.end(), [](unsigned char c) { return c < ' '; });
  if (usable) return operation.id;
  std::string out = operation.method + operation.path;
  std::transform(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(operation.method.size()), out.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  std::replace(out.begin(), out.end(), '/', '.');
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < ' '; }, '_');
  return out;
}

Json template_of(const Operation& operation) {
  Json headers{{":method", {{"text", operation.method}}}, {":path", {{"text", path_template(operation)}}}};
  std::vector<std::string> cookies;
  for (const Parameter& one : operation.parameters) {
    // A parameter that the route does not set may be in the request's own header.
    if (one.in == "header")
      headers[one.name] = {{"text", "{{ parameter(" + quoted(one.name) + ", header(" + quoted(one.name) + ")) }}"}};
    if (one.in == "cookie") cookies.push_back(one.name);
  }
  if (!cookies.empty()) headers["cookie"] = {{"text", call("cookies", cookies)}};
  Json out = Json::object();
  add_body(operation.body, out, headers);
  out["headers"] = std::move(headers);
  return out;
}

Functions read_functions(const Documents& documents, const Url& document, const Url& upstream) {
  return FunctionReader(documents, document, upstream).read();
}

}  // namespace solder::plugins::openapi
