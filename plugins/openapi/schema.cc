#include "schema.h"

#include <set>

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

constexpr size_t kMostMembers = 100;  // more than a template's function takes is a body that is passed on
constexpr int kMostSchemas = 1000, kDeepest = 50;

class Collector {
 public:
  Collector(References& references, Members& out) : references_(references), out_(out) {}

  // False: other members may be there than those that were found.
  bool take(const Place& from, int depth) {
    const Place schema = references_.resolved(from, out_.why);
    if (schema.value == nullptr || !schema.value->is_object() || depth > kDeepest) return false;
    // allOf that comes back to itself says nothing new.
    if (!seen_.insert(schema.value).second) return true;
    if (seen_.size() > kMostSchemas) return false;
    const std::string type = type_of(*schema.value);
    if (!type.empty() && type != "object") return false;
    for (const char* open : {"oneOf", "anyOf", "not", "if", "patternProperties", "discriminator", "$dynamicRef"}) {
      if (schema.value->contains(open)) return false;
    }
    const Json* additional = sdk::find(*schema.value, "additionalProperties");
    if (additional != nullptr && *additional != false) return false;
    if (const Json* members = sdk::find(*schema.value, "properties"); members != nullptr && members->is_object())
      properties(*members, schema);
    const Json* parts = sdk::find(*schema.value, "allOf");
    if (parts == nullptr) return true;
    if (!parts->is_array()) return false;
    bool all = true;
    for (const Json& part : *parts) all = take({&part, schema.document}, depth + 1) && all;
    return all;
  }

 private:
  void properties(const Json& members, const Place& of) {
    for (const auto& [name, member] : members.items()) {
      if (out_.types.size() > kMostMembers) return;
      std::string no_matter;  // a member of whatever type is a member
      const Place place = references_.resolved({&member, of.document}, no_matter);
      const bool object = place.value != nullptr && place.value->is_object();
      if (object && sdk::get_bool(*place.value, "readOnly").value_or(false)) continue;
      out_.types.emplace(name, object ? type_of(*place.value) : "");
    }
  }

  References& references_;
  Members& out_;
  std::set<const Json*> seen_;
};

}  // namespace

std::string type_of(const Json& schema) {
  const Json* type = sdk::find(schema, "type");
  if (type != nullptr && type->is_string()) return type->get<std::string>();
  if (type == nullptr || !type->is_array()) return "";
  std::string out;
  for (const Json& one : *type) {
    if (!one.is_string() || one == "null") continue;
    if (!out.empty()) return "";
    out = one.get<std::string>();
  }
  return out;
}

Members members_of(References& references, const Place& schema) {
  Members out;
  out.known = Collector(references, out).take(schema, 0) && !out.types.empty() && out.types.size() <= kMostMembers;
  return out;
}

}  // namespace solder::plugins::openapi
