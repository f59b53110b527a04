// The parts that routes are made of, from JSON that was checked. Inside core/config only.
// Tested by tests/unit/config/decode_virtual_service_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/model/diagnostic.h"
#include "core/model/virtual_service.h"

namespace solder::config {

// A selector and its expressions, as they stand in several kinds.
model::TableSelector table_selector(const nlohmann::json& value);
std::vector<model::SelectorExpression> expressions(const nlohmann::json& list);

class RouteDecoder {
 public:
  // Both must outlive the decoder. `object` is where the route stands: its namespace is that of references without one.
  RouteDecoder(const model::ObjectRef& object, model::Diagnostics& diagnostics)
      : object_(object), diagnostics_(diagnostics) {}

  model::Route route(const nlohmann::json& value, const std::string& path);
  // As they are written, without the one that stands for none.
  static std::vector<model::Matcher> matchers(const nlohmann::json& value, const std::string& path);
  // Where requests, or connections, go: single, multi, upstreamGroup and the others, at `path`.
  model::RouteAction forward(const nlohmann::json& value, const std::string& path);
  model::WeightedDestination weighted_destination(const nlohmann::json& value, const std::string& path);
  model::DelegateAction delegate_action(const nlohmann::json& value, const std::string& path) const;

 private:
  void action(const nlohmann::json& value, model::Route& route);
  model::Destination destination(const nlohmann::json& value, const std::string& path);
  void specification(const nlohmann::json& value, model::Destination& out);

  const model::ObjectRef& object_;
  model::Diagnostics& diagnostics_;
};

}  // namespace solder::config
