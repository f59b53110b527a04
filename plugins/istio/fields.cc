#include "fields.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "solder/sdk/text.hpp"

namespace solder::plugins::istio {

void Report::cannot(const std::string& field, const std::string& message, const std::string& found,
                    const std::string& expected) {
  warning({field, "NotExpressible", message, found, expected});
}

const Json& part(const Json& json, const char* name) {
  static const Json kNone;
  const Json* found = json.is_object() ? sdk::find(json, name) : nullptr;
  return found == nullptr ? kNone : *found;
}

std::string shown(const Json& value) {
  constexpr size_t kLongest = 80;
  std::string text =
      value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kLongest = 315'576'000'000 / 1000 * kSecond;  // ten years, far from any overflow

// Nanoseconds of a unit of Go's durations at the beginning of `text`, which loses it.
uint64_t take_unit(std::string_view& text) {
  static constexpr std::array<std::pair<std::string_view, uint64_t>, 7> kUnits{{{"ns", 1},
                                                                                {"us", 1'000},
                                                                                {"ms", 1'000'000},
                                                                                {"s", kSecond},
                                                                                {"m", 60 * kSecond},
                                                                                {"h", 3600 * kSecond},
                                                                                {"", 0}}};
  for (const auto& [name, size] : kUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return size;
  }
  return 0;
}

// The digits at the beginning of `text`, which loses them, as a number and how many they were.
std::pair<uint64_t, size_t> take_digits(std::string_view& text) {
  uint64_t value = 0;
  size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9' && count < 10) {
    value = value * 10 + static_cast<uint64_t>(text[count++] - '0');
  }
  text.remove_prefix(count);
  return {value, count};
}

std::string seconds_text(uint64_t nanoseconds) {
  std::string text = std::to_string(nanoseconds / kSecond);
  if (const uint64_t part = nanoseconds % kSecond; part != 0) {
    std::string digits = std::to_string(part);
    digits.insert(0, 9 - digits.size(), '0');
    text += "." + digits.substr(0, digits.find_last_not_of('0') + 1);
  }
  return text + "s";
}

}  // namespace

std::optional<std::string> seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  uint64_t total = 0;
  while (!text.empty()) {
    const auto [whole, digits] = take_digits(text);
    uint64_t part = 0, scale = 1;
    size_t decimals = 0;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      std::tie(part, decimals) = take_digits(text);
      for (size_t i = 0; i < decimals; ++i) scale *= 10;
    }
    const uint64_t unit = take_unit(text);
    if (digits + decimals == 0 || unit == 0 || whole > kLongest / unit) return std::nullopt;
    total += whole * unit;
    // Parts of seconds are told in nanoseconds, so that of a unit no more than nine digits count.
    total += scale <= unit ? part * (unit / scale) : part / (scale / unit);
    if (total > kLongest) return std::nullopt;
  }
  return seconds_text(total);
}

Fields::Fields(const Json* object, std::string path, Report& report)
    : object_(object != nullptr && object->is_object() ? object : nullptr), path_(std::move(path)), report_(report) {}

bool Fields::has(const char* name) const { return object_ != nullptr && sdk::find(*object_, name) != nullptr; }

const Json* Fields::take(const char* name) {
  used_.insert(name);
  return object_ == nullptr ? nullptr : sdk::find(*object_, name);
}

const Json* Fields::raw(const char* name) { return take(name); }

const Json* Fields::typed(const char* name, bool (Json::*is)() const noexcept, const char* what) {
  const Json* value = take(name);
  if (value == nullptr || (value->*is)()) return value;
  report_.warning({at(name), "WrongType", std::string("this is no ") + what + " and is passed over", shown(*value),
                   std::string("a ") + what});
  return nullptr;
}

std::string Fields::text(const char* name) {
  const Json* value = typed(name, &Json::is_string, "text");
  return value == nullptr ? std::string() : value->get<std::string>();
}

std::optional<bool> Fields::flag(const char* name) {
  const Json* value = typed(name, &Json::is_boolean, "boolean");
  return value == nullptr ? std::nullopt : std::optional(value->get<bool>());
}

std::optional<uint64_t> Fields::number(const char* name) {
  const Json* value = typed(name, &Json::is_number_unsigned, "number");
  return value == nullptr ? std::nullopt : std::optional(value->get<uint64_t>());
}

std::optional<double> Fields::real(const char* name) {
  const Json* value = typed(name, &Json::is_number, "number");
  return value == nullptr ? std::nullopt : std::optional(value->get<double>());
}

std::optional<std::string> Fields::duration(const char* name) {
  const Json* value = typed(name, &Json::is_string, "duration");
  if (value == nullptr) return std::nullopt;
  auto read = seconds(value->get_ref<const std::string&>());
  if (!read)
    report_.warning({at(name), "InvalidDuration", "this is no duration and is passed over", shown(*value), "5s"});
  return read;
}

std::vector<std::string> Fields::texts(const char* name) {
  std::vector<std::string> out;
  const Json* list = typed(name, &Json::is_array, "list");
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if ((*list)[i].is_string()) {
      out.push_back((*list)[i].get<std::string>());
    } else {
      report_.warning({at(name) + "/" + std::to_string(i), "WrongType", "this is no text and is passed over",
                       shown((*list)[i]), "a text"});
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Fields::map(const char* name) {
  std::vector<std::pair<std::string, std::string>> out;
  const Json* object = typed(name, &Json::is_object, "map");
  if (object == nullptr) return out;
  for (const auto& [key, value] : object->items()) {
    if (value.is_string()) {
      out.emplace_back(key, value.get<std::string>());
    } else {
      report_.warning({at(name) + sdk::pointer_step(key), "WrongType", "this is no text and is passed over",
                       shown(value), "a text"});
    }
  }
  return out;
}

Fields Fields::object(const char* name) { return {typed(name, &Json::is_object, "map"), at(name), report_}; }

std::vector<Fields> Fields::objects(const char* name) {
  std::vector<Fields> out;
  const Json* list = typed(name, &Json::is_array, "list");
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const std::string path = at(name) + "/" + std::to_string(i);
    if ((*list)[i].is_object()) {
      out.emplace_back(&(*list)[i], path, report_);
    } else {
      report_.warning({path, "WrongType", "this is no map and is passed over", shown((*list)[i]), "a map"});
    }
  }
  return out;
}

void Fields::cannot(const char* name, const std::string& message, const std::string& expected) {
  const Json* value = take(name);
  if (value != nullptr) report_.cannot(at(name), message, value->is_structured() ? "" : shown(*value), expected);
}

void Fields::rest() {
  if (object_ == nullptr) return;
  for (const auto& [name, value] : object_->items()) {
    if (used_.count(name) != 0 || value.is_null()) continue;
    report_.cannot(path_ + sdk::pointer_step(name), "this has no counterpart here and no effect",
                   value.is_structured() ? "" : shown(value));
  }
}

}  // namespace solder::plugins::istio
