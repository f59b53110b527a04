// solder/sdk/grpc_json.hpp - Gloo's grpcJsonTranscoder as Envoy's, for the plugins that meet it: a gateway's option,
// and upstream types whose serviceSpec has one. Descriptors are looked into, because Envoy refuses what it cannot build
// and would name no field. A plugin that calls this lists the kind ConfigMap in its manifest. Source of the behaviour:
// Gloo's grpc_json options; Envoy GrpcJsonTranscoder. Tested by plugins/grpc_json/testdata, plugins/static/testdata and
// tests/e2e/grpc_json_test.py.
#ifndef SOLDER_SDK_GRPC_JSON_HPP_
#define SOLDER_SDK_GRPC_JSON_HPP_

#include <optional>
#include <string>
#include <utility>

#include "solder/sdk/base64.hpp"
#include "solder/sdk/descriptor_set.hpp"
#include "solder/sdk/grpc_services.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/out.hpp"

namespace solder::sdk {

inline constexpr std::string_view kTranscoderName = "envoy.filters.http.grpc_json_transcoder";
inline constexpr std::string_view kTranscoderUrl =
    "type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder";
inline constexpr std::string_view kTranscoderStage = "out_auth";

// kQuiet: the problems are reported where the value stands, which is elsewhere.
enum class TranscoderReports { kAll, kQuiet };

// Makes the configuration of one transcoder, whose value stands at `at` below the input. Use once.
class Transcoder {
 public:
  Transcoder(const Json& value, std::string at, std::string_view ns, Out& out,
             TranscoderReports reports = TranscoderReports::kAll)
      : value_(value), at_(std::move(at)), namespace_(ns), out_(out), reports_(reports) {}

  // Nothing where there is an error, which is reported, or where no descriptors are named (has_descriptors()).
  std::optional<Json> build() {
    Json config = value_;
    config.erase("protoDescriptorConfigMap");
    if (const Json* map = find(value_, "protoDescriptorConfigMap")) {
      auto text = from_config_map(*map);
      if (text) check(*text, "/protoDescriptorConfigMap");
      if (failed_) return std::nullopt;
      config["protoDescriptorBin"] = encode_base64(*decode_base64(*text));
    } else if (const std::string text = get_string(value_, "protoDescriptorBin"); !text.empty()) {
      check(text, "/protoDescriptorBin");
      if (failed_) return std::nullopt;
      config["protoDescriptorBin"] = encode_base64(*decode_base64(text));
    } else if (!config.contains("protoDescriptor")) {
      return std::nullopt;
    }
    return config;
  }

  [[nodiscard]] bool has_descriptors() const {
    return value_.contains("protoDescriptor") || value_.contains("protoDescriptorBin") ||
           value_.contains("protoDescriptorConfigMap");
  }

 private:
  void error(const std::string& field, std::string_view reason, const std::string& message,
             const std::string& found = {}, const std::string& expected = {}, Ref related = {}) {
    failed_ = true;
    if (reports_ == TranscoderReports::kQuiet) return;
    const std::string place = at_ + field;
    out_.error({place, reason, message, found, expected, related});
  }

  // The base64 text in the ConfigMap.
  std::optional<std::string> from_config_map(const Json& map) {
    const std::string field = "/protoDescriptorConfigMap/configMapRef";
    const Json* ref = find(map, "configMapRef");
    const std::string name = ref == nullptr ? "" : get_string(*ref, "name");
    if (name.empty()) {
      error(field, "MissingField", "a ConfigMap must be named", "", "its name and namespace");
      return std::nullopt;
    }
    std::string ns = get_string(*ref, "namespace");
    if (ns.empty()) ns = namespace_;
    const Ref wanted{"ConfigMap", ns, name};
    const auto text = out_.lookup(wanted);
    if (!text) {
      error(field, "ConfigMapNotFound", "the ConfigMap " + ns + "/" + name + " is not there", ns + "/" + name, "",
            wanted);
      return std::nullopt;
    }
    const Json object = parse_json(*text);
    const Json* data = find(object, "data");
    return data == nullptr ? value_of({}, Json::object(), wanted) : value_of(get_string(map, "key"), *data, wanted);
  }

