#include "destinations.h"

#include <algorithm>

#include "actions.h"
#include "service_entry.h"

namespace solder::plugins::istio {

namespace {

std::string listed(const std::vector<ServicePort>& ports) {
  std::string out;
  for (const ServicePort& each : ports) out += (out.empty() ? "" : ", ") + std::to_string(each.number);
  return out;
}

}  // namespace

std::optional<Way> Destinations::way(Fields destination, bool mirror) {
  const std::string host = destination.text("host"), subset = destination.text("subset");
  Fields port_fields = destination.object("port");
  const auto port = port_fields.number("number");
  port_fields.rest();
  destination.rest();
  if (host.empty() || is_wildcard(host)) {
    destination.report().warning({destination.at("host"), host.empty() ? "MissingField" : "InvalidValue",
                                  "a destination is one host; it is left out", host, "reviews.shop.svc.cluster.local"});
    return std::nullopt;
  }
  Target target = world_.target(host, place_.ns);
  // Names of Services may be those of entries, for what runs outside of the cluster.
  if (target.is_service() && !world_.service_ports(target.ns, target.service) && world_.entry(target.host, place_.ns))
    target = {target.host, "", ""};
  return target.is_service() ? service_way(destination, target, port, subset, mirror)
                             : external_way(destination, target, port, subset);
}

// The port that is named, the only one, or that which the gateway has as well.
const ServicePort* Destinations::choose(Fields& destination, const Target& target,
                                        const std::vector<ServicePort>& ports, std::optional<uint64_t> wanted) {
  if (!wanted && ports.size() == 1) return &ports.front();
  for (const ServicePort& each : ports) {
    if (wanted ? each.number == *wanted : place_.ports.count(each.number) != 0) return &each;
  }
  destination.report().warning({destination.at("port"), "ServicePortNotFound",
                                "the Service " + target.ns + "/" + target.service +
                                    (wanted ? " has no such port" : " has several ports") +
                                    "; the destination is left out",
                                wanted ? std::to_string(*wanted) : "", listed(ports)});
  return nullptr;
}

std::optional<Way> Destinations::service_way(Fields& destination, const Target& target, std::optional<uint64_t> port,
                                             const std::string& subset, bool mirror) {
  const auto ports = world_.service_ports(target.ns, target.service);
  if (!ports) {
    destination.report().warning(
        {destination.at("host"), "ServiceNotFound",
         "the Service " + target.ns + "/" + target.service + " is not there; the destination is left out", target.host,
         "a Service in some store"});
    return std::nullopt;
  }
  const ServicePort* chosen = choose(destination, target, *ports, port);
  if (chosen == nullptr) return std::nullopt;
  const RuleSet rules(world_.rules_for(target, place_.ns), quiet_);
  auto out = ServiceUpstreams(world_.options(), target, *chosen, rules, quiet_).way(subset, mirror, derived_);
  if (!out) {
    destination.report().warning(
        {destination.at("subset"), "SubsetNotFound",
         "no DestinationRule that counts for " + target.host + " has this subset; the destination is left out", subset,
         "a subset of a DestinationRule"});
  }
  return out;
}

std::optional<Way> Destinations::external_way(Fields& destination, const Target& target, std::optional<uint64_t> port,
                                              const std::string& subset) {
  if (!port) port = world_.entry_port(target.host, place_.ns);
  if (!port) {
    destination.report().warning(
        {destination.at("port"), "MissingField",
         "no ServiceEntry with a single port for " + target.host + " is in reach; the destination is left out",
         target.host, "port: {number: 443}"});
    return std::nullopt;
  }
  Way out;
  const RuleSet rules(world_.rules_for(target, place_.ns), quiet_);
  const Subset* chosen = subset.empty() ? nullptr : rules.find(subset);
  out.hash = hash_policies(rules.policy(*port, chosen));
  out.upstream = {{"name", external_name(target.host, *port, subset)}, {"namespace", world_.options().write_namespace}};
  out.destination = {{"upstream", out.upstream}};
  return out;
}

Json Destinations::action(std::vector<Fields> route, Json* options) {
  struct Part {
    Way way;
    uint64_t weight;
    Fields fields;
  };
  std::vector<Part> parts;
  const bool alone = route.size() == 1;
  for (Fields& each : route) {
    const auto weight = each.number("weight");
    auto its_way = way(each.object("destination"), false);
    if (options == nullptr) each.cannot("headers", "connections have no headers");
    each.pass({"headers"});
    each.rest();
    // Destinations without a weight beside others get nothing.
    if (its_way && (alone || weight.value_or(0) > 0)) parts.push_back({std::move(*its_way), weight.value_or(1), each});
  }
  for (const Part& each : parts) {
    for (const Json& hash : options == nullptr ? Json::array() : each.way.hash) {
      Json& all = (*options)["lbHash"]["hashPolicies"];
      if (std::find(all.begin(), all.end(), hash) == all.end()) all.push_back(hash);
    }
  }
  if (parts.empty()) return nullptr;
  if (parts.size() == 1) {
    if (options != nullptr) headers(parts.front().fields.object("headers"), *options, true);
    return {{"single", parts.front().way.destination}};
  }
  Json all = Json::array();
  for (Part& each : parts) {
    Json one = {{"destination", each.way.destination}, {"weight", each.weight}};
    Json own = Json::object();
    if (options != nullptr) headers(each.fields.object("headers"), own, false);
    if (!own.empty()) one["options"] = own;
    all.push_back(std::move(one));
  }
  return {{"multi", {{"destinations", all}}}};
}

void Destinations::mirrors(Fields& route, Json& options) {
  auto share = percentage(route, "mirrorPercentage", "mirrorPercent");
  std::optional<Way> to;
  if (route.has("mirror")) to = way(route.object("mirror"), true);
  size_t told = to ? 1 : 0;
  for (Fields& each : route.objects("mirrors")) {
    const auto its_share = percentage(each, "percentage", "percent");
    auto its_way = way(each.object("destination"), true);
    each.rest();
    if (!its_way || its_share == 0.0) continue;
    if (++told > 1) {
      route.report().cannot(each.path(), "requests are mirrored to one place");
      continue;
    }
    to = std::move(its_way);
    share = its_share;
  }
  if (!to || share == 0.0) return;
  options["shadowing"] = {{"upstream", to->upstream}, {"percentage", share.value_or(100)}};
}

}  // namespace solder::plugins::istio
