// wasm: WebAssembly filters from files on the proxy's disk, run by Envoy's V8. Gloo Enterprise also pulls images from
// registries and hands them to Envoy through a server of its own. Source: Gloo's options/wasm and plugins/wasm; Envoy
// wasm.proto. Tested by plugins/wasm/testdata and tests/e2e/wasm_test.py.
#include <array>
#include <string>
#include <utility>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::wasm {

using sdk::Json;

namespace {

constexpr const char* kName = "envoy.filters.http.wasm";
constexpr const char* kType = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";

// A stage and the part of it: -1 before, 0 during, 1 after.
std::pair<std::string, int32_t> place_of(const Json& filter) {
  const Json* place = sdk::find(filter, "filterStage");
  if (place == nullptr) return {"accepted", -1};  // Gloo's choice
  static constexpr std::array<std::pair<const char*, const char*>, 9> kStages = {{{"FaultStage", "fault"},
                                                                                  {"CorsStage", "cors"},
                                                                                  {"WafStage", "waf"},
                                                                                  {"AuthNStage", "authn"},
                                                                                  {"AuthZStage", "authz"},
                                                                                  {"RateLimitStage", "rate_limit"},
                                                                                  {"AcceptedStage", "accepted"},
                                                                                  {"OutAuthStage", "out_auth"},
                                                                                  {"RouteStage", "route"}}};
  const std::string wanted = sdk::get_string(*place, "stage"), predicate = sdk::get_string(*place, "predicate");
  const int32_t weight = predicate == "Before" ? -1 : predicate == "After" ? 1 : 0;
  for (const auto& [name, stage] : kStages) {
    if (wanted == name) return {stage, weight};
  }
  return {"fault", weight};
}

bool usable(const Json& filter, const std::string& at, sdk::Out& out) {
  const bool before = out.failed();
  const auto error = [&](const char* field, const char* reason, const char* message, const std::string& found,
                         const char* expected) {
    const std::string place = at + field;
    out.error({place, reason, message, found, expected});
  };
  if (filter.contains("image")) {
    error("/image", "NotServed", "Envoy loads WebAssembly from files, not from registries",
          sdk::get_string(filter, "image"), "filePath of the module on the proxy's disk");
  } else if (!filter.contains("filePath")) {
    error("/filePath", "MissingField", "a filter needs its module", "", "a file on the proxy's disk");
  }
  if (sdk::get_string(filter, "vmType") == "WAVM")
    error("/vmType", "NotServed", "this Envoy has no WAVM", "WAVM", "V8");
  const Json* config = sdk::find(filter, "config");
  if (config != nullptr && sdk::get_string(*config, "@type").empty()) {
    error("/config/@type", "MissingField", "a configuration must say its type", "",
          "type.googleapis.com/google.protobuf.StringValue, BytesValue or Struct");
  }
  return before || !out.failed();
}

Json config_of(const Json& filter) {
  Json plugin{{"vmConfig",
               {{"vmId", "gloo-vm-id"},
                {"runtime", "envoy.wasm.runtime.v8"},
                {"code", {{"local", {{"filename", sdk::get_string(filter, "filePath")}}}}}}}};
  for (const char* same : {"name", "rootId"}) {
    if (const Json* given = sdk::find(filter, same)) plugin[same] = *given;
  }
  if (const Json* config = sdk::find(filter, "config")) plugin["configuration"] = *config;
  return {{"config", std::move(plugin)}};
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const Json* filters = sdk::find(value, "filters");
    for (size_t i = 0; filters != nullptr && i < filters->size(); ++i) {
      const Json& filter = (*filters)[i];
      const std::string at = "/filters/" + std::to_string(i);
      if (!usable(filter, at, out) || out.failed()) continue;
      const auto [stage, weight] = place_of(filter);
      const std::string name = i == 0 ? kName : std::string(kName) + "." + std::to_string(i);
      out.filter_json(stage, name, kType, config_of(filter).dump(), weight, at);
    }
  }
};

}  // namespace solder::plugins::wasm

SOLDER_PLUGIN(solder::plugins::wasm::Plugin, "wasm", "1.0.0")
