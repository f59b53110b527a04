#include "rest.h"

#include <vector>

#include "parameters.h"
#include "solder/sdk/grpc_services.hpp"

namespace solder::plugins::transformation {

using sdk::Json;

namespace {

constexpr const char* kField = "/destinationSpec/rest";

std::vector<std::string> names_of(const Json& functions) {
  std::vector<std::string> names;
  for (const auto& [name, value] : functions.items()) names.push_back(name);
  return names;
}

// Nothing is sent on as it is: the service would get a request that was meant for a function.
Json report_unknown(const sdk::DestinationInput& in, const Json& functions, const std::string& name, sdk::Out& out) {
  const std::string of = "Upstream " + sdk::to_string(in.upstream);
  const std::string answered = "; requests are answered 500 until it comes";
  const std::string field = std::string(kField) + "/functionName";
  if (functions.empty()) {
    // As with other functions, nothing is wrong with a route whose functions are still to be found.
    out.info({field, "FunctionNotFound", of + " has no functions yet" + answered, name, "", in.upstream});
  } else {
    const std::string expected = "one of " + sdk::shown_names(names_of(functions), "");
    out.warning(
        {field, "FunctionNotFound", of + " has no function of this name" + answered, name, expected, in.upstream});
  }
  return refusing("unknown function " + name);
}

}  // namespace

Json refusing(const std::string& sentence) {
  return {{"requestTransforms", Json::array({Json{{"refusal", sentence}}})}};
}

std::optional<Json> rest_stage(const sdk::DestinationInput& in, const Json& upstream, sdk::Out& out) {
  const Json destination = sdk::parse_json(in.destination_json.empty() ? "{}" : in.destination_json);
  const std::string name = sdk::get_string(destination, "functionName");
  if (name.empty()) {
    out.error({std::string(kField) + "/functionName", "MissingField", "a function must be named"});
    return std::nullopt;
  }
  const Json* service = sdk::find(upstream, "serviceSpec");
  const Json* rest = service == nullptr ? nullptr : sdk::find(*service, "rest");
  const Json* functions = rest == nullptr ? nullptr : sdk::find(*rest, "transformations");
  const Json* function = functions == nullptr ? nullptr : sdk::find(*functions, name.c_str());
  if (function == nullptr) return report_unknown(in, functions == nullptr ? Json::object() : *functions, name, out);
  Json request = *function;
  const Json* parameters = sdk::find(destination, "parameters");
  Json extractors = Json::object();
  if (parameters != nullptr) {
    // As in Gloo these two are there where any parameter is.
    extractors = {{"path", whole_header(":path")}, {"method", whole_header(":method")}};
    extractors.update(extractors_of(*parameters, std::string(kField) + "/parameters", out));
  }
  // The destination's parameters take the place of the function's of the same name.
  if (!extractors.empty()) {
    if (!request.contains("extractors")) request["extractors"] = Json::object();
    request["extractors"].update(extractors);
  }
  request["percentEncode"] = true;
  Json entry{{"requestTransformation", {{"transformationTemplate", request}}}};
  if (const Json* response = sdk::find(destination, "responseTransformation"))
    entry["responseTransformation"] = {{"transformationTemplate", *response}};
  if (out.failed()) return std::nullopt;
  return Json{{"requestTransforms", Json::array({entry})}};
}

}  // namespace solder::plugins::transformation
