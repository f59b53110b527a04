// Which slots are for whom: the contract's lists, spelled out.
#include "core/host/slot_rules.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kAll = {"cluster",
                                       "front_cluster",
                                       "http_protocol_options",
                                       "load_assignment",
                                       "route",
                                       "route_action",
                                       "redirect_action",
                                       "weighted_cluster",
                                       "virtual_host",
                                       "hcm",
                                       "tcp_proxy",
                                       "filter_chain",
                                       "listener",
                                       "transport_socket/x",
                                       "socket_wrapper/x",
                                       "per_filter/x",
                                       "http_filter/cors",
                                       "network_filter/authn",
                                       "upstream_filter/authn",
                                       "metadata/x",
                                       "resource/x"};

std::set<std::string> slots_of(Site site) {
  std::set<std::string> out;
  for (const std::string& slot : kAll) {
    if (std::holds_alternative<SlotUse>(find_slot(site, slot))) out.insert(slot);
  }
  return out;
}

TEST(SlotRules, AsTheContractListsThem) {
  const std::set<std::string> direct = {"route", "per_filter/x", "http_filter/cors", "metadata/x", "resource/x"};
  std::set<std::string> forward = direct, redirect = direct;
  forward.insert("route_action");
  redirect.insert("redirect_action");
  const std::set<std::string> upstream = {"cluster",         "front_cluster",         "http_protocol_options",
                                          "load_assignment", "transport_socket/x",    "socket_wrapper/x",
                                          "metadata/x",      "upstream_filter/authn", "resource/x"};
  const std::map<Site, std::set<std::string>> expected = {
      {Site::kUpstreamType, upstream},
      {Site::kDestination, {"route", "route_action", "per_filter/x", "http_filter/cors", "metadata/x"}},
      {Site::kWeightedEntry, {"weighted_cluster", "route_action", "per_filter/x", "http_filter/cors"}},
      {Site::kForward, forward},
      {Site::kRedirect, redirect},
      {Site::kDirectResponse, direct},
      {Site::kWeightedDestination, {"weighted_cluster", "per_filter/x", "http_filter/cors"}},
      {Site::kVirtualHost, {"virtual_host", "per_filter/x", "http_filter/cors", "metadata/x", "resource/x"}},
      {Site::kSsl, {"filter_chain", "transport_socket/x", "listener"}},
      {Site::kGateway, {"hcm", "listener", "tcp_proxy", "socket_wrapper/x", "resource/x"}},
      {Site::kHttpGateway, {"hcm", "http_filter/cors", "network_filter/authn", "listener", "resource/x"}},
      {Site::kTcpGateway, {"tcp_proxy", "network_filter/authn", "listener", "resource/x"}},
      {Site::kEndpoints, {"load_assignment"}},
      {Site::kSource, {}},
      {Site::kUpstream, upstream},
      {Site::kSettings, {"hcm", "listener", "http_filter/cors"}}};
  for (const auto& [site, slots] : expected) EXPECT_EQ(slots_of(site), slots) << site_words(site);
}

TEST(SlotRules, Secrets) {
  for (const Site site : {Site::kUpstreamType, Site::kUpstream, Site::kSsl, Site::kHttpGateway})
    EXPECT_TRUE(may_use_secrets(site)) << site_words(site);
  EXPECT_FALSE(may_use_secrets(Site::kForward) || may_use_secrets(Site::kDestination));
  EXPECT_TRUE(may_fill_secrets(Site::kUpstreamType) && may_fill_secrets(Site::kUpstream));
  EXPECT_FALSE(may_fill_secrets(Site::kSsl) || may_fill_secrets(Site::kHttpGateway));
}

TEST(SlotRules, Words) {
  EXPECT_THAT(std::get<std::string>(find_slot(Site::kGateway, "cluster")),
              HasSubstr("slot \"cluster\" is not for an option of a gateway; right are: hcm, tcp_proxy, listener, "));
  EXPECT_THAT(std::get<std::string>(find_slot(Site::kSource, "cluster")), HasSubstr("right are: none"));
  for (const char* slot :
       {"", "clusters", "cluster/x", "http_filter", "http_filter/", "http_filter/brunch", "per_filter/"}) {
    EXPECT_TRUE(std::holds_alternative<std::string>(find_slot(Site::kUpstreamType, slot))) << slot;
  }
}

TEST(SlotRules, SitesOfInputs) {
  solder_option_input option{};
  const solder_span options{&option, 1, sizeof(option)};
  option.scope = SOLDER_SCOPE_ROUTE;
  EXPECT_EQ(site_of(Operation::kOptions, options, 0), Site::kForward);
  option.action = SOLDER_ACTION_REDIRECT;
  EXPECT_EQ(site_of(Operation::kOptions, options, 0), Site::kRedirect);
  option.action = SOLDER_ACTION_DIRECT_RESPONSE;
  EXPECT_EQ(site_of(Operation::kOptions, options, 0), Site::kDirectResponse);
  option.scope = SOLDER_SCOPE_SSL;
  EXPECT_EQ(site_of(Operation::kOptions, options, 0), Site::kSsl);
  solder_destination_input destination{};
  const solder_span destinations{&destination, 1, sizeof(destination)};
  EXPECT_EQ(site_of(Operation::kDestinations, destinations, 0), Site::kDestination);
  destination.weighted = 1;
  EXPECT_EQ(site_of(Operation::kDestinations, destinations, 0), Site::kWeightedEntry);
  EXPECT_EQ(site_of(Operation::kClusters, {}, 0), Site::kUpstreamType);
}

}  // namespace
}  // namespace solder::host
