// VirtualServices: matchers, actions, destinations, and what is wrong with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/decoding.h"

namespace solder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Decoded<model::VirtualService> decode(const std::string& spec) {
  return decode_virtual_service(*object_of("VirtualService", "spec:\n" + spec), *test_catalog());
}

// A service with one route of these lines, each indented by four.
Decoded<model::VirtualService> decode_route(const std::string& route) {
  return decode("  virtualHost:\n    routes:\n    -\n" + route);
}

model::Route route_of(const std::string& lines) {
  const auto out = decode_route(lines);
  EXPECT_THAT(reasons_of(out.diagnostics), IsEmpty());
  return out.value ? out.value->routes.at(0) : model::Route{};
}

TEST(DecodeVirtualService, HostAndTls) {
  const auto out = decode(
      "  displayName: shown\n  sslConfig: {secretRef: {name: s}}\n"
      "  virtual_host:\n    domains: [a.com, '*.b.com']\n    options: {header_manipulation: {}}\n");
  ASSERT_THAT(reasons_of(out.diagnostics), IsEmpty());
  EXPECT_EQ(out.value->display_name, "shown");
  EXPECT_TRUE(out.value->has_ssl);
  EXPECT_THAT(out.value->domains, ElementsAre("a.com", "*.b.com"));
  EXPECT_EQ(out.value->options.values.at(0).path, "/spec/sslConfig");
  EXPECT_EQ(out.value->virtual_host_options.values.at(0).key, "headerManipulation");
  EXPECT_FALSE(decode("  displayName: x\n").value->has_virtual_host);
}

TEST(DecodeVirtualService, Matchers) {
  const auto route = route_of(
      "      matchers:\n"
      "      - exact: /a\n        methods: [GET, POST]\n        caseSensitive: false\n"
      "      - regex: '/b.*'\n        headers: [{name: h, value: v, regex: true, invertMatch: true}]\n"
      "      - queryParameters: [{name: q}]\n"
      "      - connectMatcher: {}\n"
      "      directResponseAction: {status: 200, body: hi}\n");
  ASSERT_EQ(route.matchers.size(), 4u);
  using Path = model::Matcher::Path;
  EXPECT_EQ(route.matchers[0].kind, Path::kExact);
  EXPECT_EQ(route.matchers[0].text, "/a");
  EXPECT_THAT(route.matchers[0].methods, ElementsAre("GET", "POST"));
  EXPECT_EQ(route.matchers[0].case_sensitive, false);
  EXPECT_EQ(route.matchers[1].kind, Path::kRegex);
  EXPECT_TRUE(route.matchers[1].headers.at(0).regex && route.matchers[1].headers.at(0).invert);
  EXPECT_EQ(route.matchers[2].text, "/");
  EXPECT_EQ(route.matchers[2].query_parameters.at(0).name, "q");
  EXPECT_EQ(route.matchers[3].kind, Path::kConnect);
  EXPECT_EQ(route.matchers[3].path, "/spec/virtualHost/routes/0/matchers/3");
}

TEST(DecodeVirtualService, NoMatcherMatchesEverything) {
  const auto route = route_of("      directResponseAction: {status: 204}\n");
  ASSERT_EQ(route.matchers.size(), 1u);
  EXPECT_EQ(route.matchers[0].text, "/");
  EXPECT_EQ(std::get<model::DirectResponseAction>(route.action).status, 204u);
}

TEST(DecodeVirtualService, SingleDestinationInTheObjectsOwnNamespace) {
  const auto route = route_of("      routeAction: {single: {upstream: {name: u}, subset: {values: {v: '1'}}}}\n");
  const auto& action = std::get<model::RouteAction>(route.action);
  EXPECT_FALSE(action.multi);
  EXPECT_EQ(model::to_string(action.destinations.at(0).destination.upstream), "Upstream ns/u");
  EXPECT_THAT(action.destinations[0].destination.subset, ElementsAre(Pair("v", "1")));
  EXPECT_EQ(action.destinations[0].destination.path, "/spec/virtualHost/routes/0/routeAction/single");
}

