// stats of virtual hosts: requests that are counted together. Source: Gloo's options/stats; Envoy VirtualCluster.
// Tested by plugins/stats/testdata and tests/e2e/traffic_test.py.
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::stats {

using sdk::Json;

namespace {

constexpr std::array<std::string_view, 9> kMethods = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                      "CONNECT", "OPTIONS", "TRACE", "PATCH"};

// A dot would begin another level of the statistic's name.
std::string statistic_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

Json path_matcher(const Json& cluster, const std::string& field, sdk::Out& out) {
  const std::string pattern = sdk::get_string(cluster, "pattern");
  const RE2 compiled(pattern, RE2::Quiet);
  if (pattern.empty()) {
    out.error({field + "/pattern", "MissingField", "a virtual cluster needs a pattern"});
  } else if (!compiled.ok()) {
    out.error({field + "/pattern", "InvalidRegex", "the regular expression does not compile: " + compiled.error(),
               pattern, "RE2 syntax"});
  }
  return {{"name", ":path"}, {"stringMatch", {{"safeRegex", {{"regex", pattern}}}}}};
}

Json virtual_cluster(const Json& cluster, const std::string& field, sdk::Out& out) {
  const std::string name = sdk::get_string(cluster, "name");
  if (name.empty()) out.error({field + "/name", "MissingField", "a virtual cluster needs a name"});
  Json headers = Json::array({path_matcher(cluster, field, out)});
  std::string method = sdk::get_string(cluster, "method");
  if (!method.empty()) {
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::toupper(c); });
    if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
      out.error({field + "/method", "InvalidValue", "this is no HTTP method", method, "GET, POST, ..."});
    headers.push_back({{"name", ":method"}, {"stringMatch", {{"exact", method}}}});
  }
  return {{"name", statistic_name(name)}, {"headers", std::move(headers)}};
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json list = sdk::parse_json(in.json).value("virtualClusters", Json::array());
    Json clusters = Json::array();
    for (size_t i = 0; i < list.size(); ++i)
      clusters.push_back(virtual_cluster(list[i], "/virtualClusters/" + std::to_string(i), out));
    if (!out.failed() && !clusters.empty())
      out.fragment_json("virtual_host", Json{{"virtualClusters", std::move(clusters)}}.dump());
  }
};

}  // namespace solder::plugins::stats

SOLDER_PLUGIN(solder::plugins::stats::Plugin, "stats", "1.0.0")
