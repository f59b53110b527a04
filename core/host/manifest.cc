#include "core/host/manifest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "solder/kinds/discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/plugin_files.h"
#include "solder/kinds/upstream_type.h"

namespace solder::host {

namespace {

using Json = nlohmann::json;

constexpr size_t kMaxSize = 4u << 20;
constexpr int kMaxDepth = 100;

constexpr std::array<std::string_view, 9> kScopes = {
    "settings",     "gateway", "http_gateway",         "tcp_gateway", "virtual_service",
    "virtual_host", "route",   "weighted_destination", "upstream"};
constexpr std::array<std::string_view, 9> kStages = {"fault",      "cors",     "waf",      "authn", "authz",
                                                     "rate_limit", "accepted", "out_auth", "route"};

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

template <typename List>
std::string joined(const List& list) {
  std::string out;
  for (std::string_view word : list) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

bool is_name(std::string_view text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto inner = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 63 && lower(text[0]) && std::all_of(text.begin(), text.end(), inner);
}

bool is_key(std::string_view text) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; };
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), allowed);
}

// "1.20.3", "1.0.0-rc.1"
bool is_version(std::string_view text) {
  size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    const size_t start = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == start || at - start > 9) return false;
    if (part < 2 && (at >= text.size() || text[at++] != '.')) return false;
  }
  if (at == text.size()) return true;
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '+'; };
  return text.size() <= 64 && (text[at] == '-' || text[at] == '+') &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), allowed);
}

// "solder.options/1", "com.example.thing/12"
bool is_id(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || text.size() > 128) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto letter = [&](char c) { return (c >= 'a' && c <= 'z') || digit(c) || c == '.' || c == '-' || c == '_'; };
  const std::string_view revision = text.substr(slash + 1);
  return !revision.empty() && std::all_of(revision.begin(), revision.end(), digit) &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(slash), letter);
}

// Libraries need nobody to run them; signatures and what is half written are none.
bool is_ending(std::string_view text) {
  constexpr std::array<std::string_view, 4> kOthers = {"so", "sig", "tmp", "state"};
  return is_key(text) && text.size() <= 16 && text.find('.') == std::string_view::npos && !contains(kOthers, text);
}