TEST(DecodeVirtualService, WeightedDestinations) {
  const auto route = route_of(
      "      route_action:\n"
      "        multi:\n"
      "          destinations:\n"
      "          - {weight: 3, destination: {upstream: {name: u, namespace: other}}}\n"
      "          - {weight: '1', destination: {kube: {ref: {name: svc}, port: 80}}, options: {headerManipulation: "
      "{}}}\n"
      "          - {destination: {consul: {serviceName: c}, destinationSpec: {aws: {logicalName: f}}}}\n"
      "          - {destination: {consul: {serviceName: c, tags: [v1]}}}\n");
  const auto& action = std::get<model::RouteAction>(route.action);
  ASSERT_EQ(action.destinations.size(), 4u);
  EXPECT_TRUE(action.multi);
  EXPECT_EQ(model::to_string(action.destinations[0].destination.upstream), "Upstream other/u");
  EXPECT_EQ(action.destinations[1].weight, 1u);
  EXPECT_EQ(action.destinations[1].destination.port, 80u);
  EXPECT_EQ(action.destinations[1].options.values.at(0).path,
            "/spec/virtualHost/routes/0/routeAction/multi/destinations/1/options/headerManipulation");
  EXPECT_EQ(action.destinations[2].destination.kind, model::Destination::Kind::kConsul);
  EXPECT_EQ(action.destinations[2].destination.spec_key, "aws");
  EXPECT_EQ(action.destinations[2].destination.spec_json, R"({"logicalName":"f"})");
  // Gloo has the upstreams of Consul's services in one namespace, wherever the route is.
  EXPECT_EQ(action.destinations[2].destination.upstream.ns, "gloo-system");
  EXPECT_EQ(action.destinations[3].destination.spec_key, "consul");
  EXPECT_EQ(action.destinations[3].destination.spec_json, R"({"serviceName":"c","tags":["v1"]})");
}

TEST(DecodeVirtualService, OtherActions) {
  const auto group = std::get<model::RouteAction>(route_of("      routeAction: {upstreamGroup: {name: g}}\n").action);
  EXPECT_EQ(model::to_string(*group.upstream_group), "UpstreamGroup ns/g");
  EXPECT_EQ(std::get<model::RouteAction>(route_of("      routeAction: {clusterHeader: x-c}\n").action).cluster_header,
            "x-c");
  EXPECT_TRUE(std::get<model::RouteAction>(route_of("      routeAction: {dynamicForwardProxy: {}}\n").action)
                  .dynamic_forward_proxy.has_value());
  const auto redirect = std::get<model::RedirectAction>(
      route_of("      redirectAction: {hostRedirect: h, responseCode: 2, portRedirect: 8443, stripQuery: true}\n")
          .action);
  EXPECT_EQ(redirect.host_redirect, "h");
  EXPECT_EQ(redirect.response_code, "SEE_OTHER");
  EXPECT_EQ(redirect.port_redirect, 8443u);
  EXPECT_TRUE(redirect.strip_query);
  const auto table = [](const std::string& action) {
    return std::get<model::DelegateAction>(route_of("      delegateAction: " + action + "\n").action).table;
  };
  EXPECT_EQ(table("{ref: {name: rt, namespace: a}}"), (model::ObjectRef{"RouteTable", "a", "rt"}));
  EXPECT_EQ(table("{name: rt, namespace: b}"), (model::ObjectRef{"RouteTable", "b", "rt"}));
  EXPECT_EQ(table("{selector: {labels: {a: b}}}"), std::nullopt);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(route_of("      name: none\n").action));
}

