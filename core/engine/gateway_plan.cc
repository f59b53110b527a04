// Which virtual hosts stand on a gateway's listener. A domain belongs to one virtual service of a gateway. Where two
// claim it, the one that served it before goes on (its last good version has the domain); where none did, none gets it,
// as in Gloo. What else the two serve is not touched.
#include "core/engine/gateway_plan.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/attached_options.h"
#include "core/engine/gateway_parts.h"
#include "core/engine/host_run.h"
#include "core/engine/schema_reads.h"
#include "core/engine/translation.h"

namespace solder::engine {

namespace {

bool valid_address(const std::string& address) {
  std::array<unsigned char, 16> parsed{};
  return inet_pton(AF_INET, address.c_str(), parsed.data()) == 1 ||
         inet_pton(AF_INET6, address.c_str(), parsed.data()) == 1;
}

// True where the gateway can be served as it is.
bool check(const model::Gateway& gateway, model::Diagnostics& diagnostics) {
  bool ok = true;
  if (!valid_address(gateway.bind_address)) {
    diagnostics.push_back({.reason = "InvalidBindAddress",
                           .object = gateway.ref,
                           .field = "/spec/bindAddress",
                           .message = "bindAddress is not an IP address",
                           .found = gateway.bind_address,
                           .expected = "an IPv4 or IPv6 address, \"::\" for all"});
    ok = false;
  }
  if (gateway.bind_port > 65535) {
    diagnostics.push_back({.reason = "InvalidValue",
                           .object = gateway.ref,
                           .field = "/spec/bindPort",
                           .message = "a port is at most 65535",
                           .found = std::to_string(gateway.bind_port)});
    ok = false;
  }
  return ok;
}

bool is_domain(const std::string& domain, const std::string& lowered) { return lower_case(domain) == lowered; }

bool held_before(Translation& t, Reader& reader, const model::ObjectRef& ref, const std::string& domain) {
  const auto good = t.last_good.read(reader, ref);
  if (!good) return false;
  const auto decoded = decode_with_schemas(
      t, reader, [&](const auto& catalog) { return config::decode_virtual_service(*good, catalog); });
  if (!decoded.value) return false;
  const auto& domains = decoded.value->domains;
  return domains.empty() ? domain == "*" : std::any_of(domains.begin(), domains.end(), [&](const std::string& each) {
    return is_domain(each, domain);
  });
}

// Those that claim a domain, in Gloo's order.
struct Contest {
  std::string domain;
  std::vector<Claimant> claimants;
  std::vector<model::ObjectRef> services;  // of the claimants
  int keeper = -1;                         // which of them; -1: none
};

// One of which one goes on; else -1.
int keeper_of(Translation& t, Reader& reader, const Contest& contest) {
  int found = -1;
  for (size_t i = 0; i < contest.services.size(); ++i) {
    if (!held_before(t, reader, contest.services[i], contest.domain)) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

std::string field_of(const VirtualServiceSummary& summary, const std::string& domain) {
  if (summary.domains_path.empty()) return "";
  const auto& domains = summary.domains;
  const auto at =
      std::find_if(domains.begin(), domains.end(), [&](const std::string& each) { return is_domain(each, domain); });
  return summary.domains_path + "/" + std::to_string(at - domains.begin());
}

void report_conflict(Translation& t, Reader& reader, GatewayPlan& plan, const Contest& contest) {
  const auto name_of = [](const model::ObjectRef& ref) { return ref.ns + "/" + ref.name; };
  std::string names;
  for (const auto& service : contest.services) names += (names.empty() ? "" : ", ") + name_of(service);
  const std::string keeps = contest.keeper < 0 ? "; none of them serves it"
                                               : "; " + name_of(contest.services[static_cast<size_t>(contest.keeper)]) +
                                                     " served it before and goes on";
  for (size_t i = 0; i < contest.services.size(); ++i) {
    const auto& service = contest.services[i];
    plan.diagnostics.push_back(
        {.severity = static_cast<int>(i) == contest.keeper ? model::Severity::kWarning : model::Severity::kError,
         .reason = "DomainConflict",
         .object = service,
         .field = field_of(*t.summaries.read(reader, service), contest.domain),
         .message = "the domain stands in more than one virtual service of gateway " + name_of(plan.gateway.ref) +
                    ": " + names + keeps,
         .found = contest.domain,
         .expected = "each domain in one virtual service of a gateway"});
  }
  plan.diagnostics.push_back({.severity = contest.keeper < 0 ? model::Severity::kError : model::Severity::kWarning,
                              .reason = "DomainConflict",
                              .object = plan.gateway.ref,
                              .field = "",
                              .message = "virtual services of this gateway share a domain: " + names + keeps,
                              .found = contest.domain});
}

LostDomains settle_contests(Translation& t, Reader& reader, GatewayPlan& plan, const SelectedRuns& selected,
                            const DomainIndex& domains) {
  LostDomains lost;
  for (const auto& [domain, claimants] : domains.shared()) {
    Contest contest{domain, claimants, {}, -1};
    for (const Claimant& each : claimants)
      contest.services.push_back((*selected[each.run]->hosts)[each.host].virtual_service);
    contest.keeper = keeper_of(t, reader, contest);
    report_conflict(t, reader, plan, contest);
    for (size_t i = 0; i < claimants.size(); ++i) {
      if (static_cast<int>(i) == contest.keeper) continue;
      plan.conflicted.insert(contest.services[i]);
      lost[claimants[i]].insert(domain);
    }
  }
  return lost;
}

void plan_hosts(Translation& t, Reader& reader, GatewayPlan& plan, PlannedPart& part, const PlannedPart* before) {
  const SelectedRuns selected = select_hosts(t, reader, part.part, part.tls, plan.diagnostics);
  part.domains = before != nullptr && before->domains ? before->domains : std::make_shared<DomainIndex>();
  part.domains->update(selected);
  const LostDomains lost = settle_contests(t, reader, plan, selected, *part.domains);
  auto settings = std::make_shared<HostSettings>();
  settings->label = plan.gateway.ref.name + "_" + plan.gateway.proxy_names.front();
  settings->route_configuration = part.route_configuration;
  settings->max_direct_response_bytes = plan.gateway.max_direct_response_bytes;
  settings->most_specific_header_mutations_wins = plan.gateway.most_specific_header_mutations_wins;
  plan_runs(selected, lost, std::move(settings), before, part);
}

// Gloo ends the names of a hybrid gateway's route configurations in a hash of the matcher.
std::string route_configuration_name(const GatewayPlan& plan, const model::GatewayPart& part) {
  const std::string name = plan.listener_name + "-routes";
  return plan.gateway.hybrid ? name + "-" + std::to_string(base::hash_bytes(part.matcher.text)) : name;
}

const PlannedPart* part_of(const GatewayPlan* plan, const std::string& route_configuration) {
  if (plan == nullptr) return nullptr;
  for (const PlannedPart& part : plan->parts) {
    if (part.route_configuration == route_configuration) return &part;
  }
  return nullptr;
}

void plan_parts(Translation& t, Reader& reader, GatewayPlan& plan, std::vector<model::GatewayPart> parts) {
  const auto before = t.plans.peek(plan.gateway.ref);  // for what stays
  for (model::GatewayPart& part : parts) {
    PlannedPart planned;
    planned.part = std::move(part);
    planned.tls = plan.gateway.hybrid ? planned.part.matcher.has_tls : plan.gateway.ssl;
    if (!planned.part.is_tcp) {
      planned.route_configuration = route_configuration_name(plan, planned.part);
      plan_hosts(t, reader, plan, planned, part_of(before.get(), planned.route_configuration));
    }
    if (planned.part.is_tcp ? !planned.part.tcp.hosts.empty() : !planned.runs.empty())
      plan.parts.push_back(std::move(planned));
  }
}

uint64_t hash_of(const GatewayPlan& plan, uint64_t read) {
  uint64_t hash = base::hash_combine(read, plan.serving ? 1 : 0);
  for (const auto& part : plan.parts) {
    hash = base::hash_combine(hash, base::hash_bytes(part.route_configuration));
    for (const auto& run : part.runs) hash = base::hash_combine(hash, run->hash);
  }
  return hash;
}

// One version of the gateway.
struct Version {
  bool ok = false;
  bool usable = false;  // what is left of it can be served
  GatewayPlan plan;
  std::vector<model::GatewayPart> parts;
  uint64_t hash = 0;  // of what was read
};

Version read_version(Translation& t, Reader& reader, const model::Object& object) {
  Version out;
  out.hash = object.hash;
  auto decoded = decode_with_schemas(
      t, reader, [&](const auto& catalog) { return config::decode_gateway(object, catalog); }, &out.hash);
  out.plan.diagnostics = std::move(decoded.diagnostics);
  if (!decoded.value || !check(*decoded.value, out.plan.diagnostics)) return out;
  out.plan.gateway = std::move(*decoded.value);
  model::Gateway& gateway = out.plan.gateway;
  out.plan.listener_name = "listener-" + gateway.bind_address + "-" + std::to_string(gateway.bind_port);
  if (gateway.proxy_names.empty()) gateway.proxy_names = {"gateway-proxy"};
  GatewayParts parts = take_parts(t, reader, gateway, out.plan.diagnostics);
  out.parts = std::move(parts.parts);
  const uint64_t attached = attach_options(t, reader, gateway, out.parts);
  out.hash = base::hash_combine(base::hash_combine(out.hash, parts.hash), attached);
  out.usable = true;
  out.ok = !has_error(out.plan.diagnostics);
  return out;
}

}  // namespace

std::shared_ptr<const GatewayPlan> build_gateway_plan(Translation& t, Reader& reader, const model::ObjectRef& ref) {
  auto plan = std::make_shared<GatewayPlan>();
  const auto object = t.objects.read(reader, ref);
  if (!object) return plan;
  Version version = read_version(t, reader, *object);
  version.plan.ok = version.ok;
  if (!version.ok) {
    const auto good = t.last_good.read(reader, ref);
    Version before = good && good->hash != object->hash ? read_version(t, reader, *good) : Version{};
    if (before.ok) {
      before.plan.diagnostics = std::move(version.plan.diagnostics);
      version = std::move(before);
      version.plan.ok = false;
    }
  }
  *plan = std::move(version.plan);
  plan->serving = version.usable;
  if (plan->serving) plan_parts(t, reader, *plan, std::move(version.parts));
  plan->hash = hash_of(*plan, version.hash);
  return plan;
}

}  // namespace solder::engine
