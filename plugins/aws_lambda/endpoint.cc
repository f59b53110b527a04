#include "endpoint.h"

#include <algorithm>
#include <cctype>

namespace solder::plugins::aws_lambda {

using sdk::Json;

namespace {

bool is_region(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
  });
}

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
  if (!is_region(region)) {
    if (out != nullptr) report_region(region, *out);
    return std::nullopt;
  }
  const Json* options = sdk::find(upstream, "awsOptions");
  const std::string url = options == nullptr ? "" : sdk::get_string(*options, "endpoint");
  if (url.empty()) {
    const bool china = region.starts_with("cn-");
    return sdk::WebEndpoint{"lambda." + region + (china ? ".amazonaws.com.cn" : ".amazonaws.com")};
  }
  const auto endpoint = sdk::parse_web_endpoint(url);
  if (!endpoint && out != nullptr) {
    out->error({"/awsOptions/endpoint", "InvalidEndpoint", "this is no address that functions can be called at", url,
                sdk::kExpectedWebEndpoint});
  }
  return endpoint;
}

}  // namespace solder::plugins::aws_lambda
