// What an admission review says would change, and how an answer is written.
#include "core/admission/review.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace solder::admission {
namespace {

using nlohmann::json;

json object(const std::string& name, const std::string& kind = "VirtualService") {
  return {{"apiVersion", "gateway.solo.io/v1"},
          {"kind", kind},
          {"metadata", {{"name", name}, {"namespace", "ns"}, {"managedFields", {{{"manager", "kubectl"}}}}}},
          {"spec", json::object()},
          {"status", {{"state", "Rejected"}}}};
}

std::string review(json request) {
  request["uid"] = "u-1";
  return json{{"apiVersion", "admission.k8s.io/v1"}, {"kind", "AdmissionReview"}, {"request", std::move(request)}}
      .dump();
}

TEST(Review, OfAnObject) {
  const auto read = read_review(review({{"operation", "UPDATE"}, {"object", object("a")}, {"dryRun", true}}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->uid, "u-1");
  EXPECT_TRUE(read->dry_run);
  ASSERT_EQ(read->changes.size(), 1u);
  EXPECT_EQ(to_string(read->changes[0].ref), "VirtualService ns/a");
  EXPECT_EQ(read->changes[0].object->json.find("managedFields"), std::string::npos);
  EXPECT_EQ(read->changes[0].object->json.find("status"), std::string::npos);
}

TEST(Review, OfADelete) {
  const auto read = read_review(review({{"operation", "DELETE"}, {"oldObject", object("a")}, {"object", nullptr}}));
  ASSERT_EQ(read->changes.size(), 1u);
  EXPECT_EQ(read->changes[0].object, nullptr);
  EXPECT_FALSE(read->dry_run);
}

TEST(Review, OfALists) {
  for (const char* kind : {"List", "VirtualServiceList"}) {
    const json list = {{"apiVersion", "v1"}, {"kind", kind}, {"items", {object("a"), object("b")}}};
    const auto read = read_review(review({{"operation", "CREATE"}, {"object", list}}));
    ASSERT_EQ(read->changes.size(), 2u) << kind;
    EXPECT_EQ(read->changes[1].ref.name, "b");
  }
}

TEST(Review, TheNamespaceOfTheRequestCountsWhereTheObjectSaysNone) {
  json one = object("a");
  one["metadata"].erase("namespace");
  const auto read = read_review(review({{"operation", "CREATE"}, {"namespace", "elsewhere"}, {"object", one}}));
  EXPECT_EQ(read->changes.at(0).ref.ns, "elsewhere");
}

TEST(Review, WhatNobodyReadsChangesNothing) {
  EXPECT_TRUE(read_review(review({{"operation", "CREATE"}, {"object", object("a", "Deployment")}}))->changes.empty());
  EXPECT_TRUE(read_review(review({{"operation", "UPDATE"}, {"subResource", "status"}, {"object", object("a")}}))
                  ->changes.empty());
  EXPECT_TRUE(read_review(review({{"operation", "CONNECT"}}))->changes.empty());
  EXPECT_TRUE(read_review(review({{"operation", "DELETE"}, {"oldObject", nullptr}}))->changes.empty());
}

TEST(Review, WhatIsNoReviewIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1"})",
                           R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":7}})"}) {
    EXPECT_FALSE(read_review(text).ok()) << text;
  }
}

TEST(Review, AnswersSayWhyNotAndWarn) {
  const json no = json::parse(answer("u", {false, "because", {}}))["response"];
  EXPECT_EQ(no["uid"], "u");
  EXPECT_EQ(no["allowed"], false);
  EXPECT_EQ(no["status"]["message"], "because");
  const json yes =
      json::parse(answer("u", {true, "", std::vector<std::string>(100, std::string(1000, 'x'))}))["response"];
  EXPECT_EQ(yes["allowed"], true);
  EXPECT_FALSE(yes.contains("status"));
  EXPECT_EQ(yes["warnings"].size(), 20u);
  EXPECT_LT(yes["warnings"][0].get<std::string>().size(), 256u);
}

}  // namespace
}  // namespace solder::admission
