// Which localities are asked for a proxy's own place, by Istio's localityLbSetting.
#include "plugins/istio/localities.h"

#include <gtest/gtest.h>

namespace solder::plugins::istio {
namespace {

Json localities(const std::string& own, const std::string& setting, bool ejects = true) {
  Options options;
  options.locality = own;
  const Json json = Json::parse(setting);
  Report quiet(nullptr);
  Json config = Json::object();
  balance_localities(Fields(&json, "", quiet), ejects, options, config);
  return config.contains("localities") ? config["localities"] : Json();
}

TEST(Localities, TextsHaveUpToThreeParts) {
  EXPECT_EQ(locality_of("eu/eu-1a/rack"), Json::parse(R"({"region":"eu","zone":"eu-1a","subZone":"rack"})"));
  EXPECT_EQ(locality_of("eu/*"), Json::parse(R"({"region":"eu"})"));
  EXPECT_EQ(locality_of("*"), Json::object());
  EXPECT_EQ(locality_of(""), Json::object());
  EXPECT_EQ(locality_of("eu//rack"), Json::parse(R"({"region":"eu","subZone":"rack"})"));
}

TEST(Localities, TheNearestComesFirstWhereFailuresAreFound) {
  EXPECT_EQ(localities("eu/eu-1a", "{}"), Json::parse(R"([{"locality":{"region":"eu","zone":"eu-1a"}},
      {"locality":{"region":"eu"},"priority":1},{"priority":2}])"));
  EXPECT_EQ(localities("eu/eu-1a", "{}", false), Json());
  EXPECT_EQ(localities("eu/eu-1a", R"({"enabled":false})"), Json());
  EXPECT_EQ(localities("", "{}"), Json());
}

TEST(Localities, ARegionStandsInForAnother) {
  EXPECT_EQ(localities("eu", R"({"failover":[{"from":"us","to":"asia"},{"from":"eu","to":"us"}]})"),
            Json::parse(R"([{"locality":{"region":"eu"}},{"locality":{"region":"us"},"priority":1},{"priority":2}])"));
}

TEST(Localities, SharesAreThoseOfTheFirstThatIsForThisPlace) {
  const std::string setting =
      R"({"distribute":[{"from":"us/*","to":{"us":100}},{"from":"eu/eu-1a/*","to":{"eu":30,"eu/eu-1a/*":70}},
          {"from":"*","to":{"asia":100}}]})";
  EXPECT_EQ(localities("eu/eu-1a/rack", setting, false), Json::parse(R"([
      {"locality":{"region":"eu","zone":"eu-1a"},"weight":70},{"locality":{"region":"eu"},"weight":30},{"weight":0}])"));
  EXPECT_EQ(localities("africa", setting),
            Json::parse(R"([{"locality":{"region":"asia"},"weight":100},{"weight":0}])"));
}

TEST(Localities, LabelsOfALocalityGiveTheOrder) {
  EXPECT_EQ(
      localities("eu/eu-1a", R"({"failoverPriority":["topology.kubernetes.io/region","topology.kubernetes.io/zone"]})"),
      Json::parse(
          R"([{"locality":{"region":"eu","zone":"eu-1a"}},{"locality":{"region":"eu"},"priority":1},{"priority":2}])"));
  EXPECT_EQ(localities("eu/eu-1a", R"({"failoverPriority":["topology.kubernetes.io/zone","app"]})"),
            Json::parse(R"([{"locality":{"zone":"eu-1a"}},{"priority":1}])"));
  EXPECT_EQ(localities("eu/eu-1a", R"({"failoverPriority":["app"]})"), Json());
}

}  // namespace
}  // namespace solder::plugins::istio
