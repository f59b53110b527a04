#include "value.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace solder::transformation {

namespace {

int sign(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }

int order(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::kNull:
      return 0;
    case Value::Kind::kBool:
      return 1;
    case Value::Kind::kObject:
      return 3;
    case Value::Kind::kArray:
      return 4;
    case Value::Kind::kString:
      return 5;
    default:
      return 2;
  }
}

int compare_integers(const Value& a, const Value& b) {
  const bool a_negative = a.kind == Value::Kind::kInteger && a.integer < 0;
  const bool b_negative = b.kind == Value::Kind::kInteger && b.integer < 0;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  if (a_negative) return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
  return a.natural < b.natural ? -1 : a.natural > b.natural ? 1 : 0;
}

int compare_texts(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_members(const Value& a, const Value& b) {
  for (uint32_t i = 0; i < std::min(a.size, b.size); ++i) {
    if (const int keys = compare_texts(a.members[i].key, b.members[i].key); keys != 0) return keys;
    if (const int values = compare(a.members[i].value, b.members[i].value); values != 0) return values;
  }
  return sign(a.size, b.size);
}

int compare_items(const Value& a, const Value& b) {
  for (uint32_t i = 0; i < std::min(a.size, b.size); ++i) {
    if (const int items = compare(a.items[i], b.items[i]); items != 0) return items;
  }
  return sign(a.size, b.size);
}

}  // namespace

Value Value::of(bool value) {
  Value out;
  out.kind = Kind::kBool;
  out.boolean = value;
  return out;
}
Value Value::of(int64_t value) {
  Value out;
  out.kind = Kind::kInteger;
  out.integer = value;
  return out;
}
Value Value::of(uint64_t value) {
  Value out;
  out.kind = Kind::kUnsigned;
  out.natural = value;
  return out;
}
Value Value::of(double value) {
  Value out;
  out.kind = Kind::kDouble;
  out.number = value;
  return out;
}
Value Value::of(std::string_view value) {
  Value out;
  out.kind = Kind::kString;
  out.text = value.data();
  out.length = value.size();
  return out;
}
Value Value::array(const Value* items, size_t count) {
  Value out;
  out.kind = Kind::kArray;
  out.items = items;
  out.size = static_cast<uint32_t>(count);
  return out;
}
Value Value::object(const Member* members, size_t count) {
  Value out;
  out.kind = Kind::kObject;
  out.members = members;
  out.size = static_cast<uint32_t>(count);
  return out;
}

double Value::as_double() const {
  switch (kind) {
    case Kind::kInteger:
      return static_cast<double>(integer);
    case Kind::kUnsigned:
      return static_cast<double>(natural);
    case Kind::kDouble:
      return number;
    default:
      return 0;
  }
}

int64_t Value::as_integer() const {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max(), kLeast = std::numeric_limits<int64_t>::min();
  if (kind == Kind::kInteger) return integer;
  if (kind == Kind::kUnsigned) return natural > static_cast<uint64_t>(kMost) ? kMost : static_cast<int64_t>(natural);
  if (kind != Kind::kDouble || std::isnan(number)) return 0;
  if (number >= 9.2e18) return kMost;
  return number <= -9.2e18 ? kLeast : static_cast<int64_t>(number);
}

const Value* Value::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  const Member* end = members + size;
  const Member* at = std::lower_bound(members, end, key, [](const Member& m, std::string_view k) { return m.key < k; });
  return at != end && at->key == key ? &at->value : nullptr;
}

Value Value::get(std::string_view key) const {
  const Value* found = find(key);
  return found == nullptr ? Value() : *found;
}
std::span<const Value> Value::list() const { return is_array() ? std::span(items, size) : std::span<const Value>(); }
std::span<const Member> Value::entries() const {
  return is_object() ? std::span(members, size) : std::span<const Member>();
}

const char* Value::kind_name() const {
  static constexpr const char* kNames[] = {"null",     "a boolean", "a number", "a number",
                                           "a number", "a string",  "an array", "an object"};
  return kNames[static_cast<size_t>(kind)];
}

int compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return a.is_integer() && b.is_integer() ? compare_integers(a, b) : sign(a.as_double(), b.as_double());
  }
  if (a.kind != b.kind) return order(a.kind) < order(b.kind) ? -1 : 1;
  switch (a.kind) {
    case Value::Kind::kBool:
      return static_cast<int>(a.boolean) - static_cast<int>(b.boolean);
    case Value::Kind::kString:
      return compare_texts(a.string(), b.string());
    case Value::Kind::kArray:
      return compare_items(a, b);
    case Value::Kind::kObject:
      return compare_members(a, b);
    default:
      return 0;
  }
}

bool truthy(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kNull:
      return false;
    case Value::Kind::kBool:
      return value.boolean;
    case Value::Kind::kString:
      return true;
    case Value::Kind::kArray:
    case Value::Kind::kObject:
      return value.size > 0;
    default:
      return value.as_double() != 0;
  }
}

std::optional<Value> with_member(Arena& arena, const Value& object, std::string_view key, const Value& value) {
  if (!object.is_object() && !object.is_null()) return std::nullopt;
  const size_t count = object.is_object() ? object.size : 0;
  Member* members = arena.make<Member>(count + 1);
  if (members == nullptr) return std::nullopt;
  size_t at = 0;
  for (; at < count && object.members[at].key < key; ++at) members[at] = object.members[at];
  members[at] = {key, value};
  const size_t skipped = at < count && object.members[at].key == key ? 1 : 0;
  for (size_t i = at + skipped; i < count; ++i) members[i + 1 - skipped] = object.members[i];
  return Value::object(members, count + 1 - skipped);
}

std::optional<Value> with_path(Arena& arena, const Value& object, std::string_view dotted, const Value& value) {
  const size_t dot = dotted.find('.');
  if (dot == std::string_view::npos) return with_member(arena, object, dotted, value);
  const std::string_view key = dotted.substr(0, dot);
  const Value* below = object.find(key);
  const auto inner = with_path(arena, below == nullptr ? Value() : *below, dotted.substr(dot + 1), value);
  return inner ? with_member(arena, object, key, *inner) : std::nullopt;
}

}  // namespace solder::transformation
