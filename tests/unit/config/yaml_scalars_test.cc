// Plain words of YAML become what kubectl makes of them, since the same files are applied with it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/config/reading.h"

namespace solder::config {
namespace {

struct Scalar {
  const char* yaml;
  const char* json;
};

class YamlScalar : public ::testing::TestWithParam<Scalar> {};

TEST_P(YamlScalar, IsResolved) {
  const auto out = parse_documents(service("a", std::string("  x: ") + GetParam().yaml + "\n"), "f.yaml");
  ASSERT_TRUE(out.problems.empty()) << out.problems[0].message;
  EXPECT_EQ(nlohmann::json::parse(out.objects.at(0)->json)["spec"]["x"].dump(), GetParam().json) << GetParam().yaml;
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, YamlScalar,
    ::testing::Values(Scalar{"yes", "true"}, Scalar{"No", "false"}, Scalar{"ON", "true"}, Scalar{"off", "false"},
                      Scalar{"true", "true"}, Scalar{"False", "false"}, Scalar{"y", "true"}, Scalar{"tRue", "\"tRue\""},
                      Scalar{"~", "null"}, Scalar{"null", "null"}, Scalar{"", "null"}, Scalar{"'null'", "\"null\""},
                      Scalar{"0", "0"}, Scalar{"-12", "-12"}, Scalar{"+7", "7"}, Scalar{"1_000", "1000"},
                      Scalar{"0x1F", "31"}, Scalar{"0o17", "15"}, Scalar{"017", "15"}, Scalar{"0b101", "5"},
                      Scalar{"08", "8.0"}, Scalar{"18446744073709551615", "18446744073709551615"},
                      Scalar{"-9223372036854775808", "-9223372036854775808"}, Scalar{"1.5", "1.5"}, Scalar{".5", "0.5"},
                      Scalar{"1e3", "1000.0"}, Scalar{"1.2.3", "\"1.2.3\""}, Scalar{"5s", "\"5s\""},
                      Scalar{"2001-12-14", "\"2001-12-14\""}, Scalar{"12:30", "\"12:30\""}, Scalar{".inf", "\".inf\""},
                      Scalar{"1e999", "\"1e999\""}, Scalar{"\"12\"", "\"12\""}, Scalar{"'yes'", "\"yes\""},
                      Scalar{"!!str 12", "\"12\""}, Scalar{"\"\\u00e9\"", "\"\xc3\xa9\""}));

}  // namespace
}  // namespace solder::config
