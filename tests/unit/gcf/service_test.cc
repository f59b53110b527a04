// What an upstream of the type gcp stands for: its host and address, its functions with their audiences and tokens.
#include "plugins/gcf/service.h"

#include <gtest/gtest.h>

namespace solder::plugins::gcf {
namespace {

using sdk::Json;

// "host at audience", or "none".
std::string shown(const std::string& upstream) {
  const auto service = service_of(Json::parse(upstream), nullptr);
  if (!service) return "none";
  return service->host + " at " + service->at.authority() + (service->at.tls ? " for " : " plain for ") +
         service->audience;
}

TEST(GoogleService, IsAHostOrTheFunctionsOfAProject) {
  EXPECT_EQ(shown(R"({"host": "a.run.app"})"), "a.run.app at a.run.app for https://a.run.app");
  EXPECT_EQ(shown(R"({"host": "a.run.app", "audience": "x", "gcpOptions": {"endpoint": "http://10.0.0.1:8080"}})"),
            "a.run.app at 10.0.0.1:8080 plain for x");
  EXPECT_EQ(shown(R"({"project": "p-1", "region": "us-central1"})"),
            "us-central1-p-1.cloudfunctions.net at us-central1-p-1.cloudfunctions.net for "
            "https://us-central1-p-1.cloudfunctions.net");
  for (const char* none : {"{}", R"({"host": "http://x"})", R"({"host": "a/b"})", R"({"project": "p"})",
                           R"({"project": "p.evil.com/", "region": "r"})", R"({"project": "P", "region": "r"})",
                           R"({"host": "a", "gcpOptions": {"endpoint": "ftp://x"}})"})
    EXPECT_EQ(shown(none), "none") << none;
}

TEST(GoogleService, FunctionsHaveAudiencesAndTokensOfTheirOwn) {
  const Json upstream = Json::parse(R"({"project": "p", "region": "r", "functionName": "two", "functions": [
    {"functionName": "one"}, {"functionName": "two", "path": "/else/", "audience": "mine"},
    {"functionName": "three", "host": "three-uc.a.run.app"},
    {"functionName": "four", "host": "r-p.cloudfunctions.net"},
    {"functionName": "one", "path": "/second"}, {}, {"functionName": "bad", "path": "/a/../b"},
    {"functionName": "worse", "path": "//evil.com"}, {"functionName": "query", "path": "/a?b"},
    {"functionName": "host", "host": "a/b"}, {"functionName": "a b"}]})");
  const auto service = service_of(upstream, nullptr);
  ASSERT_TRUE(service);
  const auto functions = functions_of(upstream, *service, "c", nullptr);
  std::string found;
  for (const auto& each : functions)
    found += each.name + " " + each.host + each.path + " " + each.audience + " " + each.token + "\n";
  EXPECT_EQ(found,
            "one /one https://r-p.cloudfunctions.net/one c/id-token/one\n"
            "two /else mine c/id-token/two\n"
            "three three-uc.a.run.app https://three-uc.a.run.app c/id-token/three\n"
            "four /four https://r-p.cloudfunctions.net/four c/id-token/four\n"
            "a b /a%20b https://r-p.cloudfunctions.net/a%20b c/id-token/a b\n");
  ASSERT_NE(standard_function(upstream, functions, nullptr), nullptr);
  EXPECT_EQ(standard_function(upstream, functions, nullptr)->name, "two");
  EXPECT_EQ(standard_function(Json::parse(R"({"functionName": "gone"})"), functions, nullptr), nullptr);
  EXPECT_EQ(standard_function(Json::object(), functions, nullptr), nullptr);
}

TEST(GoogleService, WhoIsAskedForFunctions) {
  const auto api = [](const std::string& text) {
    return api_of(Json{{"gcpOptions", {{"api", text}}}}, nullptr).value_or("none");
  };
  EXPECT_EQ(api_of(Json::object(), nullptr), "");
  EXPECT_EQ(api("http://10.0.0.1:8080/"), "http://10.0.0.1:8080");
  EXPECT_EQ(api("https://private.example.com"), "https://private.example.com");
  for (const char* none : {"nonsense", "http://a/b", "file:///etc/passwd", "https://user@a"})
    EXPECT_EQ(api(none), "none");
}

}  // namespace
}  // namespace solder::plugins::gcf
