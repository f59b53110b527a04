#include "core/discovery/discovered_fields.h"

#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/hash.h"
#include "core/config/object_hash.h"

namespace solder::discovery {

using nlohmann::json;

namespace {

constexpr size_t kMaxName = 253;

// "lambdaFunctions" → "lambda_functions": proto3 JSON takes both.
std::string snake(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

// As the user spells it; as it is given where the user does not.
std::string spelling(const json& object, const std::string& name) {
  const std::string other = snake(name);
  return !object.contains(name) && object.contains(other) ? other : name;
}

// What the field names, made where only it is missing; null: there is no place for it.
json* place(json& document, const std::string& field, const json& empty) {
  json* at = &document;
  const json::json_pointer pointer(field);
  std::vector<std::string> steps;
  for (auto rest = pointer; !rest.empty(); rest = rest.parent_pointer()) steps.insert(steps.begin(), rest.back());
  for (const std::string& step : steps) {
    if (!at->is_object()) return nullptr;
    const std::string name = spelling(*at, step);
    const bool last = &step == &steps.back();
    if (!last && !at->contains(name)) return nullptr;
    at = &(*at)[name];
    if (last && at->is_null()) *at = empty;
  }
  return at->type() == empty.type() ? at : nullptr;
}

// Members that the user did not write.
bool lay_under(json& user, const json& found) {
  bool added = false;
  for (const auto& [name, value] : found.items()) {
    json& own = user[spelling(user, name)];
    if (own.is_null()) {
      own = value;
      added = true;
    } else if (own.is_object() && value.is_object()) {
      added = lay_under(own, value) || added;
    }
  }
  return added;
}

bool add_object(json& document, const host::PublishedList& list) {
  const json found = json::parse(list.items_json, nullptr, false);
  if (!found.is_object() || found.empty()) return false;
  json* into = place(document, list.field, json::object());
  if (into == nullptr) return false;
  bool alike = into->empty();
  for (const auto& [name, value] : found.items()) alike = alike || into->contains(spelling(*into, name));
  return alike && lay_under(*into, found);
}

bool add(json& document, const host::PublishedList& list) {
  if (list.key.empty()) return add_object(document, list);
  const json items = json::parse(list.items_json, nullptr, false);
  if (!items.is_array() || items.empty()) return false;
  json* into = place(document, list.field, json::array());
  if (into == nullptr) return false;
  std::set<std::string> taken;
  for (const json& item : *into) {
    if (!item.is_object()) continue;
    const auto name = item.find(spelling(item, list.key));
    if (name != item.end() && name->is_string()) taken.insert(name->get<std::string>());
  }
  bool added = false;
  for (const json& item : items) {
    if (!item.is_object() || !item.contains(list.key) || !item[list.key].is_string()) continue;
    if (!taken.insert(item[list.key].get<std::string>()).second) continue;
    into->push_back(item);
    added = true;
  }
  return added;
}

std::string quoted(const std::string& text) { return json(text).dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

model::ObjectRef discovered_ref(const std::string& plugin, const host::PublishedList& list) {
  std::string name = list.object.name + "." + list.field.substr(list.field.rfind('/') + 1) + "." + plugin;
  if (name.size() > kMaxName) {
    const std::string hash = base::hash_text(base::hash_bytes(name));
    name = name.substr(0, kMaxName - hash.size() - 1) + "." + hash;
  }
  return {kDiscoveredKind, list.object.ns, name};
}

std::string to_yaml(const std::string& plugin, const host::PublishedList& list) {
  const model::ObjectRef ref = discovered_ref(plugin, list);
  std::string out = "# Found by the plugin " + plugin +
                    ", and kept up to date by Solder. Entries of the same name in the " + list.object.kind +
                    "'s own file\n# take the place of these.\n";
  out += std::string("apiVersion: ") + kDiscoveredVersion + "\nkind: " + kDiscoveredKind + "\n";
  out += "metadata:\n  name: " + quoted(ref.name) + "\n  namespace: " + quoted(ref.ns) +
         "\n  labels: {discovered_by: " + quoted(plugin) + "}\n";
  out += "spec:\n  object: {kind: " + quoted(list.object.kind) + ", name: " + quoted(list.object.name) + "}\n";
  out += "  field: " + quoted(list.field) + "\n";
  const json items = json::parse(list.items_json, nullptr, false);
  if (list.key.empty()) return out + "  value: " + items.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  out += "  key: " + quoted(list.key) + "\n";
  if (!items.is_array() || items.empty()) return out + "  items: []\n";
  out += "  items:\n";
  for (const json& item : items) out += "  - " + item.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  return out;
}

std::optional<host::PublishedList> read_discovered(const model::Object& object) {
  if (object.ref.kind != kDiscoveredKind) return std::nullopt;
  const json document = json::parse(object.json, nullptr, false);
  const auto text = [&](const char* pointer) {
    const json::json_pointer at(pointer);
    return document.contains(at) && document[at].is_string() ? document[at].get<std::string>() : std::string();
  };
  host::PublishedList out;
  out.object = {text("/spec/object/kind"), object.ref.ns, text("/spec/object/name")};
  out.field = text("/spec/field");
  out.key = text("/spec/key");
  const json::json_pointer items(out.key.empty() ? "/spec/value" : "/spec/items");
  if (out.object.kind.empty() || out.object.name.empty() || !out.field.starts_with("/spec/") ||
      !document.contains(items) ||
      document[items].type() != (out.key.empty() ? json::value_t::object : json::value_t::array)) {
    return std::nullopt;
  }
  // A pointer that somebody misspelt by hand.
  try {
    static_cast<void>(json::json_pointer(out.field));
  } catch (const json::exception&) {
    return std::nullopt;
  }
  out.items_json = document[items].dump();
  return out;
}

std::string problems_yaml(const model::Diagnostics& problems) {
  std::string out = "# What is wrong with discovering, kept up to date by solder discovery.\n";
  out += std::string("apiVersion: ") + kDiscoveredVersion + "\nkind: " + kProblemsKind +
         "\nmetadata: {name: all, namespace: solder}\nspec:\n  problems:\n";
  for (const auto& each : problems) {
    const json item{{"kind", each.object.kind},
                    {"namespace", each.object.ns},
                    {"name", each.object.name},
                    {"field", each.field},
                    {"reason", each.reason},
                    {"message", each.message},
                    {"found", each.found},
                    {"expected", each.expected},
                    {"relatedKind", each.related.kind},
                    {"relatedNamespace", each.related.ns},
                    {"relatedName", each.related.name}};
    out += "  - " + item.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  }
  return out;
}

model::Diagnostics read_problems(const model::Object& object) {
  model::Diagnostics out;
  const json document = json::parse(object.json, nullptr, false);
  const json::json_pointer list("/spec/problems");
  if (!document.is_object() || !document.contains(list) || !document[list].is_array()) return out;
  for (const json& each : document[list]) {
    if (!each.is_object()) continue;
    const auto text = [&](const char* name) {
      const auto at = each.find(name);
      return at != each.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    out.push_back({.severity = model::Severity::kWarning,
                   .reason = text("reason"),
                   .object = {text("kind"), text("namespace"), text("name")},
                   .field = text("field"),
                   .message = text("message"),
                   .found = text("found"),
                   .expected = text("expected"),
                   .related = {text("relatedKind"), text("relatedNamespace"), text("relatedName")}});
  }
  return out;
}

model::ObjectPtr with_discovered(const model::ObjectPtr& user, const std::vector<const host::PublishedList*>& lists) {
  if (!user || lists.empty()) return user;
  json document = json::parse(user->json, nullptr, false);
  bool added = false;
  for (const host::PublishedList* list : lists) added = add(document, *list) || added;
  if (!added) return user;
  auto object = std::make_shared<model::Object>(*user);
  object->json = document.dump();
  object->hash = config::object_hash(*object);
  return object;
}

}  // namespace solder::discovery
