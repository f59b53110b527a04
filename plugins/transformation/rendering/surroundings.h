// What a template can ask of the request that it is rendered for. In Envoy the stream answers; in the control plane and
// in tests something simple does. Views live until the next change of the headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arena.h"
#include "value.h"

namespace solder::transformation {

enum class MetadataOf { kDynamic, kCluster, kHost };

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // The first value of a header of the message that is transformed; names are in lower case.
  [[nodiscard]] virtual std::optional<std::string_view> header(std::string_view name) const = 0;
  // The same of the request, while a response is transformed.
  [[nodiscard]] virtual std::optional<std::string_view> request_header(std::string_view name) const = 0;
  [[nodiscard]] virtual std::optional<Value> metadata(Arena& arena, MetadataOf of, std::string_view name_space,
                                                      std::string_view key) const = 0;
  [[nodiscard]] virtual std::optional<std::string_view> environment(std::string_view name) const = 0;
  // 16 bytes that nobody can guess.
  virtual void random_bytes(char* out) const = 0;
};

// The message itself: what a transformation changes.
class Message : public Surroundings {
 public:
  // All values of a header with commas between, as matchers see them.
  [[nodiscard]] virtual std::optional<std::string> joined_header(std::string_view name) const = 0;
  // All headers in their order; views live until the next change.
  [[nodiscard]] virtual std::vector<std::pair<std::string_view, std::string_view>> headers() const = 0;
  virtual void remove_header(std::string_view name) = 0;
  virtual void set_header(std::string_view name, std::string_view value) = 0;  // in place of all values
  virtual void add_header(std::string_view name, std::string_view value) = 0;
  virtual void set_metadata(std::string_view name_space, std::string_view key, const Value& value) = 0;
  virtual void set_span_name(std::string_view name) = 0;
  // Of a response that Envoy made itself: why. Empty where there is none.
  [[nodiscard]] virtual std::string_view response_code_details() const = 0;
};

}  // namespace solder::transformation
