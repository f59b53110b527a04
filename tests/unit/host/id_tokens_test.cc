// Tokens that are wanted: given, renewed, tried again, kept over a change of their key, and taken away when they
// expire.
#include "core/host/services/id_tokens.h"

#include <gmock/gmock.h>

namespace solder::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr auto kPatience = std::chrono::seconds(20);

class IdTokensTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tokens.listen([this] {
      const std::lock_guard lock(mutex);
      ++told;
      changed.notify_all();
    });
  }
  void TearDown() override { tokens.stop(); }

  // Waits until the states are as `wanted` says.
  bool until(const std::function<bool(const IdTokenStates&)>& wanted) {
    std::unique_lock lock(mutex);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!wanted(tokens.states())) {
      if (changed.wait_until(lock, std::min(end, std::chrono::steady_clock::now() + milliseconds(50))) ==
              std::cv_status::timeout &&
          std::chrono::steady_clock::now() > end) {
        return false;
      }
    }
    return true;
  }
  bool until_token(const std::string& text) {
    return until([&](const IdTokenStates& states) { return states.count("a") != 0 && states.at("a").token == text; });
  }
  void give(const GoogleSource& source, const GoogleCredentials::Done& done) {
    base::Result<GoogleToken> result = base::unavailable("");
    {
      const std::lock_guard lock(mutex);
      ++asked;
      if (problem.empty()) {
        result = GoogleToken{source.key_json + std::to_string(asked), system_clock::now() + lifetime,
                             system_clock::now() + lifetime / 2};
      } else {
        result = base::unavailable(problem);
      }
    }
    done(result);
  }

  std::mutex mutex;
  std::condition_variable changed;
  int asked = 0, told = 0;
  std::string problem;
  milliseconds lifetime = std::chrono::hours(1);
  IdTokens tokens{[this](const GoogleSource& source, const GoogleCredentials::Done& done) { give(source, done); },
                  system_clock::now};
};

TEST_F(IdTokensTest, WhatIsWantedIsGivenAndWhatIsNotIsForgotten) {
  tokens.want({{"a", {.key_json = "key", .audience = "x"}}});
  EXPECT_TRUE(tokens.wait_settled(kPatience));
  EXPECT_TRUE(until_token("key1"));
  tokens.want({{"a", {.key_json = "key", .audience = "x"}}});
  EXPECT_TRUE(until_token("key1")) << "nothing is new";
  tokens.want({});
  EXPECT_TRUE(tokens.states().empty());
}

TEST_F(IdTokensTest, IsRenewedBeforeItExpires) {
  lifetime = milliseconds(2400);
  tokens.want({{"a", {.key_json = "key", .audience = "x"}}});
  EXPECT_TRUE(until_token("key1"));
  bool gone = false;
  EXPECT_TRUE(until([&](const IdTokenStates& states) {
    gone = gone || states.at("a").token.empty();
    return states.at("a").token == "key3";
  }));
  EXPECT_FALSE(gone) << "there was one all the time";
}

TEST_F(IdTokensTest, AnotherKeyKeepsTheTokenUntilItHasItsOwn) {
  tokens.want({{"a", {.key_json = "key", .audience = "x"}}});
  EXPECT_TRUE(until_token("key1"));
  {
    const std::lock_guard lock(mutex);
    problem = "refused";
  }
  tokens.want({{"a", {.key_json = "bad", .audience = "x"}}});
  EXPECT_TRUE(until([](const IdTokenStates& states) { return !states.at("a").problem.empty(); }));
  EXPECT_EQ(tokens.states().at("a").token, "key1");
  {
    const std::lock_guard lock(mutex);
    problem.clear();
  }
  tokens.want({{"a", {.key_json = "good", .audience = "x"}}});
  EXPECT_TRUE(until([](const IdTokenStates& states) {
    return states.at("a").token.starts_with("good") && states.at("a").problem.empty();
  }));
}

TEST_F(IdTokensTest, OneThatExpiresIsTakenAwayAndTriedAgain) {
  lifetime = milliseconds(300);
  tokens.want({{"a", {.key_json = "key", .audience = "x"}}});
  EXPECT_TRUE(until_token("key1"));
  {
    const std::lock_guard lock(mutex);
    problem = "refused";
  }
  EXPECT_TRUE(until_token(""));
  EXPECT_TRUE(tokens.states().at("a").settled);
  {
    const std::lock_guard lock(mutex);
    problem.clear();
    lifetime = std::chrono::hours(1);
  }
  EXPECT_TRUE(until([](const IdTokenStates& states) { return !states.at("a").token.empty(); }));
}

TEST_F(IdTokensTest, ATokenForSomebodyElseIsOfNoUse) {
  tokens.want({{"a", {.key_json = "key", .audience = "x"}}});
  EXPECT_TRUE(until_token("key1"));
  {
    const std::lock_guard lock(mutex);
    problem = "refused";
  }
  tokens.want({{"a", {.key_json = "key", .audience = "y"}}});
  EXPECT_TRUE(until([](const IdTokenStates& states) { return !states.at("a").problem.empty(); }));
  EXPECT_EQ(tokens.states().at("a").token, "");
}

}  // namespace
}  // namespace solder::host
