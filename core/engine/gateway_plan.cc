// Which virtual hosts stand on a gateway's listener. A domain belongs to one virtual service of a gateway. Where two
// claim it, the one that served it before goes on (its last good version has the domain); where none did, none gets it,
// as in Gloo. What else the two serve is not touched.
#include "core/engine/gateway_plan.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/attached_options.h"
#include "core/engine/gateway_parts.h"
#include "core/engine/gateway_selection.h"
#include "core/engine/host_run.h"
#include "core/engine/schema_reads.h"
#include "core/engine/translation.h"

namespace solder::engine {

namespace {

struct Candidate {
  model::ObjectRef ref;
  std::shared_ptr<const VirtualServiceSummary> summary;
};

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

// In Gloo's order.
std::vector<Candidate> select(Translation& t, Reader& reader, const PlannedPart& planned,
                              model::Diagnostics& diagnostics) {
  const model::HttpGateway& http = planned.part.http;
  std::vector<Candidate> candidates;
  const auto list = t.kinds.read(reader, "VirtualService");
  const auto add = [&](const model::ObjectRef& ref) {
    const auto& summary = t.summaries.read(reader, ref);
    if (summary->serving && selects(http, planned.tls, ref, *summary)) candidates.push_back({ref, summary});
  };
  if (list && http.virtual_services.empty()) {
    candidates.reserve(list->refs.size());
    for (const model::ObjectRef& ref : list->refs) add(ref);
  }
  std::set<model::ObjectRef> named_refs;
  for (size_t i = 0; i < http.virtual_services.size(); ++i) {
    const auto& named = http.virtual_services[i];
    const model::ObjectRef ref{"VirtualService", named.ns, named.name};
    if (list && std::binary_search(list->refs.begin(), list->refs.end(), ref)) {
      if (named_refs.insert(ref).second) add(ref);
      continue;
    }
    diagnostics.push_back({.severity = model::Severity::kWarning,
                           .reason = "VirtualServiceNotFound",
                           .object = planned.part.object,
                           .field = planned.part.path + "/virtualServices/" + std::to_string(i),
                           .message = "VirtualService " + ref.ns + "/" + ref.name + " is not there",
                           .found = ref.ns + "/" + ref.name,
                           .related = ref});
  }
  const auto before = [](const auto& a, const auto& b) { return a.summary->sort_name < b.summary->sort_name; };
  // They mostly come so.
  if (!std::is_sorted(candidates.begin(), candidates.end(), before))
    std::sort(candidates.begin(), candidates.end(), before);
  return candidates;
}

// Domains that more than one candidate has, with their indices. In lower case: Envoy knows no other difference.
using Claims = std::map<std::string, std::vector<size_t>, std::less<>>;

Claims shared_domains(const std::vector<Candidate>& candidates) {
  Claims shared;
  std::unordered_map<std::string_view, size_t> first;
  first.reserve(candidates.size());
  std::deque<std::string> lowered;
  for (size_t i = 0; i < candidates.size(); ++i) {
    for (const std::string& domain : candidates[i].summary->domains) {
      std::string_view name = domain;
      if (has_upper_case(domain)) name = lowered.emplace_back(lower_case(domain));
      const auto [at, fresh] = first.try_emplace(name, i);
      if (fresh || at->second == i) continue;
      auto& claimants = shared.try_emplace(std::string(name), std::vector<size_t>{at->second}).first->second;
      if (claimants.back() != i) claimants.push_back(i);
    }
  }
  return shared;
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

// Index of the candidate that keeps the domain, or -1.
int holder(Translation& t, Reader& reader, const std::vector<Candidate>& candidates, const std::vector<size_t>& claims,
           const std::string& domain) {
  int found = -1;
  for (size_t i : claims) {
    if (!held_before(t, reader, candidates[i].ref, domain)) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

void report_conflict(const GatewayPlan& plan, const std::vector<Candidate>& candidates,
                     const std::vector<size_t>& claims, int keeper, const std::string& domain,
                     model::Diagnostics& diagnostics) {
  std::string names;
  for (size_t i : claims) names += (names.empty() ? "" : ", ") + candidates[i].ref.ns + "/" + candidates[i].ref.name;
  const std::string keeps = keeper < 0 ? "; none of them serves it"
                                       : "; " + candidates[static_cast<size_t>(keeper)].ref.ns + "/" +
                                             candidates[static_cast<size_t>(keeper)].ref.name +
                                             " served it before and goes on";
  for (size_t i : claims) {
    const auto& domains = candidates[i].summary->domains;
    const auto at =
        std::find_if(domains.begin(), domains.end(), [&](const std::string& each) { return is_domain(each, domain); });
    std::string field = candidates[i].summary->domains_path;
    if (!field.empty()) field += "/" + std::to_string(at - domains.begin());
    diagnostics.push_back(
        {.severity = static_cast<int>(i) == keeper ? model::Severity::kWarning : model::Severity::kError,
         .reason = "DomainConflict",
         .object = candidates[i].ref,
         .field = field,
         .message = "the domain stands in more than one virtual service of gateway " + plan.gateway.ref.ns + "/" +
                    plan.gateway.ref.name + ": " + names + keeps,
         .found = domain,
         .expected = "each domain in one virtual service of a gateway"});
  }
  diagnostics.push_back({.severity = keeper < 0 ? model::Severity::kError : model::Severity::kWarning,
                         .reason = "DomainConflict",
                         .object = plan.gateway.ref,
                         .field = "",
                         .message = "virtual services of this gateway share a domain: " + names + keeps,
                         .found = domain});
}

// Who keeps each domain that several have; -1: nobody.
std::map<std::string, int, std::less<>> keepers_of(Translation& t, Reader& reader, GatewayPlan& plan,
                                                   const std::vector<Candidate>& candidates) {
  std::map<std::string, int, std::less<>> keepers;
  for (const auto& [domain, claimants] : shared_domains(candidates)) {
    const int keeper = holder(t, reader, candidates, claimants, domain);
    keepers[domain] = keeper;
    report_conflict(plan, candidates, claimants, keeper, domain, plan.diagnostics);
    for (size_t i : claimants) {
      if (static_cast<int>(i) != keeper) plan.conflicted.insert(candidates[i].ref);
    }
  }
  return keepers;
}

void plan_hosts(Translation& t, Reader& reader, GatewayPlan& plan, PlannedPart& part, const PlannedPart* before) {
  const auto candidates = select(t, reader, part, plan.diagnostics);
  const auto keepers = keepers_of(t, reader, plan, candidates);
  std::vector<PlannedHost> hosts;
  hosts.reserve(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    PlannedHost host{candidates[i].ref, {}};
    for (const auto& domain : candidates[i].summary->domains) {
      const auto at = keepers.empty() ? keepers.end() : keepers.find(lower_case(domain));
      if (at == keepers.end() || at->second == static_cast<int>(i)) host.domains.push_back(domain);
    }
    for (const auto& domain : host.domains) part.wildcards.add(domain);
    if (!host.domains.empty()) hosts.push_back(std::move(host));
  }
  auto settings = std::make_shared<HostSettings>();
  settings->label = plan.gateway.ref.name + "_" + plan.gateway.proxy_names.front();
  settings->route_configuration = part.route_configuration;
  settings->max_direct_response_bytes = plan.gateway.max_direct_response_bytes;
  settings->most_specific_header_mutations_wins = plan.gateway.most_specific_header_mutations_wins;
  cut_into_runs(std::move(hosts), std::move(settings), before, part);
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
