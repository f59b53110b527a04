#include "operation.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "schema.h"
#include "shown.h"
#include "solder/sdk/text.hpp"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

constexpr size_t kMostParameters = 100;

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// Headers that a document says nothing about (as OpenAPI says of the first three), and those that frame a message.
bool is_others(const std::string& header) {
  constexpr std::array<std::string_view, 3> kOthers = {"accept", "content-type", "authorization"};
  return std::find(kOthers.begin(), kOthers.end(), header) != kOthers.end();
}
bool frames(const std::string& header) {
  constexpr std::array<std::string_view, 8> kFraming = {"host", "connection", "content-length", "transfer-encoding",
                                                        "te",   "upgrade",    "trailer",        "keep-alive"};
  return std::find(kFraming.begin(), kFraming.end(), header) != kFraming.end();
}

class Reader {
 public:
  Reader(References& references, const Own& own, Operation& out, std::string& why)
      : references_(references), own_(own), out_(out), why_(why) {}

  bool read(const Place& item, const Place& operation) {
    out_.id = sdk::get_string(*operation.value, "operationId");
    return base(item, operation) && parameters(item) && parameters(operation) && body(operation) && path_parameters();
  }

 private:
  bool fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return false;
  }

  bool base(const Place& item, const Place& operation) {
    out_.base = own_.document_base;
    for (const Place& of : {operation, item}) {
      const Json* servers = sdk::find(*of.value, "servers");
      if (servers == nullptr || !servers->is_array() || servers->empty()) continue;
      std::string foreign;
      const auto document = parse_url(*of.document);
      out_.base = base_of(*servers, own_, document ? *document : own_.upstream, foreign);
      if (!foreign.empty()) return fail("its server " + foreign + " is another host, and is not called");
      return true;
    }
    return true;
  }

  bool parameters(const Place& of) {
    const Json* list = sdk::find(*of.value, "parameters");
    if (list == nullptr) return true;
    if (!list->is_array()) return fail("its parameters are no list");
    for (const Json& one : *list) {
      const Place place = references_.resolved({&one, of.document}, why_);
      if (place.value == nullptr || !place.value->is_object()) return fail("a parameter is no object");
      if (!parameter(place)) return false;
    }
    return out_.parameters.size() <= kMostParameters || fail("it has more than 100 parameters");
  }

  bool parameter(const Place& place) {
    const Json& one = *place.value;
    Parameter made{sdk::get_string(one, "name"), sdk::get_string(one, "in"), ""};
    if (made.in == "body") return body_schema(references_.child(place, "schema"));
    if (made.name.empty()) return fail("a parameter has no name");
    if (made.in == "formData") {
      if (type_of(one) == "file") has_file_ = true;
      form_[made.name] = type_of(one);
      return true;
    }
    if (made.in == "header") {
      const std::string header = sdk::lower_case(made.name);
      if (is_others(header)) return true;
      if (!is_token(made.name) || frames(header))
        return fail("the parameter " + shown(made.name) + " cannot be a header");
    } else if (made.in == "cookie") {
      if (!is_token(made.name)) return fail("the parameter " + shown(made.name) + " cannot be a cookie");
    } else if (made.in == "query") {
      made.form = form_of(place);
    } else if (made.in != "path") {
      return fail("the parameter " + shown(made.name) + " is in \"" + shown(made.in, 20) +
                  "\", which is no place for one");
    }
    // What an operation says takes the place of what its path says.
    std::erase_if(out_.parameters,
                  [&](const Parameter& other) { return other.name == made.name && other.in == made.in; });
    out_.parameters.push_back(std::move(made));
    return true;
  }

  std::string form_of(const Place& place) {
    const Json& one = *place.value;
    const std::string style = sdk::get_string(one, "style"), format = sdk::get_string(one, "collectionFormat");
    if (style == "deepObject") return "deep";
    if (style == "spaceDelimited" || format == "ssv") return "ssv";
    if (style == "pipeDelimited" || format == "pipes") return "pipes";
    if (format == "multi" || style == "form") return sdk::get_bool(one, "explode").value_or(true) ? "" : "csv";
    if (one.contains("explode")) return sdk::get_bool(one, "explode").value_or(true) ? "" : "csv";
    // 2.0 joins lists by commas, 3.x repeats the name.
    return one.contains("schema") || one.contains("content") || type_of(one) != "array" ? "" : "csv";
  }

  // The names in the path's braces are parameters, whether or not they are listed.
  bool path_parameters() {
    std::string_view rest = out_.path;
    std::vector<std::string> names;
    while (true) {
      const size_t open = rest.find_first_of("{}");
      if (open == std::string_view::npos) break;
      const size_t close = rest.find_first_of("{}", open + 1);
      if (rest[open] == '}' || close == std::string_view::npos || rest[close] == '{' || close == open + 1)
        return fail("the braces of its path do not close around names");
      names.emplace_back(rest.substr(open + 1, close - open - 1));
      rest.remove_prefix(close + 1);
    }
    for (const Parameter& one : out_.parameters) {
      if (one.in == "path" && std::find(names.begin(), names.end(), one.name) == names.end())
        return fail("its path has no place for the parameter " + shown(one.name));
    }
    return true;
  }

  // 2.0 has parameters for it, 3.x a requestBody.
  bool body(const Place& operation) {
    if (!form_.empty()) {
      const bool plain = !has_file_ && consumes(operation, "application/x-www-form-urlencoded");
      out_.body = {plain ? Body::Kind::kForm : Body::Kind::kAsItIs,
                   plain ? form_ : std::map<std::string, std::string>()};
      return true;
    }
    const Place given = references_.child(operation, "requestBody");
    if (given.value == nullptr) {
      const bool json = out_.body.kind != Body::Kind::kJson || consumes(operation, "application/json");
      if (!json) out_.body = {Body::Kind::kAsItIs, {}};
      return true;
    }
    const Place request = references_.resolved(given, why_);
    if (request.value == nullptr) return fail("its requestBody is not there");
    const Place content = references_.child(request, "content");
    out_.body.kind = Body::Kind::kAsItIs;
    if (content.value == nullptr || !content.value->is_object()) return true;
    for (const auto& [type, media] : content.value->items()) {
      if (is_json(type)) return body_schema(references_.child({&media, content.document}, "schema"));
    }
    for (const auto& [type, media] : content.value->items()) {
      if (!sdk::lower_case(type).starts_with("application/x-www-form-urlencoded")) continue;
      if (!body_schema(references_.child({&media, content.document}, "schema"))) return false;
      if (out_.body.kind == Body::Kind::kJson) out_.body.kind = Body::Kind::kForm;
    }
    return true;
  }

  static bool is_json(const std::string& media_type) {
    const std::string type = sdk::lower_case(media_type).substr(0, media_type.find(';'));
    return type == "application/json" || type.ends_with("+json") || type == "*/*";
  }

  // Whether what 2.0's `consumes` says, of the operation or else of the document, allows a type of body.
  bool consumes(const Place& operation, const char* type) {
    const Json* list = sdk::find(*operation.value, "consumes");
    const Place root = references_.root();
    if (list == nullptr && root.value != nullptr) list = sdk::find(*root.value, "consumes");
    if (list == nullptr || !list->is_array() || list->empty()) return true;
    return std::any_of(list->begin(), list->end(), [&](const Json& one) {
      return one.is_string() && (sdk::lower_case(one.get<std::string>()).starts_with(type) ||
                                 (std::string_view(type) == "application/json" && is_json(one.get<std::string>())));
    });
  }

  bool body_schema(const Place& schema) {
    out_.body = {Body::Kind::kAsItIs, {}};
    if (schema.value == nullptr) return true;
    Members members = members_of(references_, schema);
    if (!members.why.empty()) return fail(members.why);
    if (members.known) out_.body = {Body::Kind::kJson, std::move(members.types)};
    return true;
  }

  References& references_;
  const Own& own_;
  Operation& out_;
  std::string& why_;
  std::map<std::string, std::string> form_;
  bool has_file_ = false;
};

