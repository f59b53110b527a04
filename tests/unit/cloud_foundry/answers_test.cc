// What the Cloud Controller and UAA refuse, in words for people, and for how long they want to be left alone.
#include "plugins/cloud_foundry/answers.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace solder::plugins::cloud_foundry::answers_test {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

struct Answer {
  std::vector<std::pair<std::string, std::string>> given;
  std::vector<solder_header> headers{};

  sdk::HttpAnswer with(uint32_t code, std::string_view body = "") {
    for (const auto& [name, value] : given) headers.push_back({sdk::str(name), sdk::str(value)});
    return {SOLDER_OK, {}, code, body, {headers.data(), headers.size(), sizeof(solder_header)}};
  }
};

const auto kNow = system_clock::from_time_t(1700000000);

TEST(Words, OfTheCloudController) {
  const char* body =
      R"({"errors": [{"code": 10003, "title": "CF-NotAuthorized", "detail": "You are\nnot authorized"}]})";
  EXPECT_EQ(words_of(Answer{}.with(403, body)), "403 CF-NotAuthorized: You are not authorized");
  EXPECT_EQ(words_of(Answer{}.with(500, "<html>")), "500");
  EXPECT_EQ(words_of(Answer{}.with(500, R"({"errors": "no"})")), "500");
}

TEST(Words, OfUaaHaveNoToken) {
  const char* body = R"({"error": "invalid_token", "error_description": "Invalid refresh token: abc.def"})";
  EXPECT_EQ(login_words_of(Answer{}.with(401, body)), "401 invalid_token");
  EXPECT_EQ(login_words_of(Answer{}.with(401, R"({"error": "SECRET 1"})")), "401");
  EXPECT_EQ(login_words_of(Answer{}.with(502, "no")), "502");
}

TEST(Pause, InSecondsOrUntilATime) {
  EXPECT_EQ(pause_of(Answer{{{"retry-after", "17"}}}.with(429), kNow), seconds(17));
  EXPECT_EQ(pause_of(Answer{{{"retry-after", "1700000042"}}}.with(429), kNow), seconds(42));
  EXPECT_EQ(pause_of(Answer{{{"x-ratelimit-reset", "1700000030"}}}.with(429), kNow), seconds(30));
  EXPECT_EQ(pause_of(Answer{{{"retry-after", "5"}}}.with(503), kNow), seconds(5));
}

TEST(Pause, ByTheOtherSidesClock) {
  // Its clock is ten minutes behind this one's.
  EXPECT_EQ(pause_of(Answer{{{"x-ratelimit-reset", "1699999430"}, {"date", "Tue, 14 Nov 2023 22:03:20 GMT"}}}.with(429),
                     kNow),
            seconds(30));
}

TEST(Pause, NonsenseIsNone) {
  for (const char* text : {"", "soon", "-5", "1e9", "99999999999999999999", "12x"})
    EXPECT_EQ(pause_of(Answer{{{"retry-after", text}}}.with(429), kNow), seconds(0)) << text;
  EXPECT_EQ(pause_of(Answer{{{"retry-after", "1600000000"}}}.with(429), kNow), seconds(0)) << "long ago";
  EXPECT_EQ(pause_of(Answer{{{"retry-after", "999999"}}}.with(429), kNow), seconds(3600)) << "at most an hour";
  EXPECT_EQ(pause_of(Answer{{{"x-ratelimit-reset", "1700003000"}}}.with(200), kNow), seconds(0)) << "not refused";
}

TEST(Lasting, WhatHasNoEndByItself) {
  EXPECT_TRUE(is_lasting(Answer{}.with(403)));
  EXPECT_FALSE(is_lasting(Answer{}.with(429)));
  EXPECT_FALSE(is_lasting(Answer{}.with(503)));
  EXPECT_FALSE(is_lasting({SOLDER_UNAVAILABLE, "refused", 0, {}, {}}));
}

}  // namespace
}  // namespace solder::plugins::cloud_foundry::answers_test
