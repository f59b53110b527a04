// Upstream, Gateway, Settings and Secret from text to their models.
#include "core/config/decode.h"
#include "core/config/kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/decoding.h"

namespace solder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(DecodeUpstream, TypeAndOptions) {
  const auto out = decode_upstream(
      *object_of("Upstream", "spec:\n  ssl_config: {sni: x}\n  static: {hosts: []}\n  discovery_metadata: {}\n"),
      *test_catalog());
  ASSERT_THAT(reasons_of(out.diagnostics), IsEmpty());
  EXPECT_EQ(out.value->type, "static");
  EXPECT_EQ(out.value->type_path, "/spec/static");
  EXPECT_EQ(out.value->type_json, R"({"hosts":[]})");
  ASSERT_EQ(out.value->options.values.size(), 1u);
  EXPECT_EQ(out.value->options.values[0].key, "sslConfig");
  EXPECT_EQ(out.value->options.values[0].json, R"({"sni":"x"})");
}

TEST(DecodeUpstream, TwoTypesNoTypeAndATypeWithoutPlugin) {
  const auto catalog = test_catalog();
  auto out = decode_upstream(*object_of("Upstream", "spec: {static: {}, pipe: {}}\n"), *catalog);
  EXPECT_THAT(reasons_of(out.diagnostics), ElementsAre("OneofConflict /spec"));
  EXPECT_FALSE(out.value);
  out = decode_upstream(*object_of("Upstream", "spec: {}\n"), *catalog);
  EXPECT_THAT(reasons_of(out.diagnostics), ElementsAre("MissingField /spec"));
  EXPECT_EQ(out.diagnostics[0].expected, "one of aws, pipe, rest, static");
  out = decode_upstream(*object_of("Upstream", "spec: {kube: {serviceName: x}}\n"), *catalog);
  EXPECT_THAT(reasons_of(out.diagnostics), ElementsAre("NoPluginForKey /spec/kube"));
  EXPECT_THAT(out.diagnostics[0].message, HasSubstr("plugin kubernetes"));
  EXPECT_FALSE(out.value);
  out = decode_upstream(*object_of("Upstream", "spec: {statik: {}}\n"), *catalog);
  EXPECT_EQ(out.diagnostics[0].expected, "static");
}

SchemaCatalogPtr catalog_with_defaults() {
  const std::string limits = R"({"type":"object","x-solder-settings-default":"/gloo/circuitBreakers",)"
                             R"("properties":{"maxRequests":{"type":"integer","format":"uint32"}}})";
  const std::string ssl =
      R"({"type":"object","properties":{"sni":{"type":"string"},)"
      R"("parameters":{"type":"object","x-solder-settings-default":"/upstreamOptions/sslParameters",)"
      R"("properties":{"cipherSuites":{"type":"array","items":{"type":"string"}}}}}})";
  return *SchemaCatalog::make({{"health", "upstream", "circuitBreakers", limits},
                               {"tls", "upstream", "sslConfig", ssl},
                               {"static", "upstream_type", "static", R"({"type":"object","properties":{}})"}});
}

TEST(DecodeUpstream, SettingsSpeakWhereItIsSilent) {
  const auto catalog = catalog_with_defaults();
  EXPECT_TRUE(upstreams_have_defaults(*catalog));
  EXPECT_FALSE(upstreams_have_defaults(*test_catalog()));
  const auto settings = decode_settings(*object_of("Settings",
                                                   "spec: {gloo: {circuit_breakers: {max_requests: 5}}, "
                                                   "upstreamOptions: {sslParameters: {cipher_suites: [a]}}}\n"),
                                        *catalog);
  ASSERT_TRUE(settings.value) << reasons_of(settings.diagnostics)[0];
  const auto options = [&](const std::string& spec) {
    return decode_upstream(*object_of("Upstream", "spec: " + spec + "\n"), *catalog, settings.value->upstream_defaults)
        .value->options.json;
  };
  EXPECT_EQ(options("{static: {}}"), R"({"circuitBreakers":{"maxRequests":5}})");
  EXPECT_EQ(options("{static: {}, circuitBreakers: {}}"), R"({"circuitBreakers":{}})");
  EXPECT_EQ(options("{static: {}, circuitBreakers: {}, sslConfig: {sni: x}}"),
            R"({"circuitBreakers":{},"sslConfig":{"parameters":{"cipherSuites":["a"]},"sni":"x"}})");
  EXPECT_EQ(options("{static: {}, circuitBreakers: {}, sslConfig: {parameters: {}}}"),
            R"({"circuitBreakers":{},"sslConfig":{"parameters":{}}})");
}

TEST(DecodeSettings, DefaultsForUpstreamsAreCheckedWhereTheyStand) {
  const auto out = decode_settings(*object_of("Settings", "spec: {gloo: {circuitBreakers: {maxRequests: many}}}\n"),
                                   *catalog_with_defaults());
  EXPECT_FALSE(out.value);
  EXPECT_THAT(reasons_of(out.diagnostics), ElementsAre("WrongType /spec/gloo/circuitBreakers/maxRequests"));
}

