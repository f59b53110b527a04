// What of the API server's objects goes into the store.
#include "plugins/kubernetes/api_object.h"

#include <gmock/gmock.h>

namespace solder::plugins::kubernetes {
namespace {

using nlohmann::json;

std::string trimmed(json object, const std::string& kind, const std::string& api_version) {
  trim_object(object, kind, api_version);
  return object.dump();
}

TEST(ApiObject, WritingAStatusIsNoChange) {
  json before = json::parse(R"({"metadata":{"name":"a","generation":3,"resourceVersion":"1","managedFields":[{}],
      "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","mine":"x"}},"spec":{"x":1}})");
  json after = before;
  after["metadata"]["resourceVersion"] = "2";
  after["status"] = {{"statuses", {{"gloo-system", {{"state", "Accepted"}}}}}};
  const std::string text = trimmed(before, "VirtualService", "gateway.solo.io/v1");
  EXPECT_EQ(text, trimmed(after, "VirtualService", "gateway.solo.io/v1"));
  const json kept = json::parse(text);
  EXPECT_EQ(kept["kind"], "VirtualService") << "items of lists have none";
  EXPECT_EQ(kept["apiVersion"], "gateway.solo.io/v1");
  EXPECT_EQ(kept["metadata"], json::parse(R"({"name":"a","generation":3,"annotations":{"mine":"x"}})"));
  EXPECT_EQ(kept["spec"]["x"], 1);
}

TEST(ApiObject, OfPodsOnlyWhatIsReadStays) {
  const json pod = json::parse(R"({"metadata":{"name":"a","namespace":"ns","uid":"u","labels":{"x":"y"}},
      "spec":{"hostNetwork":true,"containers":[{}]},"status":{"podIP":"10.0.0.1","phase":"Running","conditions":[
      {"type":"Initialized","status":"True"},{"type":"Ready","status":"False","lastTransitionTime":"x"}]}})");
  EXPECT_EQ(json::parse(trimmed(pod, "Pod", "v1")),
            json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"ns","labels":{"x":"y"}},
                            "spec":{"hostNetwork":true},"status":{"podIP":"10.0.0.1","phase":"Running",
                            "conditions":[{"type":"Ready","status":"False"}]}})"));
  EXPECT_EQ(json::parse(trimmed(json::parse(R"({"status":{"phase":"Pending","conditions":[{"type":"Initialized"}]}})"),
                                "Pod", "v1"))["status"],
            json::parse(R"({"phase":"Pending"})"));
}

TEST(ApiObject, AnythingElseIsLeftAlone) {
  EXPECT_EQ(trimmed(json::parse("[1]"), "Pod", "v1"), "[1]");
  EXPECT_EQ(json::parse(trimmed(json::parse(R"({"metadata":7,"spec":null})"), "Pod", "v1"))["metadata"], 7);
}

}  // namespace
}  // namespace solder::plugins::kubernetes
