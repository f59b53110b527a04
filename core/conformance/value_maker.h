// Values that a JSON Schema lets through, made by a seeded generator: small and large, plain and odd. What it makes
// still has to be checked (config::check_value): patterns, for one, it does not follow. Tested by
// tests/unit/conformance/value_maker_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <random>

namespace solder::conformance {

class ValueMaker {
 public:
  ValueMaker(const nlohmann::json& schema, uint64_t seed) : root_(schema), random_(seed) {}
  nlohmann::json make() { return make(root_, 0); }

 private:
  using json = nlohmann::json;
  json make(const json& schema, int depth);
  json make_object(const json& schema, int depth);
  json make_array(const json& schema, int depth);
  json make_text(const json& schema);
  json make_integer(const json& schema);
  json make_number(const json& schema);
  json make_any(int depth);
  void keep_one_of_each(const json& schema, json& object);
  size_t below(size_t count) { return static_cast<size_t>(random_() % count); }

  const json root_;
  std::mt19937_64 random_;
};

}  // namespace solder::conformance
