// Which virtual hosts stand on a gateway's listener. A domain belongs to one virtual service of a gateway. Where two
// claim it, the one that served it before goes on (its last good version has the domain); where none did, none gets it,
// as in Gloo. What else the two serve is not touched.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/gateway_selection.h"
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
  if (gateway.kind != model::Gateway::Kind::kHttp) {
    diagnostics.push_back(
        {.severity = model::Severity::kWarning,
         .reason = "UnsupportedGateway",
         .object = gateway.ref,
         .field = gateway.kind == model::Gateway::Kind::kTcp ? "/spec/tcpGateway" : "/spec/hybridGateway",
         .message = "only HTTP gateways are served by this version; this one is left out",
         .expected = "httpGateway"});
  }
  return ok;
}

std::vector<Candidate> select(Translation& t, Reader& reader, const model::Gateway& gateway,
                              model::Diagnostics& diagnostics) {
  std::vector<Candidate> candidates;
  const auto list = t.kinds.read(reader, "VirtualService");
  if (list) {
    for (const model::ObjectRef& ref : list->refs) {
      const auto& summary = t.summaries.read(reader, ref);
      if (summary->serving && selects(gateway, ref, *summary)) candidates.push_back({ref, summary});
    }
  }
  for (size_t i = 0; i < gateway.http.virtual_services.size(); ++i) {
    const auto& named = gateway.http.virtual_services[i];
    const model::ObjectRef ref{"VirtualService", named.ns, named.name};
    if (list && std::binary_search(list->refs.begin(), list->refs.end(), ref)) continue;
    diagnostics.push_back({.severity = model::Severity::kWarning,
                           .reason = "VirtualServiceNotFound",
                           .object = gateway.ref,
                           .field = "/spec/httpGateway/virtualServices/" + std::to_string(i),
                           .message = "VirtualService " + ref.ns + "/" + ref.name + " is not there",
                           .found = ref.ns + "/" + ref.name,
                           .related = ref});
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.summary->sort_name < b.summary->sort_name; });
  return candidates;
}

bool held_before(Translation& t, Reader& reader, const model::ObjectRef& ref, const std::string& domain) {
  const auto good = t.last_good.read(reader, ref);
  if (!good) return false;
  const auto decoded = config::decode_virtual_service(*good, *t.catalog);
  if (!decoded.value) return false;
  const auto& domains = decoded.value->domains;
  return domains.empty() ? domain == "*" : std::find(domains.begin(), domains.end(), domain) != domains.end();
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
    const auto at = std::find(domains.begin(), domains.end(), domain);
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

void plan_hosts(Translation& t, Reader& reader, GatewayPlan& plan) {
  const auto candidates = select(t, reader, plan.gateway, plan.diagnostics);
  std::map<std::string, std::vector<size_t>> claims;
  for (size_t i = 0; i < candidates.size(); ++i) {
    for (const auto& domain : candidates[i].summary->domains) {
      auto& claimants = claims[domain];
      if (claimants.empty() || claimants.back() != i) claimants.push_back(i);
    }
  }
  std::map<std::string, int> keepers;
  for (const auto& [domain, claimants] : claims) {
    if (claimants.size() < 2) continue;
    const int keeper = holder(t, reader, candidates, claimants, domain);
    keepers[domain] = keeper;
    report_conflict(plan, candidates, claimants, keeper, domain, plan.diagnostics);
    for (size_t i : claimants) {
      if (static_cast<int>(i) != keeper) plan.conflicted.insert(candidates[i].ref);
    }
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    PlannedHost host{candidates[i].ref, {}};
    for (const auto& domain : candidates[i].summary->domains) {
      const auto at = keepers.find(domain);
      if (at == keepers.end() || at->second == static_cast<int>(i)) host.domains.push_back(domain);
    }
    if (!host.domains.empty()) plan.hosts.push_back(std::move(host));
  }
}

uint64_t hash_of(const GatewayPlan& plan, uint64_t object_hash) {
  uint64_t hash = base::hash_combine(object_hash, plan.serving ? 1 : 0);
  for (const auto& host : plan.hosts) {
    hash = base::hash_combine(hash, base::hash_bytes(host.virtual_service.ns + '/' + host.virtual_service.name));
    for (const auto& domain : host.domains) hash = base::hash_combine(hash, base::hash_bytes(domain));
  }
  return hash;
}

}  // namespace

std::shared_ptr<const GatewayPlan> build_gateway_plan(Translation& t, Reader& reader, const model::ObjectRef& ref) {
  auto plan = std::make_shared<GatewayPlan>();
  auto object = t.objects.read(reader, ref);
  if (!object) return plan;
  auto decoded = config::decode_gateway(*object, *t.catalog);
  plan->diagnostics = std::move(decoded.diagnostics);
  plan->ok = decoded.value && check(*decoded.value, plan->diagnostics);
  if (!plan->ok) {
    object = t.last_good.read(reader, ref);
    if (!object) return plan;
    decoded = config::decode_gateway(*object, *t.catalog);
    model::Diagnostics old;
    if (!decoded.value || !check(*decoded.value, old)) return plan;
  }
  plan->gateway = std::move(*decoded.value);
  plan->gateway.ref = ref;
  plan->listener_name = "listener-" + plan->gateway.bind_address + "-" + std::to_string(plan->gateway.bind_port);
  if (plan->gateway.proxy_names.empty()) plan->gateway.proxy_names = {"gateway-proxy"};
  plan->serving = plan->gateway.kind == model::Gateway::Kind::kHttp;
  if (plan->serving) plan_hosts(t, reader, *plan);
  plan->hash = hash_of(*plan, object->hash);
  return plan;
}

}  // namespace solder::engine
