// Which upstreams are looked at, as Gloo's function discovery decides it.
#include "core/discovery/selection.h"

#include <gtest/gtest.h>

namespace solder::discovery {
namespace {

const Labels kNone, kOn{{"discovery.solo.io/function_discovery", "enabled"}},
    kOff{{"discovery.solo.io/function_discovery", "disabled"}};

TEST(Selection, ModesOfSettings) {
  EXPECT_EQ(mode_of("{}"), Mode::kUnset);
  EXPECT_EQ(mode_of(""), Mode::kUnset);
  EXPECT_EQ(mode_of(R"({"discovery": {"fdsMode": "BLACKLIST"}})"), Mode::kBlacklist);
  EXPECT_EQ(mode_of(R"({"discovery": {"fdsMode": "WHITELIST"}})"), Mode::kWhitelist);
  EXPECT_EQ(mode_of(R"({"discovery": {"fdsMode": "DISABLED"}})"), Mode::kDisabled);
}

TEST(Selection, ABlacklist) {
  const auto selected = [](const Labels& upstream, const std::string& name, const Labels& ns) {
    return is_selected(Mode::kBlacklist, "static", upstream, name, ns);
  };
  EXPECT_TRUE(selected(kNone, "a", kNone));
  EXPECT_FALSE(selected(kOff, "a", kOn));
  EXPECT_FALSE(selected(kNone, "a", kOff));
  EXPECT_TRUE(selected(kOn, "a", kOff));
  EXPECT_FALSE(selected(kNone, "kube-system", kNone));
  EXPECT_FALSE(selected(kNone, "kube-public", kNone));
  EXPECT_TRUE(selected(kNone, "kube-system", kOn));
}

TEST(Selection, AWhitelist) {
  for (const char* type : {"static", "kube", "aws"}) {
    const bool aws = std::string(type) == "aws";
    EXPECT_EQ(is_selected(Mode::kWhitelist, type, kNone, "a", kNone), aws) << type;
    EXPECT_TRUE(is_selected(Mode::kWhitelist, type, kOn, "a", kNone)) << type;
    EXPECT_TRUE(is_selected(Mode::kWhitelist, type, kNone, "a", kOn)) << type;
    EXPECT_FALSE(is_selected(Mode::kWhitelist, type, kOff, "a", kOn)) << type;
    EXPECT_FALSE(is_selected(Mode::kWhitelist, type, kNone, "a", kOff)) << type;
  }
}

TEST(Selection, WithoutAModeWhatATypeStandsForIsLookedAt) {
  EXPECT_TRUE(is_selected(Mode::kUnset, "aws", kNone, "a", kNone));
  EXPECT_FALSE(is_selected(Mode::kUnset, "aws", kOff, "a", kNone));
  EXPECT_FALSE(is_selected(Mode::kUnset, "aws", kNone, "kube-system", kNone));
}

TEST(Selection, ServicesAreLookedForWhereSomebodySaysSo) {
  const auto selected = [](Mode mode, Aim aim, const Labels& upstream, const Labels& ns) {
    return is_selected(mode, "static", upstream, "a", ns, aim);
  };
  for (const Mode mode : {Mode::kUnset, Mode::kWhitelist}) {
    EXPECT_FALSE(selected(mode, Aim::kAnyService, kNone, kNone));
    EXPECT_TRUE(selected(mode, Aim::kAnyService, kOn, kNone));
    EXPECT_TRUE(selected(mode, Aim::kAnyService, kNone, kOn));
    EXPECT_FALSE(selected(mode, Aim::kAnyService, kOff, kOn));
    EXPECT_TRUE(selected(mode, Aim::kKnownService, kNone, kNone));
    EXPECT_FALSE(selected(mode, Aim::kKnownService, kOff, kNone));
  }
  EXPECT_TRUE(selected(Mode::kBlacklist, Aim::kAnyService, kNone, kNone));
  EXPECT_FALSE(selected(Mode::kBlacklist, Aim::kAnyService, kOff, kNone));
  EXPECT_FALSE(selected(Mode::kDisabled, Aim::kKnownService, kOn, kOn));
}

TEST(Selection, OffIsOff) { EXPECT_FALSE(is_selected(Mode::kDisabled, "aws", kOn, "a", kOn)); }

}  // namespace
}  // namespace solder::discovery