// "{version}" by what the server's variables say it is unless told otherwise.
std::string with_variables(const Json& server) {
  std::string url = sdk::get_string(server, "url");
  const Json* variables = sdk::find(server, "variables");
  if (variables == nullptr || !variables->is_object()) return url;
  for (const auto& [name, variable] : variables->items()) {
    const std::string mark = "{" + name + "}";
    const std::string value = sdk::get_string(variable.is_object() ? variable : Json::object(), "default");
    for (size_t at = url.find(mark); at != std::string::npos; at = url.find(mark, at + value.size()))
      url.replace(at, mark.size(), value);
  }
  return url;
}

bool is_own(const Url& server, const Own& own, const Url& document) {
  const std::string host = server.host();
  return server.authority == own.upstream.authority || server.authority == document.authority ||
         host == own.upstream.host() || host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::string base_path(const Url& url) {
  std::string path = url.path;
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

std::string base_of(const Json& servers, const Own& own, const Url& document, std::string& foreign) {
  foreign.clear();
  if (!servers.is_array()) return "";
  std::optional<std::string> first;
  for (const Json& server : servers) {
    if (!server.is_object()) continue;
    const std::string text = with_variables(server);
    const auto url = resolve_url(document, text.empty() ? "/" : text);
    if (url && is_own(*url, own, document)) {
      foreign.clear();
      return base_path(*url);
    }
    if (first) continue;
    first = url ? base_path(*url) : "";
    foreign = shown(text);
  }
  return first.value_or("");
}

std::optional<Operation> read_operation(References& references, const Own& own, const Place& item, const char* method,
                                        const std::string& path, std::string& why) {
  const Place operation = references.child(item, method);
  Operation out;
  out.method = method;
  std::transform(out.method.begin(), out.method.end(), out.method.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  out.path = path;
  if (operation.value == nullptr || !operation.value->is_object()) {
    why = "it is no object";
    return std::nullopt;
  }
  if (!Reader(references, own, out, why).read(item, operation)) return std::nullopt;
  return out;
}

}  // namespace solder::plugins::openapi
