#include "core/config/structural_schema.h"

#include <cmath>

namespace solder::config {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kOpen = "x-kubernetes-preserve-unknown-fields";
constexpr const char* kNumberOrText = "x-kubernetes-int-or-string";

// A bound as an integer where it is one: 65535, not 65535.0.
Json number(double value) {
  if (std::floor(value) == value && std::abs(value) < 9e15) return static_cast<int64_t>(value);
  return value;
}

bool takes_anything(const Schema& schema) { return schema.type == ValueType::kAny && schema.values.empty(); }

class Writer {
 public:
  Writer(bool descriptions, size_t budget) : descriptions_(descriptions), left_(budget) {}

  Json write(const Schema& schema) {
    Json out = Json::object();
    if (descriptions_ && !schema.description.empty()) out["description"] = schema.description;
    if (left_ == 0 || takes_anything(schema)) {
      out[kOpen] = true;
      return out;
    }
    --left_;
    switch (schema.type) {
      case ValueType::kObject:
        object(schema, out);
        break;
      case ValueType::kArray:
        array(schema, out);
        break;
      case ValueType::kInteger:
      case ValueType::kNumber:
        numeric(schema, out);
        break;
      case ValueType::kBoolean:
        out["type"] = "boolean";
        break;
      default:
        text(schema, out);
    }
    out["nullable"] = true;  // null is as good as not there
    return out;
  }

 private:
  void object(const Schema& schema, Json& out) {
    out["type"] = "object";
    const bool open = !schema.scope.empty() || schema.format == "struct";
    const bool more = schema.additional != nullptr;
    if (!schema.properties.empty()) {
      for (const auto& [name, member] : schema.properties) out["properties"][name] = write(*member);
    }
    if (!schema.required.empty()) out["required"] = schema.required;
    if (more && !open && schema.properties.empty() && !takes_anything(*schema.additional)) {
      out["additionalProperties"] = write(*schema.additional);
    } else if (open || more) {
      // Kubernetes allows `properties` and `additionalProperties` not side by side.
      out[kOpen] = true;
    }
    choices(schema, out);
  }

  // At most one of each group: one of them is there, or none is.
  static void choices(const Schema& schema, Json& out) {
    Json all = Json::array();
    for (const auto& group : schema.oneofs) {
      Json each = Json::array();
      for (const auto& name : group) each.push_back({{"required", {name}}});
      if (each.size() < 2) continue;
      Json none = {{"not", {{"anyOf", each}}}};
      each.push_back(std::move(none));
      all.push_back({{"oneOf", std::move(each)}});
    }
    if (all.size() == 1) {
      out["oneOf"] = all[0]["oneOf"];
    } else if (!all.empty()) {
      out["allOf"] = std::move(all);
    }
  }

  void array(const Schema& schema, Json& out) {
    out["type"] = "array";
    out["items"] = schema.items ? write(*schema.items) : Json{{kOpen, true}};
    if (schema.min_items) out["minItems"] = *schema.min_items;
    if (schema.max_items) out["maxItems"] = *schema.max_items;
  }

  static void numeric(const Schema& schema, Json& out) {
    // Proto's JSON writes 64 bits as a text.
    if (schema.format == "int64" || schema.format == "uint64") {
      out[kNumberOrText] = true;
      return;
    }
    out["type"] = schema.type == ValueType::kNumber ? "number" : "integer";
    if (schema.format == "int32") out["format"] = "int32";
    std::optional<double> least = schema.minimum, most = schema.maximum;
    if (schema.format == "uint32") {
      least = std::max(least.value_or(0), 0.0);
      most = std::min(most.value_or(4294967295.0), 4294967295.0);
    }
    if (least) out["minimum"] = number(*least);
    if (most) out["maximum"] = number(*most);
  }

  static void text(const Schema& schema, Json& out) {
    if (!schema.values.empty()) {
      // By name, or by its number in the proto.
      out[kNumberOrText] = true;
      out["enum"] = schema.values;
      for (size_t i = 0; i < schema.values.size(); ++i) out["enum"].push_back(i);
      out["enum"].push_back(nullptr);
      return;
    }
    out["type"] = "string";
    // We count bytes, Kubernetes letters: of ours only what holds for both may be said.
    if (schema.min_length && *schema.min_length == 1) out["minLength"] = 1;
    if (schema.max_length) out["maxLength"] = *schema.max_length;
  }

  bool descriptions_;
  size_t left_;
};

}  // namespace

Json structural_schema(const Schema& schema, bool descriptions, size_t budget) {
  return Writer(descriptions, budget).write(schema);
}

}  // namespace solder::config
