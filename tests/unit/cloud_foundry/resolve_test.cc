// Where requests to an app go: by its internal route, its containers, the router or its cells; and what is said where
// that cannot be known.
#include "plugins/cloud_foundry/resolve.h"

#include <gmock/gmock.h>

#include "small_world.h"

namespace solder::plugins::cloud_foundry::resolve_test {
namespace {

using sdk::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Instance running(uint64_t index, const char* ip = "10.255.0.1") {
  Instance out;
  out.index = index;
  out.state = "RUNNING";
  out.internal_ip = ip;
  out.host = "10.244.0.1";
  out.ports = {{8080, 61000 + index, 62000, 61443}};
  return out;
}
Instance in_state(uint64_t index, const char* state) {
  Instance out = running(index);
  out.state = state;
  return out;
}

class Resolve : public ::testing::Test {
 protected:
  Resolution of(Wanted wanted) {
    world_.index();
    return resolve(world_, wanted, router_,
                   [this](const std::string& process) -> const Stats& { return stats_[process]; });
  }
  void known(const std::string& process, std::vector<Instance> instances) {
    stats_[process] = {Stats::State::kKnown, std::move(instances)};
  }
  static std::vector<std::string> addresses(const Resolution& found) {
    std::vector<std::string> out;
    for (const Json& each : found.items)
      out.push_back(each["address"].get<std::string>() + ":" + std::to_string(each["port"].get<int>()));
    return out;
  }
  static std::vector<std::string> reasons(const Resolution& found) {
    std::vector<std::string> out;
    for (const Trouble& each : found.troubles) out.push_back(each.reason);
    return out;
  }
  static Wanted app(const char* name, Reach reach = Reach::kAuto) {
    Wanted out;
    out.app = name;
    out.reach = reach;
    return out;
  }

  World world_ = small_world();
  Router router_;
  std::map<std::string, Stats> stats_;
};

TEST_F(Resolve, ByTheInternalRouteWhereThereIsOne) {
  EXPECT_FALSE(of(app("cart")).known) << "nothing is known of its instances";
  EXPECT_THAT(of(app("cart")).processes, ElementsAre("cart-web"));
  known("cart-web", {running(0), in_state(1, "CRASHED"), running(2)});
  const Resolution found = of(app("cart"));
  EXPECT_TRUE(found.known);
  EXPECT_THAT(addresses(found), ElementsAre("0.cart.apps.internal:8080", "2.cart.apps.internal:8080"));
  EXPECT_THAT(reasons(found), IsEmpty());
}

TEST_F(Resolve, ByTheRouterWhereThereIsNone) {
  const Resolution found = of(app("web"));
  EXPECT_TRUE(found.known);
  EXPECT_EQ(found.items, Json::parse(R"([{"id": "web.example.org/x", "address": "web.example.org", "port": 443,
                                          "host": "web.example.org", "routed": true, "tls": true}])"));
  EXPECT_THAT(found.processes, IsEmpty()) << "the router knows who runs";
  router_ = {"10.0.0.1", 80, false};
  EXPECT_EQ(of(app("web")).items, Json::parse(R"([{"id": "web.example.org/x", "address": "10.0.0.1", "port": 80,
                                                   "host": "web.example.org", "routed": true}])"));
}

TEST_F(Resolve, ByARouteOfTcp) {
  Wanted wanted = app("web");
  wanted.route = "tcp.example.org:1024";
  EXPECT_EQ(of(wanted).items,
            Json::parse(R"([{"id": "tcp.example.org:1024", "address": "tcp.example.org", "port": 1024}])"));
}

TEST_F(Resolve, ByContainersAndCells) {
  known("cart-web", {running(0, "10.255.0.1"), running(1, "10.255.0.2")});
  EXPECT_THAT(addresses(of(app("cart", Reach::kContainer))), ElementsAre("10.255.0.1:8080", "10.255.0.2:8080"));
  EXPECT_THAT(addresses(of(app("cart", Reach::kCell))), ElementsAre("10.244.0.1:61000", "10.244.0.1:61001"));
  Wanted wanted = app("cart", Reach::kContainer);
  wanted.port = 61443;
  EXPECT_THAT(addresses(of(wanted)), ElementsAre("10.255.0.1:61443", "10.255.0.2:61443"));
}

TEST_F(Resolve, ContainersNeedNoRoute) {
  world_.routes.clear();
  known("cart-web", {running(0)});
  EXPECT_THAT(addresses(of(app("cart", Reach::kContainer))), ElementsAre("10.255.0.1:8080"));
  EXPECT_THAT(reasons(of(app("cart", Reach::kInternalRoute))), ElementsAre("RouteNotFound"));
  EXPECT_THAT(reasons(of(app("cart"))), ElementsAre("RouteNotFound"));
}

