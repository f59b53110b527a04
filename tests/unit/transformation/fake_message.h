// A message for tests of the transformation engine: headers in memory, metadata that is remembered.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugins/transformation/rendering/json.h"
#include "plugins/transformation/rendering/surroundings.h"

namespace solder::transformation {

class FakeMessage : public Message {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  explicit FakeMessage(Headers own = {}, Headers request = {}) : all(std::move(own)), of_request(std::move(request)) {}

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const override {
    return first(all, name);
  }
  [[nodiscard]] std::optional<std::string_view> request_header(std::string_view name) const override {
    return first(of_request.empty() ? all : of_request, name);
  }
  [[nodiscard]] std::optional<Value> metadata(Arena& arena, MetadataOf of, std::string_view name_space,
                                              std::string_view key) const override {
    const auto at =
        known.find(std::to_string(static_cast<int>(of)) + "/" + std::string(name_space) + "/" + std::string(key));
    if (at == known.end()) return std::nullopt;
    JsonError error;
    return read_json(arena, at->second, error);
  }
  [[nodiscard]] std::optional<std::string_view> environment(std::string_view name) const override {
    return name == "POD_NAME" ? std::optional<std::string_view>("pod-1") : std::nullopt;
  }
  void random_bytes(char* out) const override { std::fill(out, out + 16, static_cast<char>('a' + randoms++)); }
  [[nodiscard]] std::optional<std::string> joined_header(std::string_view name) const override {
    std::optional<std::string> out;
    for (const auto& [key, value] : all) {
      if (key == name) out = out ? *out + "," + value : value;
    }
    return out;
  }
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> headers() const override {
    return {all.begin(), all.end()};
  }
  void remove_header(std::string_view name) override {
    std::erase_if(all, [&](const auto& one) { return one.first == name; });
  }
  void set_header(std::string_view name, std::string_view value) override {
    remove_header(name);
    add_header(name, value);
  }
  void add_header(std::string_view name, std::string_view value) override { all.emplace_back(name, value); }
  void set_metadata(std::string_view name_space, std::string_view key, const Value& value) override {
    std::string json;
    write_json(value, json);
    set[std::string(name_space) + "/" + std::string(key)] = json;
  }
  void set_span_name(std::string_view name) override { span = name; }
  [[nodiscard]] std::string_view response_code_details() const override { return details; }

  Headers all, of_request;
  std::map<std::string, std::string> known;  // "of/namespace/key" → JSON
  std::map<std::string, std::string> set;
  std::string span, details;
  mutable int randoms = 0;

 private:
  static std::optional<std::string_view> first(const Headers& from, std::string_view name) {
    const auto at = std::find_if(from.begin(), from.end(), [&](const auto& one) { return one.first == name; });
    return at == from.end() ? std::nullopt : std::optional<std::string_view>(at->second);
  }
};

}  // namespace solder::transformation