// As nlohmann takes it: "" or steps that each begin with a slash.
bool is_pointer(const std::string& text) {
  try {
    static_cast<void>(Json::json_pointer(text));
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

class Parser {
 public:
  ManifestResult run(std::string_view text) {
    if (text.size() > kMaxSize) {
      problem("", "is longer than 4 MB");
      return std::move(result_);
    }
    const Json json = parse(text);
    if (result_.problems.empty()) document(json);
    return std::move(result_);
  }

 private:
  void problem(const std::string& where, const std::string& what) {
    result_.problems.push_back((where.empty() ? "the manifest" : where) + " " + what);
  }

  // nlohmann keeps the last of two equal keys; here that is a mistake to name.
  Json parse(std::string_view text) {
    std::vector<std::set<std::string>> keys;
    bool too_deep = false;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
      if (depth > kMaxDepth) too_deep = true;
      if (event == Json::parse_event_t::object_start) keys.emplace_back();
      if (event == Json::parse_event_t::object_end) keys.pop_back();
      if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
        problem("", "holds the key \"" + value.get<std::string>() + "\" twice in one object");
      }
      return !too_deep;
    };
    try {
      Json json = Json::parse(text.begin(), text.end(), watch);
      if (too_deep) problem("", "is nested deeper than " + std::to_string(kMaxDepth) + " levels");
      return json;
    } catch (const Json::exception& error) {
      problem("", std::string("is not JSON: ") + error.what());
    }
    return {};
  }

  // The member, if it is there and of the right type; otherwise a problem.
  const Json* member(const Json& object, const std::string& where, const char* name, Json::value_t type,
                     bool required) {
    const std::string path = where + "/" + name;
    const auto at = object.find(name);
    if (at == object.end()) {
      if (required) problem(path, "is missing");
      return nullptr;
    }
    const bool number = type == Json::value_t::number_unsigned && at->is_number_unsigned();
    if (!number && at->type() != type) {
      problem(path, std::string("must be ") + type_name(type) + ", found " + at->type_name());
      return nullptr;
    }
    return &*at;
  }
  static const char* type_name(Json::value_t type) {
    switch (type) {
      case Json::value_t::object:
        return "an object";
      case Json::value_t::array:
        return "a list";
      case Json::value_t::string:
        return "a string";
      case Json::value_t::boolean:
        return "true or false";
      default:
        return "a whole number";
    }
  }
  std::string text(const Json& object, const std::string& where, const char* name, bool required) {
    const Json* value = member(object, where, name, Json::value_t::string, required);
    return value != nullptr ? value->get<std::string>() : std::string();
  }
  uint32_t number(const Json& object, const std::string& where, const char* name) {
    const Json* value = member(object, where, name, Json::value_t::number_unsigned, true);
    if (value == nullptr) return 0;
    const auto wide = value->get<uint64_t>();
    if (wide > 1000000) problem(where + "/" + name, "is too large: " + std::to_string(wide));
    return static_cast<uint32_t>(std::min<uint64_t>(wide, 1000000));
  }
  void only(const Json& object, const std::string& where, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : object.items()) {
      if (!contains(known, name)) problem(where + "/" + name, "is unknown; known are " + joined(known));
    }
  }

  void document(const Json& json) {
    if (!json.is_object()) return problem("", std::string("must be a JSON object, found ") + json.type_name());
    only(json, "",
         {"manifest_version", "name", "version", "summary", "abi", "provides", "needs", "filters", "kinds", "isolation",
          "unload"});
    Manifest& out = result_.manifest;
    out.name = text(json, "", "name", true);
    if (!out.name.empty() && !is_name(out.name)) {
      problem("/name", "is \"" + out.name + "\"; right are a-z, 0-9, _ and -, a letter first, at most 63");
    }
    const uint32_t format = number(json, "", "manifest_version");
    if (format > 1) problem("/manifest_version", "is " + std::to_string(format) + "; this Solder reads version 1");
    out.version = text(json, "", "version", true);
    if (!out.version.empty() && !is_version(out.version)) {
      problem("/version", "is \"" + out.version + "\"; right is MAJOR.MINOR.PATCH, such as 1.0.0");
    }
    out.summary = text(json, "", "summary", false);
    if (const Json* abi = member(json, "", "abi", Json::value_t::object, true)) {
      only(*abi, "/abi", {"major", "minor"});
      out.abi_major = number(*abi, "/abi", "major");
      out.abi_minor = number(*abi, "/abi", "minor");
    }
    provides(json);
    needs(json);
    filters(json);
    kinds(json);
    out.in_process = word(json, "isolation", {"in_process", "process"}) != "process";
    out.unload_allowed = word(json, "unload", {"allowed", "never"}) == "allowed";
  }

  std::string word(const Json& json, const char* name, std::initializer_list<std::string_view> words) {
    std::string value = text(json, "", name, false);
    if (!value.empty() && !contains(words, value)) {
      problem(std::string("/") + name, "is \"" + value + "\"; right are " + joined(words));
    }
    return value;
  }

  void provides(const Json& json) {
    const Json* list = member(json, "", "provides", Json::value_t::array, true);
    if (list == nullptr) return;
    if (list->empty()) problem("/provides", "is empty; a plugin provides at least one capability");
    for (size_t i = 0; i < list->size(); ++i) {
      const std::string where = "/provides/" + std::to_string(i);
      const Json& entry = (*list)[i];
      if (!entry.is_object()) {
        problem(where, "must be an object with id and claims");
        continue;
      }
      only(entry, where, {"id", "claims", "files"});
      ManifestCapability capability;
      capability.id = text(entry, where, "id", true);
      if (!capability.id.empty() && !is_id(capability.id)) {
        problem(where + "/id", "is \"" + capability.id + "\"; right is a name and a revision: " SOLDER_CAP_OPTIONS);
      }
      for (const ManifestCapability& earlier : result_.manifest.provides) {
        if (earlier.id == capability.id) problem(where + "/id", "is listed twice: " + capability.id);
      }
      claims(entry, where, capability);
      files(entry, where, capability.id == SOLDER_CAP_PLUGIN_FILES);
      result_.manifest.provides.push_back(std::move(capability));
    }
  }

  void claims(const Json& entry, const std::string& where, ManifestCapability& capability) {
    const bool options = capability.id == SOLDER_CAP_OPTIONS;
    const bool upstreams = capability.id == SOLDER_CAP_UPSTREAM_TYPE;
    const Json* list = member(entry, where, "claims", Json::value_t::array, options || upstreams);
    if (list == nullptr) return;
    if (list->empty() && (options || upstreams))
      problem(where + "/claims", "is empty; nothing would call this capability");
    for (size_t i = 0; i < list->size(); ++i) {
      const std::string at = where + "/claims/" + std::to_string(i);
      if (!(*list)[i].is_object()) {
        problem(at, "must be an object with key and schema");
        continue;
      }
      claim((*list)[i], at, options, capability);
    }
  }

  void files(const Json& entry, const std::string& where, bool runner) {
    if (!runner && entry.contains("files")) problem(where + "/files", "is for " SOLDER_CAP_PLUGIN_FILES " alone");
    const Json* list = runner ? member(entry, where, "files", Json::value_t::array, true) : nullptr;
    if (list != nullptr && list->empty()) problem(where + "/files", "is empty; nothing would call this capability");
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const Json& ending = (*list)[i];
      if (!ending.is_string() || !is_ending(ending.get<std::string>())) {
        problem(where + "/files/" + std::to_string(i),
                "must be the end of files' names without the dot, such as \"py\"");
      } else {
        result_.manifest.files.push_back(ending.get<std::string>());
      }
    }
  }

  std::string schema(const Json& json, const std::string& where, const char* name) {
    const auto schema = json.find(name);
    if (schema != json.end() && (schema->is_object() || schema->is_boolean())) return schema->dump();
    problem(where + "/" + name, "must be a JSON Schema: an object, or true for any value");
    return "";
  }

  void claim(const Json& json, const std::string& where, bool has_scope, ManifestCapability& capability) {
    ManifestClaim out;
    if (has_scope) {
      only(json, where, {"scope", "key", "schema"});
      out.scope = text(json, where, "scope", true);
      if (!out.scope.empty() && !contains(kScopes, out.scope)) {
        problem(where + "/scope", "is \"" + out.scope + "\"; right are " + joined(kScopes));
      }
    } else {
      only(json, where, {"key", "schema", "destination", "service"});
      const Json* service = member(json, where, "service", Json::value_t::boolean, false);
      out.scope = service != nullptr && service->get<bool>() ? "service" : "upstream_type";
    }
    out.key = text(json, where, "key", true);
    if (!out.key.empty() && !is_key(out.key)) problem(where + "/key", "is no key of an object: \"" + out.key + "\"");
    out.schema_json = schema(json, where, "schema");
    if (json.contains("destination"))
      capability.claims.push_back({"destination", out.key, schema(json, where, "destination")});
    for (const ManifestClaim& earlier : capability.claims) {
      if (earlier.scope == out.scope && earlier.key == out.key) {
        problem(where, "claims " + out.scope + ":" + out.key + " for the second time");
      }
    }
    capability.claims.push_back(std::move(out));
  }

  void needs(const Json& json) {
    const Json* list = member(json, "", "needs", Json::value_t::array, false);
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const Json& id = (*list)[i];
      if (!id.is_string() || !is_id(id.get<std::string>())) {
        problem("/needs/" + std::to_string(i), "must be the id of a host service, such as \"solder.typed/1\"");
      } else {
        result_.manifest.needs.push_back(id.get<std::string>());
      }
    }
  }

  void filters(const Json& json) {
    const Json* list = member(json, "", "filters", Json::value_t::array, false);
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const std::string where = "/filters/" + std::to_string(i);
      if (!(*list)[i].is_object()) {
        problem(where, "must be an object with name and stage");
        continue;
      }
      only((*list)[i], where, {"name", "stage"});
      std::string name = text((*list)[i], where, "name", true);
      std::string stage = text((*list)[i], where, "stage", true);
      if (!stage.empty() && !is_filter_stage(stage)) {
        problem(where + "/stage", "is \"" + stage + "\"; right are " + joined(kStages));
      }
      result_.manifest.filters.emplace_back(std::move(name), std::move(stage));
    }
  }

  bool provided(std::string_view id) const {
    const auto& all = result_.manifest.provides;
    return std::any_of(all.begin(), all.end(), [&](const ManifestCapability& each) { return each.id == id; });
  }

  void kinds(const Json& json) {
    const Json* list = member(json, "", "kinds", Json::value_t::array, false);
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const std::string where = "/kinds/" + std::to_string(i);
      if (!(*list)[i].is_object()) {
        problem(where, "must be an object with kind, api_version and schema");
        continue;
      }
      result_.manifest.kinds.push_back(kind((*list)[i], where));
    }
  }

  ManifestKind kind(const Json& json, const std::string& where) {
    only(json, where, {"kind", "api_version", "schema", "index", "derive", "status"});
    ManifestKind out;
    out.kind = text(json, where, "kind", true);
    if (!out.kind.empty() && !is_key(out.kind)) problem(where + "/kind", "is no kind: \"" + out.kind + "\"");
    // Its values would be readable through an index.
    if (out.kind == "Secret") problem(where + "/kind", "is Secret, whose values do not reach plugins");
    for (const ManifestKind& earlier : result_.manifest.kinds) {
      if (earlier.kind == out.kind) problem(where + "/kind", "is listed twice: " + out.kind);
    }
    out.api_version = text(json, where, "api_version", true);
    const auto schema = json.find("schema");
    if (schema == json.end() || !(schema->is_object() || schema->is_boolean())) {
      problem(where + "/schema", "must be a JSON Schema: an object, or true for any value");
    } else {
      out.schema_json = schema->dump();
    }
    const Json* index = member(json, where, "index", Json::value_t::array, false);
    for (size_t i = 0; index != nullptr && i < index->size(); ++i) {
      const Json& pointer = (*index)[i];
      if (!pointer.is_string() || !is_pointer(pointer.get<std::string>())) {
        problem(where + "/index/" + std::to_string(i), "must be a JSON pointer, such as \"/metadata/labels/app\"");
      } else {
        out.index.push_back(pointer.get<std::string>());
      }
    }
    if (const Json* status = member(json, where, "status", Json::value_t::boolean, false)) out.status = *status;
    if (const Json* derive = member(json, where, "derive", Json::value_t::boolean, false)) out.derive = *derive;
    // Where something is wrong already, the list of capabilities may be what is wrong.
    if (out.derive && result_.problems.empty() && !provided(SOLDER_CAP_DISCOVERY)) {
      problem(where + "/derive", "needs the capability " SOLDER_CAP_DISCOVERY " among provides");
    }
    return out;
  }

  ManifestResult result_;
};

}  // namespace

bool is_filter_stage(std::string_view word) { return contains(kStages, word); }

ManifestResult parse_manifest(std::string_view json) { return Parser().run(json); }

}  // namespace solder::host