  std::optional<std::string> value_of(std::string key, const Json& data, Ref map) {
    const std::string name = std::string(map.ns) + "/" + std::string(map.name);
    if (key.empty() && data.size() == 1) key = data.begin().key();
    if (key.empty()) {
      error("/protoDescriptorConfigMap/key", "MissingField",
            "the ConfigMap " + name + " has " + std::to_string(data.size()) + " values", "",
            data.empty() ? "a ConfigMap with data" : "the key of one of them", map);
      return std::nullopt;
    }
    std::string text = get_string(data, key.c_str());
    if (!text.empty()) return text;
    error("/protoDescriptorConfigMap/key", "MissingField", "the ConfigMap " + name + " has no value under this key",
          key, "", map);
    return std::nullopt;
  }

  void check(const std::string& base64, const std::string& field) {
    const auto bytes = decode_base64(base64);
    const auto set = bytes ? read_descriptor_set(*bytes) : std::nullopt;
    if (!set) {
      return error(field, "InvalidDescriptors", field.substr(1) + " is not a valid FileDescriptorSet", "",
                   "the base64 of what `protoc --include_imports --descriptor_set_out` wrote");
    }
    if (!set->missing_imports.empty()) {
      return error(field, "InvalidDescriptors", "the descriptors lack files that they import",
                   set->missing_imports.front(), "descriptors written with `protoc --include_imports`");
    }
    const auto wanted = get_strings(value_, "services");
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (std::find(set->services.begin(), set->services.end(), wanted[i]) != set->services.end()) continue;
      error("/services/" + std::to_string(i), "InvalidDescriptors", "the descriptors have no such service", wanted[i],
            shown_names(set->services, "descriptors with services"));
    }
  }

  const Json& value_;
  const std::string at_;
  const std::string namespace_;
  Out& out_;
  const TranscoderReports reports_;
  bool failed_ = false;
};

// Of an upstream type's serviceSpec: what its cluster needs, as gRPC is HTTP/2. Reports what is wrong.
inline void transcoded_cluster(const Json& spec, std::string_view ns, Out& out) {
  const Json* service = find(spec, "serviceSpec");
  if (service == nullptr) return;
  const auto http2 = [&](const std::string& at) {
    out.fragment_json("http_protocol_options", R"({"explicitHttpConfig": {"http2ProtocolOptions": {}}})", {}, at);
  };
  if (const Json* grpc = find(*service, "grpc")) {
    (void)read_grpc_services(*grpc, "/serviceSpec/grpc", &out);
    return out.failed() ? void() : http2("/serviceSpec/grpc");
  }
  const std::string at = "/serviceSpec/grpcJsonTranscoder";
  const Json* value = find(*service, "grpcJsonTranscoder");
  // Discovery leaves an empty transcoder where a service gives no descriptors.
  if (value != nullptr && Transcoder(*value, at, ns, out).build()) http2(at);
}

// ... and what a route to it needs: the transcoder, and a filter on the listener that does nothing by itself and stands
// behind what a gateway's own option says. Called for every route, so what has no transcoder is not parsed.
inline void transcoded_route(std::string_view spec_json, std::string_view ns, Out& out) {
  if (spec_json.find("\"grpcJsonTranscoder\"") == std::string_view::npos) return;
  const Json spec = parse_json(spec_json);
  const Json* service = find(spec, "serviceSpec");
  const Json* value = service == nullptr ? nullptr : find(*service, "grpcJsonTranscoder");
  if (value == nullptr) return;
  const auto config = Transcoder(*value, {}, ns, out, TranscoderReports::kQuiet).build();
  if (!config) return;
  out.fragment_json("per_filter/" + std::string(kTranscoderName), config->dump(), kTranscoderUrl);
  out.filter_json(kTranscoderStage, kTranscoderName, kTranscoderUrl, R"({"protoDescriptorBin": ""})", -2);
}

}  // namespace solder::sdk

#endif
