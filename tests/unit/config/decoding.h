// A catalogue with a few claimed keys, and objects from the lines of their spec.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/config/decode.h"
#include "core/config/documents.h"

namespace solder::config {

inline SchemaCatalogPtr test_catalog() {
  const std::string duration = R"({"type":"string","format":"duration"})";
  const std::string any = R"({"type":"object","additionalProperties":true})";
  auto catalog = SchemaCatalog::make({{"routing", "route", "timeout", duration},
                                      {"headers", "route", "headerManipulation", any},
                                      {"headers", "virtual_host", "headerManipulation", any},
                                      {"headers", "weighted_destination", "headerManipulation", any},
                                      {"tls", "virtual_service", "sslConfig", any},
                                      {"tls", "upstream", "sslConfig", any},
                                      {"hcm", "http_gateway", "router", any},
                                      {"x", "settings", "mine", any},
                                      {"static", "upstream_type", "static", any},
                                      {"pipe", "upstream_type", "pipe", any},
                                      {"aws_lambda", "upstream_type", "aws", any},
                                      {"openapi", "upstream_type", "rest", any}});
  EXPECT_TRUE(catalog.ok()) << catalog.status().message();
  return catalog.ok() ? *catalog : nullptr;
}

inline model::ObjectPtr object_of(const std::string& kind, const std::string& rest, const std::string& ns = "ns") {
  const std::string version = kind == "Secret"                           ? "v1"
                              : kind == "Upstream" || kind == "Settings" ? "gloo.solo.io/v1"
                                                                         : "gateway.solo.io/v1";
  const auto out = parse_documents(
      "apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {name: a, namespace: " + ns + "}\n" + rest, "f.yaml");
  EXPECT_TRUE(out.problems.empty()) << out.problems[0].message;
  return out.objects.empty() ? nullptr : out.objects[0];
}

// "WrongType /spec/x"
inline std::vector<std::string> reasons_of(const model::Diagnostics& diagnostics) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : diagnostics) lines.push_back(diagnostic.reason + " " + diagnostic.field);
  return lines;
}

}  // namespace solder::config
