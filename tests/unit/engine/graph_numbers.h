// What the tests of the graph count with: a key by its text's hash, and numbers with the hash of their value.
#pragma once

#include <cstdint>
#include <memory>

#include "core/engine/graph.h"

namespace solder::engine {

struct TextKey {
  uint64_t text_hash = 0;
  auto operator<=>(const TextKey&) const = default;
};
template <>
struct KeyHash<TextKey> {
  size_t operator()(const TextKey& key) const { return key.text_hash; }
};

struct Number {
  uint64_t hash = 0;
  int value = 0;
};

inline std::shared_ptr<const Number> number(int value) {
  auto result = std::make_shared<Number>();
  result->value = value;
  result->hash = static_cast<uint64_t>(value) + 1;
  return result;
}

}  // namespace solder::engine