TEST(DecodeGateway, Http) {
  const auto out = decode_gateway(*object_of("Gateway",
                                             "spec:\n"
                                             "  bindPort: 8080\n"
                                             "  ssl: true\n"
                                             "  proxyNames: [p]\n"
                                             "  httpGateway:\n"
                                             "    virtualServices: [{name: v}, {name: w, namespace: other}]\n"
                                             "    virtual_service_selector: {a: b}\n"
                                             "    virtualServiceNamespaces: ['*']\n"
                                             "    virtualServiceExpressions:\n"
                                             "      expressions: [{key: k, operator: In, values: [x]}]\n"
                                             "    options: {router: {}}\n"),
                                  *test_catalog());
  ASSERT_THAT(reasons_of(out.diagnostics), IsEmpty());
  EXPECT_EQ(out.value->bind_address, "") << "as in Gloo, which then rejects the gateway";
  EXPECT_EQ(out.value->bind_port, 8080u);
  EXPECT_TRUE(out.value->ssl);
  EXPECT_THAT(out.value->proxy_names, ElementsAre("p"));
  ASSERT_EQ(out.value->parts.size(), 1u);
  const auto& http = out.value->parts.front().http;
  EXPECT_EQ(model::to_string(http.virtual_services.at(0)), "VirtualService ns/v");
  EXPECT_EQ(model::to_string(http.virtual_services.at(1)), "VirtualService other/w");
  EXPECT_THAT(http.selector, ElementsAre(Pair("a", "b")));
  EXPECT_THAT(http.namespaces, ElementsAre("*"));
  EXPECT_EQ(http.expressions.at(0).op, "In");
  EXPECT_EQ(http.options.values.at(0).path, "/spec/httpGateway/options/router");
}

TEST(DecodeGateway, KindsAndProblems) {
  const auto catalog = test_catalog();
  EXPECT_TRUE(decode_gateway(*object_of("Gateway", "spec: {tcpGateway: {}}\n"), *catalog).value->parts.front().is_tcp);
  EXPECT_TRUE(decode_gateway(*object_of("Gateway", "spec: {hybridGateway: {}}\n"), *catalog).value->hybrid);
  const auto out = decode_gateway(
      *object_of("Gateway", "spec: {httpGateway: {options: {gzip: {}}}, tcpGateway: {}, bindPort: x}\n"), *catalog);
  EXPECT_THAT(reasons_of(out.diagnostics),
              ::testing::UnorderedElementsAre("NoPluginForKey /spec/httpGateway/options/gzip",
                                              "WrongType /spec/bindPort", "OneofConflict /spec"));
}

TEST(DecodeSettings, WhatTheCoreReads) {
  const auto out = decode_settings(*object_of("Settings",
                                              "spec:\n"
                                              "  discovery_namespace: infra\n"
                                              "  watchNamespaces: [a, b]\n"
                                              "  gateway: {readGatewaysFromAllNamespaces: true}\n"
                                              "  gloo:\n"
                                              "    invalidConfigPolicy: {replaceInvalidRoutes: true, "
                                              "invalidRouteResponseCode: 503, invalidRouteResponseBody: sorry}\n"
                                              "  mine: {x: 1}\n"),
                                   *test_catalog());
  ASSERT_THAT(reasons_of(out.diagnostics), IsEmpty());
  EXPECT_EQ(out.value->write_namespace, "infra");
  EXPECT_THAT(out.value->watch_namespaces, ElementsAre("a", "b"));
  EXPECT_TRUE(out.value->read_gateways_from_all_namespaces);
  EXPECT_TRUE(out.value->invalid_config_policy.replace_invalid_routes);
  EXPECT_EQ(out.value->invalid_config_policy.response_code, 503u);
  EXPECT_EQ(out.value->invalid_config_policy.response_body, "sorry");
  EXPECT_EQ(out.value->options.values.at(0).key, "mine");
}

TEST(DecodeSettings, DefaultsAndAnImpossibleStatus) {
  const auto catalog = test_catalog();
  const auto out = decode_settings(*object_of("Settings", "spec: {}\n"), *catalog);
  EXPECT_EQ(out.value->write_namespace, "gloo-system");
  EXPECT_EQ(out.value->invalid_config_policy.response_code, 404u);
  EXPECT_THAT(
      reasons_of(
          decode_settings(
              *object_of("Settings", "spec: {gloo: {invalidConfigPolicy: {invalidRouteResponseCode: 99}}}\n"), *catalog)
              .diagnostics),
      ElementsAre("InvalidValue /spec/gloo/invalidConfigPolicy/invalidRouteResponseCode"));
}

TEST(DecodeSecret, Base64AndPlainValues) {
  const auto out = decode_secret(
      *object_of("Secret", "type: kubernetes.io/tls\ndata: {tls.crt: aGVsbG8=}\nstringData: {tls.key: plain}\n"),
      *test_catalog());
  ASSERT_THAT(reasons_of(out.diagnostics), IsEmpty());
  EXPECT_EQ(out.value->type, "kubernetes.io/tls");
  EXPECT_THAT(out.value->data, ElementsAre(Pair("tls.crt", "hello"), Pair("tls.key", "plain")));
  EXPECT_EQ(decode_secret(*object_of("Secret", "data: {}\n"), *test_catalog()).value->type, "Opaque");
}

