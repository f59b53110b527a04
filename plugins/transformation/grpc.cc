#include "grpc.h"

#include <algorithm>
#include <array>

#include "parameters.h"
#include "rest.h"
#include "solder/sdk/grpc_json.hpp"

namespace solder::plugins::transformation {

using sdk::Json;

namespace {

const std::string kGrpc = "/destinationSpec/grpc";
// Beside the transcoder of the gateway or of the upstream, which lets pass what is gRPC by then.
constexpr std::string_view kTranscoder = "solder.grpc.function";
constexpr int32_t kWeight = -4;

// From the set down to a method's options.
constexpr std::array<uint32_t, 4> kToOptions{1, 6, 2, 4};
constexpr uint64_t kHttpRule = 72295728;  // google.api.http

// The descriptors with no method bound to a path, so that the transcoder calls each by its name.
std::string without_http_rules(std::string_view bytes, size_t depth = 0) {
  sdk::WireReader reader(bytes);
  std::string out;
  while (reader.next()) {
    if (depth == kToOptions.size()) {
      if (reader.number() != kHttpRule) out += reader.raw();
    } else if (reader.number() == kToOptions[depth]) {
      out += sdk::Message().add_string(kToOptions[depth], without_http_rules(reader.value(), depth + 1)).bytes();
    } else {
      out += reader.raw();
    }
  }
  return out;
}

std::string file_of(const Json& upstream) {
  const Json* service = sdk::find(upstream, "serviceSpec");
  const Json* transcoder = service == nullptr ? nullptr : sdk::find(*service, "grpcJsonTranscoder");
  return transcoder == nullptr ? "" : sdk::get_string(*transcoder, "protoDescriptor");
}

// What may be called. Nothing where the upstream says nothing that can be used, which is reported there.
std::optional<sdk::GrpcServices> services_of(const Json& upstream, std::string_view ns, sdk::Out& out) {
  const Json* service = sdk::find(upstream, "serviceSpec");
  if (service == nullptr) return std::nullopt;
  if (const Json* grpc = sdk::find(*service, "grpc")) return sdk::read_grpc_services(*grpc, "", nullptr);
  const Json* transcoder = sdk::find(*service, "grpcJsonTranscoder");
  if (transcoder == nullptr) return std::nullopt;
  const auto config = sdk::Transcoder(*transcoder, {}, ns, out, sdk::TranscoderReports::kQuiet).build();
  auto bytes = config ? sdk::decode_base64(sdk::get_string(*config, "protoDescriptorBin")) : std::nullopt;
  auto set = bytes && !bytes->empty() ? sdk::read_descriptor_set(*bytes) : std::nullopt;
  if (!set) return std::nullopt;
  return sdk::GrpcServices{std::move(*bytes), std::move(*set), sdk::get_strings(*transcoder, "services")};
}

// Descriptors in a file on the proxy's disk, which cannot be read here.
void report_unread(const sdk::DestinationInput& in, const std::string& file, sdk::Out& out) {
  out.warning({kGrpc, "NotServed",
               "the descriptors of Upstream " + sdk::to_string(in.upstream) +
                   " are in a file on the proxy's disk, which cannot be read here; requests are answered 500",
               file, "protoDescriptorBin or protoDescriptorConfigMap", in.upstream});
}

// "package.Service/Method" of the destination, if the upstream has it; else it is reported.
bool has_method(const sdk::DestinationInput& in, const std::optional<sdk::GrpcServices>& services,
                const std::string& service, const std::string& method, sdk::Out& out) {
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  const std::string of = "Upstream " + sdk::to_string(in.upstream);
  const std::string answered = "; requests are answered 500 until it comes";
  if (!services) {
    // As with other functions, nothing is wrong with a route whose functions are still to be found.
    out.info({kGrpc, "FunctionNotFound", of + " has no gRPC services yet" + answered, service, "", in.upstream});
    return false;
  }
  if (!has(services->names, service)) {
    out.warning({kGrpc + "/service", "FunctionNotFound", of + " has no gRPC service of this name" + answered, service,
                 sdk::shown_names(services->names, "an upstream with services"), in.upstream});
    return false;
  }
  if (has(services->set.methods, service + "/" + method)) return true;
  std::vector<std::string> own;
  for (const std::string& each : services->set.methods) {
    if (each.starts_with(service + "/")) own.push_back(each.substr(service.size() + 1));
  }
  out.warning({kGrpc + "/function", "FunctionNotFound", of + " has no such method of " + service + answered, method,
               sdk::shown_names(own, "a service with methods"), in.upstream});
  return false;
}

void emit_transcoder(const sdk::GrpcServices& services, const std::string& service, sdk::Out& out) {
  const Json config{{"protoDescriptorBin", sdk::encode_base64(without_http_rules(services.descriptors))},
                    {"services", Json::array({service})},
                    {"matchIncomingRequestRoute", true},
                    {"autoMapping", true}};
  out.fragment_json("per_filter/" + std::string(kTranscoder), config.dump(), sdk::kTranscoderUrl, kGrpc);
  out.filter_json(sdk::kTranscoderStage, kTranscoder, sdk::kTranscoderUrl, R"({"protoDescriptorBin": ""})", kWeight);
}

// Parameters stand in the body, beside what the client sent as JSON. Where none are named the query stays, whose
// parameters the transcoder puts into the message.
Json request_of(const Json* parameters, const std::string& path, sdk::Out& out) {
  Json request{{"headers", {{":method", {{"text", "POST"}}}, {":path", {{"text", path}}}}}};
  if (parameters == nullptr) {
    request["extractors"] = {{"query", {{"header", ":path"}, {"regex", "[^?]*(.*)"}, {"subgroup", 1}}}};
    request["headers"][":path"]["text"] = path + "{{ query }}";
    request["passthrough"] = Json::object();
    return request;
  }
  request["extractors"] = extractors_of(*parameters, kGrpc + "/parameters", out);
  request["percentEncode"] = true;
  request["mergeExtractorsToBody"] = Json::object();
  return request;
}

}  // namespace

std::optional<Json> grpc_stage(const sdk::DestinationInput& in, const Json& upstream, sdk::Out& out) {
  const Json destination = sdk::parse_json(in.destination_json.empty() ? "{}" : in.destination_json);
  const std::string service =
      sdk::grpc_service_name(sdk::get_string(destination, "package"), sdk::get_string(destination, "service"));
  const std::string method = sdk::get_string(destination, "function");
  for (const char* member : {"service", "function"}) {
    if (sdk::get_string(destination, member).empty())
      out.error({kGrpc + "/" + member, "MissingField", "a method and its service must be named"});
  }
  if (out.failed()) return std::nullopt;
  const std::string name = service + "/" + method;
  if (const std::string file = file_of(upstream); !file.empty()) {
    report_unread(in, file, out);
    return refusing("unknown function " + name);
  }
  const auto services = services_of(upstream, in.upstream.ns, out);
  if (!has_method(in, services, service, method, out)) return refusing("unknown function " + name);
  const Json request = request_of(sdk::find(destination, "parameters"), "/" + name, out);
  if (out.failed()) return std::nullopt;
  emit_transcoder(*services, service, out);
  const Json entry{{"requestTransformation", {{"transformationTemplate", request}}}};
  return Json{{"requestTransforms", Json::array({entry})}};
}

}  // namespace solder::plugins::transformation