TEST_F(Resolve, WhileAnAppIsDeployedAnewItHasTwoProcesses) {
  world_.processes["cart-web-2"] = {"web", "cart", "2"};
  known("cart-web", {running(0)});
  EXPECT_FALSE(of(app("cart", Reach::kContainer)).known) << "one of them was not heard yet";
  known("cart-web-2", {running(0, "10.255.0.9")});
  EXPECT_THAT(addresses(of(app("cart", Reach::kContainer))),
              UnorderedElementsAre("10.255.0.1:8080", "10.255.0.9:8080"));
}

TEST_F(Resolve, ARouteAloneLeadsToAllAppsBehindIt) {
  world_.routes["r1"].destinations.push_back({"web", "web", 9000, false});
  known("cart-web", {running(0)});
  known("web-web", {running(0), running(1)});
  Wanted wanted;
  wanted.route = "cart.apps.internal";
  wanted.reach = Reach::kContainer;
  EXPECT_THAT(addresses(of(wanted)), ElementsAre("10.255.0.1:8080", "10.255.0.1:9000", "10.255.0.1:9000"));
  wanted.route = "no.apps.internal";
  EXPECT_FALSE(of(wanted).known);
  EXPECT_THAT(reasons(of(wanted)), ElementsAre("RouteNotFound"));
}

TEST_F(Resolve, AnAppThatIsStoppedOrGoneHasNoInstances) {
  EXPECT_TRUE(of(app("idle")).known);
  EXPECT_THAT(reasons(of(app("idle"))), ElementsAre("AppStopped"));
  const Resolution gone = of(app("gone"));
  EXPECT_TRUE(gone.known);
  EXPECT_THAT(gone.items, IsEmpty());
  EXPECT_THAT(reasons(gone), ElementsAre("AppNotFound"));
}

TEST_F(Resolve, ASpaceThatMayNotBeReadLeavesWhatWasKnown) {
  Wanted wanted = app("cart");
  wanted.org = "shop";
  wanted.space = "secret";
  const Resolution found = of(wanted);
  EXPECT_FALSE(found.known);
  ASSERT_THAT(reasons(found), ElementsAre("SpaceNotFound"));
  EXPECT_EQ(found.troubles[0].message,
            "the space secret of the org shop is not there, or may not be read by whoever asks; what was found before "
            "stays");
  EXPECT_EQ(found.troubles[0].field, "/space");
}

TEST_F(Resolve, TwoAppsOfOneNameAreToldApartByTheirSpace) {
  world_.apps["cart2"] = {"cart", "s2", true};
  EXPECT_FALSE(of(app("cart")).known);
  EXPECT_THAT(reasons(of(app("cart"))), ElementsAre("AmbiguousApp"));
  known("cart-web", {running(0)});
  Wanted wanted = app("cart");
  wanted.space = "prod";
  EXPECT_TRUE(of(wanted).known);
}

TEST_F(Resolve, AllInstancesDownAreNamed) {
  known("cart-web", {in_state(0, "CRASHED"), in_state(1, "STARTING")});
  const Resolution found = of(app("cart"));
  EXPECT_TRUE(found.known);
  EXPECT_THAT(found.items, IsEmpty());
  ASSERT_THAT(reasons(found), ElementsAre("NoInstances"));
  EXPECT_EQ(found.troubles[0].message, "no instance of the app cart is running: 0 is CRASHED, 1 is STARTING");
}

TEST_F(Resolve, InstancesThatMayNotBeReadAreReachedByTheNameOfAll) {
  stats_["cart-web"] = {Stats::State::kRefused, {}, "403"};
  EXPECT_THAT(addresses(of(app("cart"))), ElementsAre("cart.apps.internal:8080"));
  EXPECT_THAT(reasons(of(app("cart"))), ElementsAre("AccessDenied"));
  EXPECT_FALSE(of(app("cart", Reach::kContainer)).known);
}

TEST_F(Resolve, InstancesThatCannotBeReadNowStay) {
  known("cart-web", {running(0)});
  stats_["cart-web"].wrong = "500";
  const Resolution found = of(app("cart"));
  EXPECT_TRUE(found.known);
  EXPECT_THAT(addresses(found), ElementsAre("0.cart.apps.internal:8080"));
  EXPECT_THAT(reasons(found), ElementsAre("ReadFailed"));
}

TEST_F(Resolve, RedactedAddressesAreNamed) {
  known("cart-web", {running(0, ""), running(1, "[PRIVATE DATA HIDDEN]")});
  EXPECT_THAT(of(app("cart", Reach::kContainer)).items, IsEmpty());
  EXPECT_THAT(reasons(of(app("cart", Reach::kContainer))), ElementsAre("NoAddress", "NoAddress"));
}

TEST_F(Resolve, AProcessThatThereIsNotIsNamed) {
  Wanted wanted = app("cart", Reach::kContainer);
  wanted.process = "worker";
  EXPECT_THAT(reasons(of(wanted)), ElementsAre("ProcessNotFound"));
}

}  // namespace
}  // namespace solder::plugins::cloud_foundry::resolve_test
