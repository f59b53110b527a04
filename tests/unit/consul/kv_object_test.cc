// Which keys are objects' and what of a value makes one: as Gloo writes it, and as a manifest.
#include "plugins/consul/kv_object.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace solder::plugins::consul::kv_object_test {
namespace {

using sdk::Json;
using ::testing::HasSubstr;

constexpr const char* kGateways = "gateway.solo.io/v1";

Json object(const char* value) { return Json::parse(object_of(value, kGateways, "VirtualService", {"ns", "web"})); }

std::string refusal(const char* value) {
  try {
    object(value);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(KvObject, NamesAreANamespaceAndAName) {
  EXPECT_EQ(kind_prefix("gloo", kGateways, "VirtualService"), "gloo/gateway.solo.io/v1/VirtualService/");
  EXPECT_EQ(name_of("ns/web"), (ObjectName{"ns", "web"}));
  for (const char* wrong : {"", "web", "ns/", "/web", "ns/web/", "a/b/c"})
    EXPECT_EQ(name_of(wrong), std::nullopt) << wrong;
}

TEST(KvObject, AsGlooWritesIt) {
  EXPECT_EQ(object("metadata: {name: web, namespace: ns, resourceVersion: '12', labels: {a: b}}\n"
                   "virtualHost: {domains: ['*']}\nstatus: {state: 1}\nnamespacedStatuses: {}\n"),
            Json::parse(R"({"apiVersion":"gateway.solo.io/v1","kind":"VirtualService",
              "metadata":{"name":"web","namespace":"ns","labels":{"a":"b"}},"spec":{"virtualHost":{"domains":["*"]}}})"));
}

TEST(KvObject, AsAManifest) {
  const Json made =
      object("apiVersion: gateway.solo.io/v1\nkind: VirtualService\nspec: {virtualHost: {}}\nstatus: {a: b}\n");
  EXPECT_EQ(made["metadata"], Json::parse(R"({"name":"web","namespace":"ns"})"));
  EXPECT_EQ(made["spec"], Json::parse(R"({"virtualHost":{}})"));
  EXPECT_FALSE(made.contains("status"));
}

TEST(KvObject, TheKeyIsRight) {
  EXPECT_THAT(refusal("metadata: {name: other}\n"), HasSubstr("its metadata.name is other, its key says web"));
  EXPECT_THAT(refusal("metadata: {namespace: other}\n"), HasSubstr("metadata.namespace"));
  EXPECT_THAT(refusal("kind: Upstream\n"), HasSubstr("its kind is Upstream, its key says VirtualService"));
  EXPECT_THAT(refusal("apiVersion: v1\n"), HasSubstr("apiVersion"));
  EXPECT_THAT(refusal("metadata: 3\n"), HasSubstr("no map"));
  EXPECT_THAT(refusal("just text"), HasSubstr("no map"));
  EXPECT_THAT(refusal(""), HasSubstr("no map"));
}

}  // namespace
}  // namespace solder::plugins::consul::kv_object_test
