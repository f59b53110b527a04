#include "upstream.h"

#include <algorithm>
#include <cctype>

#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::aws_ec2 {

using sdk::Json;

namespace {

std::optional<std::string> url_of(const std::string& region, const std::string& endpoint, sdk::Out* out) {
  if (endpoint.empty()) return "https://" + sdk::aws_host("ec2", region);
  const auto parsed = sdk::parse_web_endpoint(endpoint);
  if (parsed) return (parsed->tls ? "https://" : "http://") + parsed->authority();
  if (out != nullptr) {
    out->error({"/endpoint", "InvalidEndpoint", "this is no address that EC2's API can be asked at", endpoint,
                sdk::kExpectedWebEndpoint});
  }
  return std::nullopt;
}

std::vector<TagFilter> read_filters(const Json& spec, sdk::Out* out) {
  std::vector<TagFilter> filters;
  const Json* list = sdk::find(spec, "filters");
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Json& each = (*list)[i];
    const Json* pair = sdk::find(each, "kvPair");
    TagFilter filter;
    filter.key = tag_key(sdk::get_string(pair == nullptr ? each : *pair, "key"));
    if (pair != nullptr) filter.value = sdk::get_string(*pair, "value");
    if (filter.key.empty() && out != nullptr) {
      const std::string field = "/filters/" + std::to_string(i) + (pair == nullptr ? "" : "/kvPair") + "/key";
      const char* so =
          pair == nullptr ? "a filter without a key says nothing" : "no tag has an empty key: nothing matches";
      out->warning({field, "MissingField", so, "", "key, or kvPair with key and value"});
    }
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace

std::string tag_key(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::optional<Upstream> read_upstream(const Json& spec, sdk::Out* out) {
  Upstream upstream;
  sdk::AwsSigner& signer = upstream.signer;
  signer.region = sdk::get_string(spec, "region");
  if (!sdk::is_aws_region(signer.region)) {
    if (out != nullptr) {
      out->error({"/region", signer.region.empty() ? "MissingField" : "InvalidRegion",
                  signer.region.empty() ? "instances are in a region, and none is named" : "this is no region of AWS",
                  signer.region, "a region such as us-east-1"});
    }
    return std::nullopt;
  }
  const auto url = url_of(signer.region, sdk::get_string(spec, "endpoint"), out);
  upstream.filters = read_filters(spec, out);
  if (!url) return std::nullopt;
  upstream.url = *url;
  if (const Json* secret = sdk::find(spec, "secretRef")) {
    signer.secret_ns = sdk::get_string(*secret, "namespace");
    signer.secret_name = sdk::get_string(*secret, "name");
  }
  signer.role = sdk::get_string(spec, "roleArn");
  signer.sts = sdk::get_string(spec, "stsEndpoint");
  return upstream;
}

bool matches(const Instance& instance, const std::vector<TagFilter>& filters) {
  return std::all_of(filters.begin(), filters.end(), [&](const TagFilter& filter) {
    if (filter.key.empty() && !filter.value) return true;  // as in Gloo
    const auto tag = instance.tags.find(filter.key);
    return tag != instance.tags.end() && (!filter.value || tag->second == *filter.value);
  });
}

std::string items_json(const std::vector<Instance>& instances, const std::vector<TagFilter>& filters) {
  std::map<std::string, Json> items;
  for (const Instance& instance : instances) {
    if (!matches(instance, filters)) continue;
    Json item{{"instanceId", instance.id}};
    if (!instance.private_ip.empty()) item["privateIp"] = instance.private_ip;
    if (!instance.public_ip.empty()) item["publicIp"] = instance.public_ip;
    items.emplace(instance.id, std::move(item));
  }
  Json list = Json::array();
  for (auto& [id, item] : items) list.push_back(std::move(item));
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace solder::plugins::aws_ec2
