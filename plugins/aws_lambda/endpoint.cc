#include "endpoint.h"

#include "solder/sdk/aws.hpp"

namespace solder::plugins::aws_lambda {

using sdk::Json;

namespace {

void report_region(const std::string& region, sdk::Out& out) {
  if (region.empty()) {
    return out.error({"/region", "MissingField", "functions are called in a region, and none is named", "",
                      "a region such as us-east-1"});
  }
  out.error({"/region", "InvalidRegion", "this is no region of AWS", region, "a region such as us-east-1"});
}

}  // namespace

std::optional<sdk::WebEndpoint> endpoint_of(const Json& upstream, sdk::Out* out) {
  const std::string region = sdk::get_string(upstream, "region");
  if (!sdk::is_aws_region(region)) {
    if (out != nullptr) report_region(region, *out);
    return std::nullopt;
  }
  const Json* options = sdk::find(upstream, "awsOptions");
  const std::string url = options == nullptr ? "" : sdk::get_string(*options, "endpoint");
  if (url.empty()) return sdk::WebEndpoint{sdk::aws_host("lambda", region)};
  const auto endpoint = sdk::parse_web_endpoint(url);
  if (!endpoint && out != nullptr) {
    out->error({"/awsOptions/endpoint", "InvalidEndpoint", "this is no address that functions can be called at", url,
                sdk::kExpectedWebEndpoint});
  }
  return endpoint;
}

}  // namespace solder::plugins::aws_lambda
