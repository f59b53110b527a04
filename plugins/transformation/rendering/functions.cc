#include "functions.h"

#include <algorithm>
#include <cmath>

#include "renderer.h"

namespace solder::transformation {

namespace {

// default() and exists() are the renderer's own: they ask for what may not be there.
bool of_renderer(Call& call, const Value*, size_t, Value&) { return call.fail("not a function of its own"); }

bool at(Call& call, const Value* in, size_t, Value& out) {
  if (in[0].is_object() && in[1].is_string()) {
    const Value* found = in[0].find(in[1].string());
    if (found == nullptr) return call.fail("at(): there is no member " + std::string(in[1].string()));
    out = *found;
    return true;
  }
  if (!in[0].is_array() || !in[1].is_integer())
    return call.fail("at() takes an array and a number, or an object and a name");
  const int64_t index = in[1].as_integer();
  if (index < 0 || index >= in[0].size) return call.fail("at(): the array has no item " + std::to_string(index));
  out = in[0].items[index];
  return true;
}

bool first(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_array() || in[0].size == 0) return call.fail("first() takes an array that is not empty");
  out = in[0].items[0];
  return true;
}
bool last(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_array() || in[0].size == 0) return call.fail("last() takes an array that is not empty");
  out = in[0].items[in[0].size - 1];
  return true;
}

bool length(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_string() && !in[0].is_array() && !in[0].is_object()) {
    return call.fail(std::string("length() takes a string, an array or an object, found ") + in[0].kind_name());
  }
  out = Value::of(static_cast<uint64_t>(in[0].is_string() ? in[0].length : in[0].size));
  return true;
}

template <bool kMost>
bool extreme(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_array() || in[0].size == 0) return call.fail("min() and max() take an array that is not empty");
  if (!call.spend(in[0].size)) return false;
  const Value *from = in[0].items, *to = from + in[0].size;
  const auto less = [](const Value& a, const Value& b) { return compare(a, b) < 0; };
  out = kMost ? *std::max_element(from, to, less) : *std::min_element(from, to, less);
  return true;
}

bool sort(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_array()) return call.fail(std::string("sort() takes an array, found ") + in[0].kind_name());
  if (!call.spend(size_t{in[0].size} * 8)) return false;
  Value* items = call.arena.make<Value>(in[0].size);
  if (items == nullptr && in[0].size > 0) return call.fail("too much memory would be needed");
  std::copy(in[0].items, in[0].items + in[0].size, items);
  std::stable_sort(items, items + in[0].size, [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  out = Value::array(items, in[0].size);
  return true;
}

bool range(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_number()) return call.fail(std::string("range() takes a number, found ") + in[0].kind_name());
  const int64_t count = std::max<int64_t>(0, in[0].as_integer());
  if (count > static_cast<int64_t>(kMostSteps) || !call.spend(static_cast<size_t>(count)))
    return call.fail("range() asks for too many numbers");
  Value* items = call.arena.make<Value>(static_cast<size_t>(count));
  if (items == nullptr && count > 0) return call.fail("too much memory would be needed");
  for (int64_t i = 0; i < count; ++i) items[i] = Value::of(i);
  out = Value::array(items, static_cast<size_t>(count));
  return true;
}

bool round(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_number() || !in[1].is_integer())
    return call.fail("round() takes a number and a whole number of places");
  const double scale = std::pow(10.0, static_cast<double>(in[1].as_integer()));
  const double rounded = std::round(in[0].as_double() * scale) / scale;
  out = in[1].as_integer() == 0 ? Value::of(Value::of(rounded).as_integer()) : Value::of(rounded);
  return true;
}

template <int kRemainder>
bool parity(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_integer()) return call.fail("even() and odd() take a whole number");
  out = Value::of((in[0].as_integer() & 1) == kRemainder);
  return true;
}

bool divisible_by(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_integer() || !in[1].is_integer()) return call.fail("divisibleBy() takes whole numbers");
  const int64_t by = in[1].as_integer();
  out = Value::of(by != 0 && (by == -1 || in[0].as_integer() % by == 0));
  return true;
}

bool exists_in(Call& call, const Value* in, size_t, Value& out) {
  if (!in[1].is_string()) return call.fail("existsIn() takes an object and a name");
  out = Value::of(in[0].find(in[1].string()) != nullptr);
  return true;
}

template <bool (*kIs)(const Value&)>
bool is(Call&, const Value* in, size_t, Value& out) {
  out = Value::of(kIs(in[0]));
  return true;
}

constexpr Function kFunctions[] = {
    {"at", 2, 2, at},
    {"default", 2, 2, of_renderer},
    {"divisibleBy", 2, 2, divisible_by},
    {"even", 1, 1, parity<0>},
    {"exists", 1, 1, of_renderer, true},
    {"existsIn", 2, 2, exists_in},
    {"first", 1, 1, first},
    {"isArray", 1, 1, is<[](const Value& v) { return v.is_array(); }>},
    {"isBoolean", 1, 1, is<[](const Value& v) { return v.kind == Value::Kind::kBool; }>},
    {"isFloat", 1, 1, is<[](const Value& v) { return v.kind == Value::Kind::kDouble; }>},
    {"isInteger", 1, 1, is<[](const Value& v) { return v.is_integer(); }>},
    {"isNumber", 1, 1, is<[](const Value& v) { return v.is_number(); }>},
    {"isObject", 1, 1, is<[](const Value& v) { return v.is_object(); }>},
    {"isString", 1, 1, is<[](const Value& v) { return v.is_string(); }>},
    {"last", 1, 1, last},
    {"length", 1, 1, length},
    {"max", 1, 1, extreme<true>},
    {"min", 1, 1, extreme<false>},
    {"odd", 1, 1, parity<1>},
    {"range", 1, 1, range},
    {"round", 2, 2, round},
    {"sort", 1, 1, sort},
};

const Function* find_in(const Function* (*table)(size_t&), std::string_view name) {
  size_t count = 0;
  const Function* functions = table(count);
  const Function* at = std::find_if(functions, functions + count, [&](const Function& f) { return f.name == name; });
  return at == functions + count ? nullptr : at;
}

}  // namespace

const Function* value_functions(size_t& count) {
  count = std::size(kFunctions);
  return kFunctions;
}

const Function* find_function(std::string_view name) {
  for (const auto table : {value_functions, text_functions, request_functions, web_functions}) {
    if (const Function* found = find_in(table, name)) return found;
  }
  return nullptr;
}

std::string arity_of(const Function& function) {
  std::string out = std::to_string(function.least);
  if (function.most != function.least) out += " to " + std::to_string(function.most);
  return out + (function.most == 1 ? " argument" : " arguments");
}

}  // namespace solder::transformation