TEST(DecodeVirtualService, OptionsInCanonicalForm) {
  const auto route = route_of("      options: {timeout: 250ms}\n      directResponseAction: {status: 200}\n");
  EXPECT_EQ(route.options.values.at(0).json, "\"0.250s\"");
  EXPECT_EQ(route.options.json, R"({"timeout":"0.250s"})");
}

struct Bad {
  const char* route;
  const char* reason;
  const char* says;
};

class BadRoute : public ::testing::TestWithParam<Bad> {};

TEST_P(BadRoute, RejectsTheObject) {
  const auto out = decode_route(GetParam().route);
  EXPECT_FALSE(out.value);
  ASSERT_THAT(reasons_of(out.diagnostics), ElementsAre(GetParam().reason));
  const auto& problem = out.diagnostics[0];
  EXPECT_THAT(problem.message + " | " + problem.found + " | " + problem.expected, HasSubstr(GetParam().says));
}

#define AT "/spec/virtualHost/routes/0"
INSTANTIATE_TEST_SUITE_P(
    Routes, BadRoute,
    ::testing::Values(
        Bad{"      options: {timout: 5s}\n", "UnknownField " AT "/options/timout", "did you mean timeout?"},
        Bad{"      options: {cors: {}}\n", "NoPluginForKey " AT "/options/cors", "plugin cors"},
        Bad{"      options: {staged_transformations: {}}\n", "NoPluginForKey " AT "/options/staged_transformations",
            "plugin transformation"},
        Bad{"      options: {timeout: soon}\n", "InvalidDuration " AT "/options/timeout", "soon"},
        Bad{"      matchers: [{prefix: /a, exact: /b}]\n", "OneofConflict " AT "/matchers/0", "prefix, exact"},
        Bad{"      matchers: [{prefix: 5}]\n", "WrongType " AT "/matchers/0/prefix", "put it in quotes"},
        Bad{"      matchers: {prefix: /a}\n", "WrongType " AT "/matchers", "a list"},
        Bad{"      routeAction: {single: {}}\n", "MissingField " AT "/routeAction/single", "upstream, kube or consul"},
        Bad{"      routeAction: {single: {upstream: {name: a}}, multi: {}}\n", "OneofConflict " AT "/routeAction",
            "single, multi"},
        Bad{"      routeAction: {multi: {destinations: [{weight: -1, destination: {upstream: {name: a}}}]}}\n",
            "InvalidValue " AT "/routeAction/multi/destinations/0/weight", "0 to 4294967295"},
        Bad{"      redirectAction: {}\n      directResponseAction: {}\n", "OneofConflict " AT, "redirectAction"},
        Bad{"      redirectAction: {responseCode: MOVED}\n", "InvalidEnum " AT "/redirectAction/responseCode",
            "MOVED_PERMANENTLY"},
        Bad{"      redirectAction: {portRedirect: 70000}\n", "InvalidValue " AT "/redirectAction/portRedirect",
            "0 to 65535"},
        Bad{"      routAction: {}\n", "UnknownField " AT "/routAction", "did you mean routeAction?"},
        Bad{"      routeAction: {single: {upstream: {name: a}, destinationSpec: {aws: {}, rest: {}}}}\n",
            "OneofConflict " AT "/routeAction/single/destinationSpec", "one specification"}));

TEST(DecodeVirtualService, EveryProblemOfTheObjectIsFound) {
  const auto out = decode(
      "  dispalyName: x\n  virtualHost:\n    domains: a.com\n    routes:\n"
      "    - options: {timeout: x}\n    - matchers: [{prefx: /}]\n");
  EXPECT_THAT(reasons_of(out.diagnostics),
              ::testing::UnorderedElementsAre("UnknownField /spec/dispalyName", "WrongType /spec/virtualHost/domains",
                                              "InvalidDuration /spec/virtualHost/routes/0/options/timeout",
                                              "UnknownField /spec/virtualHost/routes/1/matchers/0/prefx"));
}

}  // namespace
}  // namespace solder::config
