// Transformations of requests and responses by Solder's module in stock Envoy: checks templates, regular expressions
// and matchers with the engine that the module runs, and hands each stage its transformations as configuration of a
// route, weighted destination or virtual host. As in Gloo, what is nearest to the request counts as a whole: so each
// place that has any transformation configures all three filters, those of stages without any as well. Source: Gloo's
// transformation plugin and API; Envoy DynamicModuleFilter and DynamicModuleFilterPerRoute. Tested by
// plugins/transformation/testdata and tests/e2e/transformation_test.py. Functions of REST and gRPC services are
// transformations as well: rest.h, grpc.h.
#include <algorithm>
#include <array>

#include "grpc.h"
#include "rendering/json.h"
#include "rendering/program.h"
#include "rest.h"
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::transformation {

using sdk::Json;
using sdk::Message;
namespace engine = solder::transformation;
namespace fields = solder::envoy::extensions::filters::http::dynamic_modules::v3;

namespace {

constexpr const char* kFilterType =
    "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter";
constexpr const char* kPlaceType =
    "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilterPerRoute";
constexpr size_t kParseBytes = 64 << 20;

// envoy.extensions.dynamic_modules.v3.DynamicModuleConfig, google.protobuf.Any and StringValue.
constexpr uint32_t kModuleName = 1, kMetricsNamespace = 5, kAnyType = 1, kAnyValue = 2, kStringValue = 1;

struct Stage {
  const char* key;     // in stagedTransformations
  const char* name;    // of the filter's configuration: what the module counts under
  const char* filter;  // among the listener's filters
  const char* place;
  int32_t weight;
};
constexpr std::array<Stage, 3> kStages{
    {{"early", "early", "solder.transformation.early", "fault", 1},
     {"regular", "regular", "solder.transformation", "authz", 1},
     {"postRouting", "post_routing", "solder.transformation.post_routing", "upstream", 0}}};
constexpr size_t kRegular = 1;
// Before a gateway's transcoder of gRPC.
constexpr Stage kFunction{"", "function", "solder.transformation.function", "out_auth", -8};

// What Settings say for all transformations. They come as users write them, in either spelling.
struct Defaults {
  bool escape = false;
  bool log = false;
};

bool flag(const Json& object, const char* camel, const char* snake) {
  return sdk::get_bool(object, camel).value_or(sdk::get_bool(object, snake).value_or(false));
}

Defaults defaults_of(sdk::Out& out) {
  const auto settings = out.lookup({"Settings", "", ""});
  if (!settings) return {};
  const Json object = sdk::parse_json(*settings);
  if (!object.is_object()) return {};
  const Json gloo = object.value("spec", Json::object()).value("gloo", Json::object());
  return {flag(gloo, "transformationEscapeCharacters", "transformation_escape_characters"),
          flag(gloo, "logTransformationRequestResponseInfo", "log_transformation_request_response_info")};
}

void settle(Json& transformation, bool escape, bool log) {
  if (log) transformation["logRequestResponseInfo"] = true;
  const auto at = transformation.find("transformationTemplate");
  if (at != transformation.end() && escape && !at->contains("escapeCharacters")) (*at)["escapeCharacters"] = true;
}

// Gloo's defaults from above, written into each transformation of a stage.
void settle_all(Json& stage, bool escape, bool log) {
  for (const char* list : {"requestTransforms", "responseTransforms"}) {
    if (!stage.contains(list)) continue;
    for (Json& one : stage[list]) {
      for (const char* which : {"requestTransformation", "responseTransformation"}) {
        if (one.contains(which)) settle(one[which], escape, log);
      }
    }
  }
}

// `transformations` as a stage of its own: one entry for all requests.
Json as_stage(const Json& plain) {
  Json entry = Json::object();
  for (const char* member : {"requestTransformation", "responseTransformation", "clearRouteCache"}) {
    if (plain.contains(member)) entry[member] = plain[member];
  }
  return entry.empty() ? Json::object() : Json{{"requestTransforms", Json::array({entry})}};
}

Message any_of(const char* type, const Message& value) {
  Message out;
  out.add_string(kAnyType, type).add_string(kAnyValue, value.bytes());
  return out;
}

}  // namespace

class Plugin {
 public:
  Plugin(sdk::Host, std::string_view config) {
    const Json value = sdk::parse_json(config);
    if (value.is_object() && value.contains("module")) module_ = sdk::get_string(value, "module");
  }

  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const Json all = sdk::parse_json(in.options_json);
    const bool staged = in.key == std::string_view("stagedTransformations");
    if (module_.empty()) return no_module("", out);
    const Defaults defaults = defaults_of(out);
    std::array<Json, kStages.size()> stages;
    if (staged) {
      staged_into(stages, value, all, defaults, out);
    } else {
      stages[kRegular] = as_stage(value);
      settle_all(stages[kRegular], defaults.escape, defaults.log);
      check(stages[kRegular], "/requestTransforms/0", "", out);
      // The neighbour speaks for both, and its regular stage comes in this one's place.
      if (all.is_object() && all.contains("stagedTransformations")) return;
    }
    if (!out.failed()) emit(stages, out);
  }

  // A function of a service: its transformation stands behind all others, so that those see the client's request.
  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    const bool grpc = in.key == "grpc";
    if (module_.empty()) return no_module(grpc ? "/destinationSpec/grpc" : "/destinationSpec/rest", out);
    auto stage = (grpc ? grpc_stage : rest_stage)(in, read(in.upstream_json), out);
    if (!stage) return;
    const Defaults defaults = defaults_of(out);
    settle_all(*stage, defaults.escape, defaults.log);
    check_function(*stage, in, out);
    if (!out.failed()) emit(kFunction, *stage, out);
  }

 private:
  // Routes to one upstream come one after the other: it is read once for all of them.
  const Json& read(std::string_view upstream_json) {
    if (upstream_json != upstream_text_) {
      upstream_ = sdk::parse_json(upstream_json);
      upstream_text_ = upstream_json;
    }
    return upstream_;
  }

  static void no_module(const char* field, sdk::Out& out) {
    out.error({field, "ModuleNotInstalled",
               "transformations need Solder's module in Envoy, and this installation says that there is none", "",
               "pluginConfig.transformation.module"});
  }

  void staged_into(std::array<Json, kStages.size()>& stages, const Json& value, const Json& all,
                   const Defaults& defaults, sdk::Out& out) {
    const bool escape = sdk::get_bool(value, "escapeCharacters").value_or(defaults.escape);
    const bool log = sdk::get_bool(value, "logRequestResponseInfo").value_or(defaults.log);
    for (size_t i = 0; i < kStages.size(); ++i) {
      const std::string key = kStages[i].key;
      if (!value.contains(key)) continue;
      stages[i] = value[key];
      no_span_of_response(stages[i], "/" + key, out);
      settle_all(stages[i], escape, log);
      check(stages[i], "", "/" + key, out);
    }
    if (!value.contains("regular") && all.is_object() && all.contains("transformations")) {
      stages[kRegular] = as_stage(all["transformations"]);
      settle_all(stages[kRegular], defaults.escape, log);
    }
  }

  static void no_span_of_response(const Json& stage, const std::string& field, sdk::Out& out) {
    const Json list = stage.value("requestTransforms", Json::array());
    for (size_t i = 0; i < list.size(); ++i) {
      const Json response = list[i].value("responseTransformation", Json::object());
      if (!response.value("transformationTemplate", Json::object()).contains("spanTransformer")) continue;
      const std::string at = field + "/requestTransforms/" + std::to_string(i) +
                             "/responseTransformation/transformationTemplate/spanTransformer";
      out.error({at, "InvalidValue", "a span is named while the request passes", "", "requestTransformation"});
    }
  }

  static engine::ConfigProblems problems_of(const Json& stage) {
    const std::string text = stage.dump(-1, ' ', false, Json::error_handler_t::replace);
    engine::Arena arena(kParseBytes);
    engine::JsonError not_json;
    const auto value = engine::read_json(arena, text, not_json);
    if (!value) return {{"", "InvalidValue", std::string("not usable as JSON: ") + not_json.what, "", ""}};
    engine::ConfigProblems problems;
    (void)engine::Program::of(*value, "", problems);
    return problems;
  }

  // What is wrong with a function stands in the upstream, what is wrong with its answer at the destination.
  static void check_function(const Json& stage, const sdk::DestinationInput& in, sdk::Out& out) {
    const std::string response = "/requestTransforms/0/responseTransformation/transformationTemplate";
    const std::string request = "/requestTransforms/0/requestTransformation/transformationTemplate";
    for (const auto& one : problems_of(stage)) {
      if (one.field.starts_with(response)) {
        const std::string at = "/destinationSpec/rest/responseTransformation" + one.field.substr(response.size());
        out.error({at, one.reason, one.message, one.found, one.expected});
        continue;
      }
      const std::string below = one.field.starts_with(request) ? one.field.substr(request.size()) : one.field;
      out.error({"/destinationSpec/rest/functionName", one.reason,
                 "the function of Upstream " + sdk::to_string(in.upstream) + " cannot be used, at " + below + ": " +
                     one.message,
                 one.found, one.expected, in.upstream});
    }
  }

  // Every problem, below `field`; `hidden` is what the user did not write of a problem's path.
  static void check(const Json& stage, const std::string& hidden, const std::string& field, sdk::Out& out) {
    for (const auto& one : problems_of(stage)) {
      const std::string below = one.field.starts_with(hidden) ? one.field.substr(hidden.size()) : one.field;
      out.error({field + below, one.reason, one.message, one.found, one.expected});
    }
  }

  void emit(const std::array<Json, kStages.size()>& stages, sdk::Out& out) const {
    for (size_t i = 0; i < kStages.size(); ++i) emit(kStages[i], stages[i], out);
  }

  void emit(const Stage& stage, const Json& value, sdk::Out& out) const {
    const bool any = value.is_object() && !value.empty();
    const std::string text = any ? value.dump(-1, ' ', false, Json::error_handler_t::replace) : "{}";
    if (any) {
      Message filter;
      filter.add_message(fields::DynamicModuleFilter::kDynamicModuleConfig, module(true))
          .add_string(fields::DynamicModuleFilter::kFilterName, stage.name);
      out.filter(stage.place, stage.filter, kFilterType, filter, stage.weight);
    }
    Message place;
    place.add_message(fields::DynamicModuleFilterPerRoute::kDynamicModuleConfig, module(false))
        .add_string(fields::DynamicModuleFilterPerRoute::kFilterName, stage.name)
        .add_message(
            fields::DynamicModuleFilterPerRoute::kFilterConfig,
            any_of("type.googleapis.com/google.protobuf.StringValue", Message().add_string(kStringValue, text)));
    out.per_filter(stage.filter, kPlaceType, place);
  }

  [[nodiscard]] Message module(bool counts) const {
    Message out;
    out.add_string(kModuleName, module_);
    if (counts) out.add_string(kMetricsNamespace, "transformation");
    return out;
  }

  std::string module_ = SOLDER_TRANSFORMATION_MODULE;
  std::string upstream_text_;
  Json upstream_;
};

}  // namespace solder::plugins::transformation

SOLDER_PLUGIN(solder::plugins::transformation::Plugin, "transformation", "1.0.0")
