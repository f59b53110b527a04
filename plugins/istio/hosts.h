// Names of hosts as Istio's objects write them: short names of Services, whole names, wildcards, and the selection of
// hosts in Gateways ("namespace/host"). Source: Istio's reference of VirtualService.hosts and Gateway.servers.hosts.
// Tested by tests/unit/istio.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings.h"

namespace solder::plugins::istio {

// What a host means: a Service of the cluster, or any other name.
struct Target {
  std::string host;         // whole: "reviews.shop.svc.cluster.local", "api.example.com"
  std::string service, ns;  // of the Service; empty: it is none

  [[nodiscard]] bool is_service() const { return !service.empty(); }
};

// `ns`: of the object that names the host.
Target resolve(const Options& options, const std::string& host, const std::string& ns);
// How rules in the namespace `in` may write that host, the nearest first: whole, short, by wildcards.
std::vector<std::string> spellings(const Target& target, const std::string& in);

bool is_wildcard(std::string_view host);
// Whether all that `narrow` names is named by `wide` as well.
bool covers(std::string_view wide, std::string_view narrow);
// What both name: the narrower one; empty where they have nothing in common.
std::string common(const std::string& a, const std::string& b);

// "shop/*.example.com": for virtual services of that namespace; "*/" or no namespace: of any; "./": of the gateway's.
struct HostFilter {
  std::string ns;  // empty: any
  std::string host;
};
HostFilter read_filter(const std::string& text, const std::string& gateway_ns);

// Part of an object's name: "*.example.com" as "_.example.com".
std::string in_name(const std::string& host);

}  // namespace solder::plugins::istio
