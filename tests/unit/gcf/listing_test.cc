// Lists of Google's APIs: what is a function that can be called, and what is no list.
#include "plugins/gcf/listing.h"

#include <gmock/gmock.h>

namespace solder::plugins::gcf {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr const char* kHost = "us-central1-p.cloudfunctions.net";

TEST(GoogleListing, FunctionsOfTheSecondVersion) {
  const auto page = parse_page(Method::kFunctionsV2, kHost, R"({"functions": [
    {"name": "projects/p/locations/us-central1/functions/one", "state": "ACTIVE", "url": "https://us-central1-p.cloudfunctions.net/one"},
    {"name": "projects/p/locations/us-central1/functions/two", "serviceConfig": {"uri": "https://two-uc.a.run.app"}},
    {"name": "projects/p/locations/us-central1/functions/moved", "url": "https://us-central1-p.cloudfunctions.net/else"},
    {"name": "projects/p/locations/us-central1/functions/going", "state": "DELETING", "url": "https://us-central1-p.cloudfunctions.net/going"},
    {"name": "projects/p/locations/us-central1/functions/event", "eventTrigger": {}, "url": "https://us-central1-p.cloudfunctions.net/event"},
    {"name": "projects/p/locations/us-central1/functions/nowhere"},
    {"name": "projects/p/locations/us-central1/functions/plain", "url": "http://us-central1-p.cloudfunctions.net/plain"}
  ], "nextPageToken": "more"})");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->functions, UnorderedElementsAre(Pair("one", Place{}), Pair("two", Place{"", "two-uc.a.run.app"}),
                                                    Pair("moved", Place{"/else", ""})));
  EXPECT_EQ(page->next_page, "more");
  EXPECT_EQ(items_json(page->functions), R"([{"functionName":"moved","path":"/else"},{"functionName":"one"},)"
                                         R"({"functionName":"two","host":"two-uc.a.run.app"}])");
}

TEST(GoogleListing, FunctionsOfTheFirstVersionAndServices) {
  const auto first = parse_page(Method::kFunctionsV1, kHost, R"({"functions": [
    {"name": "projects/p/locations/r/functions/one", "status": "ACTIVE", "httpsTrigger": {"url": "https://us-central1-p.cloudfunctions.net/one"}},
    {"name": "projects/p/locations/r/functions/event", "eventTrigger": {}},
    {"name": "projects/p/locations/r/functions/off", "status": "OFFLINE", "httpsTrigger": {"url": "https://us-central1-p.cloudfunctions.net/off"}}]})");
  ASSERT_TRUE(first);
  EXPECT_THAT(first->functions, UnorderedElementsAre(Pair("one", Place{})));
  const auto services = parse_page(Method::kServices, kHost, R"({"services": [
    {"name": "projects/p/locations/r/services/one", "uri": "https://one-uc.a.run.app"},
    {"name": "projects/p/locations/r/services/fn", "uri": "https://fn-uc.a.run.app", "labels": {"goog-managed-by": "cloudfunctions"}}]})");
  ASSERT_TRUE(services);
  EXPECT_THAT(services->functions, UnorderedElementsAre(Pair("one", Place{"", "one-uc.a.run.app"})));
}

TEST(GoogleListing, WhatIsEmptyAndWhatIsNoList) {
  EXPECT_TRUE(parse_page(Method::kFunctionsV2, kHost, "{}"));
  const auto partly = parse_page(Method::kFunctionsV2, kHost, R"({"unreachable": ["projects/p/locations/r"]})");
  ASSERT_TRUE(partly);
  EXPECT_EQ(partly->unreachable, "projects/p/locations/r");
  for (const char* body : {"", "[]", "<html>", "null", R"({"functions": {}})", R"({"functions": [1]})",
                           R"({"services": []})", R"({"functions": [{}]})", R"({"functions": [{"name": "short"}]})",
                           R"({"functions": [{"name": "a/b/functions/x y"}]})", R"({"error": {}})"})
    EXPECT_FALSE(parse_page(Method::kFunctionsV2, kHost, body)) << body;
}

TEST(GoogleListing, WhereToAskAndWhatIsWrong) {
  EXPECT_EQ(target_of(Method::kFunctionsV2, "p", "r", ""), "/v2/projects/p/locations/r/functions?pageSize=500");
  EXPECT_EQ(target_of(Method::kFunctionsV1, "p", "r", "a&b"),
            "/v1/projects/p/locations/r/functions?pageSize=500&pageToken=a%26b");
  EXPECT_EQ(target_of(Method::kServices, "p", "r", ""), "/v2/projects/p/locations/r/services?pageSize=500");
  EXPECT_EQ(error_words(R"({"error": {"status": "PERMISSION_DENIED", "message": "no\nway"}})"),
            "PERMISSION_DENIED: no way");
  EXPECT_EQ(error_words("<html>"), "");
}

}  // namespace
}  // namespace solder::plugins::gcf
