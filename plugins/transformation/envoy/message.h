// A request or a response in Envoy as the engine's Message. Made for one hook; owns nothing.
#pragma once

#include "abi.h"
#include "rendering/surroundings.h"

namespace solder::transformation {

class EnvoyMessage : public Message {
 public:
  EnvoyMessage(void* filter, abi::HeaderType type) : filter_(filter), type_(type) {}

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const override;
  [[nodiscard]] std::optional<std::string_view> request_header(std::string_view name) const override;
  [[nodiscard]] std::optional<Value> metadata(Arena& arena, MetadataOf of, std::string_view name_space,
                                              std::string_view key) const override;
  [[nodiscard]] std::optional<std::string_view> environment(std::string_view name) const override;
  void random_bytes(char* out) const override;
  [[nodiscard]] std::optional<std::string> joined_header(std::string_view name) const override;
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> headers() const override;
  void remove_header(std::string_view name) override;
  void set_header(std::string_view name, std::string_view value) override;
  void add_header(std::string_view name, std::string_view value) override;
  void set_metadata(std::string_view name_space, std::string_view key, const Value& value) override;
  void set_span_name(std::string_view name) override;
  [[nodiscard]] std::string_view response_code_details() const override;

 private:
  void* filter_;
  abi::HeaderType type_;
};

}  // namespace solder::transformation
