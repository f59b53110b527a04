#include "matchers.h"

#include <algorithm>
#include <utility>

namespace solder::plugins::istio {

namespace {

using Kind = StringMatch::Kind;
using Path = Matcher::Path;

// Expressions match whole paths, and a path begins with a slash: route tables are asked to show that theirs does.
std::string path_regex(std::string text) {
  if (text.starts_with('^')) text.erase(0, 1);
  if (text.starts_with('/')) return text;
  return text == ".*" || text == "*" ? "/.*" : "/{0}(?:" + text + ")";
}

void set_path(const StringMatch& uri, bool any_case, Matcher& out) {
  if (uri.kind == Kind::kRegex || (any_case && uri.text.starts_with('/'))) {
    out.path = Path::kRegex;
    const std::string begin = "/(?i)" + quoted(uri.text.substr(uri.text.empty() ? 0 : 1));
    if (uri.kind == Kind::kRegex) {
      out.json["regex"] = path_regex(uri.text);
      out.pattern = uri.text;
    } else {
      out.json["regex"] = uri.kind == Kind::kPrefix ? begin + ".*" : begin;
      out.pattern = uri.kind == Kind::kPrefix ? "^" + begin : "^" + begin + "$";
    }
    return;
  }
  out.path = uri.kind == Kind::kExact ? Path::kExact : Path::kPrefix;
  out.json[uri.kind == Kind::kExact ? "exact" : "prefix"] = uri.kind == Kind::kPresent ? "/" : uri.text;
}

void add_header(const std::string& name, const StringMatch& match, bool invert, Matcher& out) {
  Json header = {{"name", name}};
  if (match.kind == Kind::kExact) header["value"] = match.text;
  if (match.kind == Kind::kPrefix || match.kind == Kind::kRegex) {
    header["value"] = match.regex();
    header["regex"] = true;
  }
  if (invert) header["invertMatch"] = true;
  out.json["headers"].push_back(std::move(header));
}

class MatchReader {
 public:
  MatchReader(Fields& match, const RoutePlace& place) : match_(match), place_(place) {}

  std::optional<Matcher> run() {
    match_.pass({"name", "statPrefix"});
    const bool mine = is_mine();
    path();
    method();
    for (const auto& [member, header] : {std::pair{"authority", ":authority"}, std::pair{"scheme", ":scheme"}}) {
      if (match_.has(member)) add_header(header, read(match_.object(member)), false, out_);
    }
    headers("headers", false);
    headers("withoutHeaders", true);
    query_parameters();
    port();
    clients();
    match_.rest();
    return mine && told_ ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  StringMatch read(Fields fields) {
    StringMatch out = read_string_match(std::move(fields));
    if (out.unread) told_ = false;  // all other requests are not what is meant
    return out;
  }

  // Gateways that the match names; what it is for others is no matter here.
  bool is_mine() {
    const auto names = match_.texts("gateways");
    if (names.empty()) return true;
    if (place_.mesh) return std::find(names.begin(), names.end(), "mesh") != names.end();
    size_t found = 0;
    for (const std::string& name : names)
      found += place_.gateways.count(name.find('/') == std::string::npos ? place_.ns + "/" + name : name);
    if (found != 0 && found < place_.gateways.size()) {
      match_.report().cannot(match_.at("gateways"),
                             "the virtual service's hosts have the same routes at all of its gateways", "",
                             "virtual services of their own");
    }
    return found != 0;
  }

  void path() {
    const bool any_case = match_.flag("ignoreUriCase").value_or(false);
    if (match_.has("uri")) set_path(read(match_.object("uri")), any_case, out_);
  }

  void method() {
    if (!match_.has("method")) return;
    const StringMatch method = read(match_.object("method"));
    if (method.kind == Kind::kExact) {
      out_.json["methods"] = {method.text};
    } else {
      add_header(":method", method, false, out_);
    }
  }

  void headers(const char* member, bool invert) {
    Fields headers = match_.object(member);
    const Json* all = match_.raw(member);
    if (!headers.present()) return;
    for (const auto& [name, value] : all->items()) {
      if (name == "uri" || name == "scheme" || name == "method" || name == "authority") {
        told_ = false;
        match_.report().cannot(headers.at(name.c_str()),
                               "as Istio's this is a member of the match; the match is left out", name,
                               "its own member beside `headers`");
        continue;
      }
      add_header(name, value.is_null() ? StringMatch() : read(headers.object(name.c_str())), invert, out_);
    }
  }

  void query_parameters() {
    Fields parameters = match_.object("queryParams");
    const Json* all = match_.raw("queryParams");
    if (!parameters.present()) return;
    for (const auto& [name, value] : all->items()) {
      const StringMatch match = value.is_null() ? StringMatch() : read(parameters.object(name.c_str()));
      Json one = {{"name", name}};
      if (match.kind == Kind::kExact) one["value"] = match.text;
      if (match.kind == Kind::kPrefix || match.kind == Kind::kRegex) {
        one["value"] = match.regex();
        one["regex"] = true;
      }
      out_.json["queryParameters"].push_back(std::move(one));
    }
  }

  void port() {
    const auto port = match_.number("port");
    if (!port || place_.mesh) return;
    if (place_.ports.count(*port) == 0) {
      told_ = false;
      match_.report().warning({match_.at("port"), "NotInEffect",
                               "no gateway of the virtual service has this port; the match is left out",
                               std::to_string(*port), "a port of its gateways"});
    } else if (place_.ports.size() > 1) {
      match_.report().cannot(match_.at("port"), "the virtual service's hosts have the same routes at all ports",
                             std::to_string(*port), "virtual services of their own");
    }
  }

  // What tells one client of a mesh from another. A gateway is none of them.
  void clients() {
    for (const char* name : {"sourceLabels", "sourceNamespace"}) {
      if (!match_.has(name)) continue;
      told_ = false;
      match_.cannot(name, "requests do not come from pods of the mesh; the match is left out");
    }
  }

  Fields& match_;
  const RoutePlace& place_;
  Matcher out_;
  bool told_ = true;
};

}  // namespace

bool Matcher::all() const {
  if (json.contains("headers") || json.contains("queryParameters") || json.contains("methods")) return false;
  if (path == Path::kPrefix) return json["prefix"] == "/";
  return path == Path::kNone || (path == Path::kRegex && json["regex"] == "/.*");
}

std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '/' || static_cast<unsigned char>(c) >= 0x80;
    if (!plain) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string StringMatch::regex() const {
  if (kind == Kind::kRegex) return text;
  return kind == Kind::kExact ? quoted(text) : quoted(text) + ".*";
}

StringMatch read_string_match(Fields fields) {
  StringMatch out;
  out.unread = !fields.present();
  for (const auto& [name, kind] :
       {std::pair{"exact", Kind::kExact}, std::pair{"prefix", Kind::kPrefix}, std::pair{"regex", Kind::kRegex}}) {
    if (!fields.has(name)) continue;
    out.text = fields.text(name);
    out.unread = out.unread || !fields.raw(name)->is_string();
    out.kind = kind;
    if (!out.text.empty()) continue;
    // Empty at the beginning is all, and an empty text itself is not the same as none.
    out.kind = kind == Kind::kExact ? Kind::kRegex : Kind::kPresent;
    if (kind == Kind::kExact) out.text = "^$";
  }
  fields.rest();
  return out;
}

std::optional<Matcher> read_matcher(Fields& match, const RoutePlace& place) { return MatchReader(match, place).run(); }

}  // namespace solder::plugins::istio