TEST(DecodeSecret, GloosCertificatesAreKubernetes) {
  const auto plain = decode_secret(*object_of("Secret", "tls: {certChain: c, private_key: k, ocspStaple: aGVsbG8=}\n"),
                                   *test_catalog());
  ASSERT_THAT(reasons_of(plain.diagnostics), IsEmpty());
  EXPECT_EQ(plain.value->type, "kubernetes.io/tls");
  EXPECT_THAT(plain.value->data,
              ElementsAre(Pair("tls.crt", "c"), Pair("tls.key", "k"), Pair("tls.ocsp-staple", "hello")));
  // As Gloo's command line writes it to Kubernetes: YAML in a value.
  const auto kept =
      decode_secret(*object_of("Secret", "type: Opaque\nstringData: {tls: 'rootCa: ca'}\n"), *test_catalog());
  EXPECT_EQ(kept.value->type, "Opaque");
  EXPECT_THAT(kept.value->data, ElementsAre(Pair("ca.crt", "ca")));
  const auto no_form = decode_secret(*object_of("Secret", "stringData: {tls: 'on'}\n"), *test_catalog());
  EXPECT_THAT(no_form.value->data, ElementsAre(Pair("tls", "on")));
}

// Reports are logged and written to disk; a secret's value must be in none of their texts.
TEST(DecodeSecret, ReportsNeverShowAValue) {
  const auto out = decode_secret(*object_of("Secret",
                                            "data: {a: 'hunter2!', b: 87654321, c: [hunter2]}\n"
                                            "stringData: {d: 87654321, e: {hunter2: hunter2}}\n"),
                                 *test_catalog());
  EXPECT_THAT(reasons_of(out.diagnostics),
              ::testing::UnorderedElementsAre("InvalidBase64 /data/a", "WrongType /data/b", "WrongType /data/c",
                                              "WrongType /stringData/d", "WrongType /stringData/e"));
  for (const auto& problem : out.diagnostics) {
    for (const std::string& text : {problem.message, problem.found, problem.expected}) {
      EXPECT_THAT(text, ::testing::Not(HasSubstr("hunter2")));
      EXPECT_THAT(text, ::testing::Not(HasSubstr("87654321")));
    }
  }
}

TEST(Decode, TopLevelKeysThatDoNotBelongThere) {
  const auto out = decode_upstream(
      *object_of("Upstream", "static: {}\nspec: {static: {}}\nstatus: {x: 1}\nnamespacedStatuses: {}\n"),
      *test_catalog());
  EXPECT_THAT(reasons_of(out.diagnostics), ElementsAre("UnknownField /static"));
  EXPECT_THAT(out.diagnostics[0].message, HasSubstr("did you mean spec.static?"));
}

TEST(Decode, SpecOfAnotherType) {
  EXPECT_THAT(reasons_of(decode_upstream(*object_of("Upstream", "spec: [1]\n"), *test_catalog()).diagnostics),
              ElementsAre("WrongType /spec"));
}

TEST(Kinds, AVersionOrAnyOfAGroup) {
  EXPECT_TRUE(is_version("networking.istio.io/v1", "networking.istio.io/*"));
  EXPECT_TRUE(is_version("networking.istio.io/v1alpha3", "networking.istio.io/*"));
  EXPECT_FALSE(is_version("security.istio.io/v1", "networking.istio.io/*"));
  EXPECT_TRUE(is_version("v1", "v1"));
  EXPECT_FALSE(is_version("networking.istio.io/v1beta1", "networking.istio.io/v1"));
}

TEST(UnknownKind, NearForeignAndUnserved) {
  const auto of = [](const std::string& version, const std::string& kind) {
    model::Object object;
    object.api_version = version;
    object.ref = {kind, "ns", "a"};
    return unknown_kind(object);
  };
  EXPECT_EQ(of("gateway.solo.io/v1", "VirtualServise").expected, "VirtualService");
  EXPECT_EQ(of("gateway.solo.io/v1", "VirtualServise").severity, model::Severity::kError);
  EXPECT_EQ(of("gateway.solo.io/v1", "Zebra").severity, model::Severity::kError);
  EXPECT_EQ(of("apps/v1", "Deployment").severity, model::Severity::kWarning);
  EXPECT_EQ(of("apps/v1", "Deployment").reason, "UnknownKind");
  EXPECT_EQ(of("networking.istio.io/v1", "Gateway.networking.istio.io").severity, model::Severity::kWarning);
  EXPECT_EQ(of("enterprise.gloo.solo.io/v1", "AuthConfig").reason, "UnsupportedKind");
  EXPECT_TRUE(known_kind("Upstream"));
  EXPECT_FALSE(known_kind("AuthConfig"));
  EXPECT_TRUE(known_kind("RouteTable"));
}

}  // namespace
}  // namespace solder::config
