#include "hash_policies.h"

namespace solder::plugins::load_balancing {

using sdk::Json;

namespace {

void check_name(const std::string& name, const std::string& field, sdk::Out& out) {
  if (name.empty()) out.error({field, "MissingField", "this needs a name"});
}

Json cookie(const Json& value, const std::string& field, sdk::Out& out) {
  check_name(sdk::get_string(value, "name"), field + "/name", out);
  Json cookie{{"name", sdk::get_string(value, "name")}};
  for (const char* same : {"ttl", "path"}) {
    if (const Json* setting = sdk::find(value, same)) cookie[same] = *setting;
  }
  if (sdk::get_string(value, "ttl").starts_with('-'))
    out.error({field + "/ttl", "InvalidDuration", "a duration is not below zero here", sdk::get_string(value, "ttl"),
               "0s or more"});
  return cookie;
}

Json hash_policy(const Json& value, const std::string& field, sdk::Out& out) {
  Json policy = Json::object();
  if (const Json* name = sdk::find(value, "header")) {
    check_name(*name, field + "/header", out);
    policy["header"] = {{"headerName", *name}};
  } else if (const Json* wanted = sdk::find(value, "cookie")) {
    policy["cookie"] = cookie(*wanted, field + "/cookie", out);
  } else if (const Json* parameter = sdk::find(value, "queryParameter")) {
    check_name(*parameter, field + "/queryParameter", out);
    policy["queryParameter"] = {{"name", *parameter}};
  } else if (const Json* source = sdk::find(value, "sourceIp")) {
    policy["connectionProperties"] = {{"sourceIp", *source}};
  } else {
    out.error({field, "MissingField", "a hash policy must say what is hashed", "",
               "header, cookie, queryParameter or sourceIp"});
  }
  if (sdk::get_bool(value, "terminal").value_or(false)) policy["terminal"] = true;
  return policy;
}

}  // namespace

void hash_policies(const Json& value, sdk::Out& out) {
  const Json list = value.value("hashPolicies", Json::array());
  Json policies = Json::array();
  for (size_t i = 0; i < list.size(); ++i)
    policies.push_back(hash_policy(list[i], "/hashPolicies/" + std::to_string(i), out));
  if (!out.failed() && !policies.empty())
    out.fragment_json("route_action", Json{{"hashPolicy", std::move(policies)}}.dump());
}

}  // namespace solder::plugins::load_balancing
