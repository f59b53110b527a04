// A JSON value as templates see it: small, copied freely, never changed in place. Texts, lists and objects lie in an
// Arena or in the text that was parsed, which must outlive the value. Objects are sorted by key, as in the library that
// Gloo prints them with, so that loops and printed JSON come in the same order. Tested by
// tests/unit/transformation/json_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "arena.h"

namespace solder::transformation {

struct Member;

struct Value {
  enum class Kind : uint8_t { kNull, kBool, kInteger, kUnsigned, kDouble, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  uint32_t size = 0;  // of a list or an object
  size_t length = 0;  // of a text
  union {
    bool boolean;
    int64_t integer;
    uint64_t natural;
    double number;
    const char* text;
    const Value* items;
    const Member* members;
  };

  Value() : integer(0) {}
  static Value of(bool value);
  static Value of(int64_t value);
  static Value of(uint64_t value);
  static Value of(double value);
  static Value of(std::string_view value);
  static Value array(const Value* items, size_t count);
  static Value object(const Member* members, size_t count);  // sorted by key

  [[nodiscard]] bool is_null() const { return kind == Kind::kNull; }
  [[nodiscard]] bool is_string() const { return kind == Kind::kString; }
  [[nodiscard]] bool is_array() const { return kind == Kind::kArray; }
  [[nodiscard]] bool is_object() const { return kind == Kind::kObject; }
  [[nodiscard]] bool is_integer() const { return kind == Kind::kInteger || kind == Kind::kUnsigned; }
  [[nodiscard]] bool is_number() const { return is_integer() || kind == Kind::kDouble; }
  [[nodiscard]] std::string_view string() const { return is_string() ? std::string_view(text, length) : ""; }
  [[nodiscard]] bool truth() const { return kind == Kind::kBool && boolean; }
  [[nodiscard]] double as_double() const;
  [[nodiscard]] int64_t as_integer() const;  // saturates
  [[nodiscard]] const Value* find(std::string_view key) const;
  // The member, or null where there is none. The items and members of what may be something else: then none.
  [[nodiscard]] Value get(std::string_view key) const;
  [[nodiscard]] std::span<const Value> list() const;
  [[nodiscard]] std::span<const Member> entries() const;
  [[nodiscard]] const char* kind_name() const;
};

struct Member {
  std::string_view key;
  Value value;
};

// As the library that Gloo uses orders: null, booleans, numbers, objects, lists, texts; like with like by content.
int compare(const Value& a, const Value& b);

// What a template takes for true: not empty lists and objects, numbers but 0, and every text, the empty one as well.
bool truthy(const Value& value);

// `object` with `key` set. Nothing past the arena's limit. `object` may be null, which is an empty object.
std::optional<Value> with_member(Arena& arena, const Value& object, std::string_view key, const Value& value);

// The same at the end of a path "a.b.c"; objects on the way are made where there are none. Nothing where something else
// than an object stands in the way.
std::optional<Value> with_path(Arena& arena, const Value& object, std::string_view dotted, const Value& value);

}  // namespace solder::transformation
