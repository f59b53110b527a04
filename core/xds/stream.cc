#include "core/xds/stream.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>

#include "core/base/memory.h"
#include "core/xds/delta_subscription.h"
#include "core/xds/endpoint_reference.h"
#include "core/xds/response_writer.h"
#include "core/xds/scope_names.h"
#include "core/xds/sotw_subscription.h"
#include "core/xds/virtual_host_subscription.h"

namespace solder::xds {
namespace {

// A client may subscribe on and on without acknowledging; it is not remembered without end what it was answered.
constexpr size_t kMaxInFlight = 16;
constexpr size_t kLargeCost = 20'000;

}  // namespace

Stream::Stream(StreamKind kind, uint64_t id, StreamLimits limits, Counters& counters, SharedByStreams* shared)
    : kind_(kind),
      id_(id),
      limits_(limits),
      counters_(counters),
      shared_(shared),
      schedule_(!kind.only.has_value(), limits.times) {
  status_.delta = kind.delta;
}

Stream::~Stream() {
  counters_.subscriptions -= cost_;
  if (!told_culprits_.empty()) --counters_.refusing;
  for (auto& slot : slots_) slot.subscription.reset();
  // The allocator keeps what was freed; a client that asked for very much and went should leave nothing behind.
  if (cost_ > kLargeCost) base::give_back_memory();
}

base::Status Stream::receive(std::string_view wire, Clock::time_point now) {
  auto request = kind_.delta ? read_delta_request(wire) : read_sotw_request(wire);
  if (!request.ok()) {
    ++counters_.bad_requests;
    return request.status();
  }
  if (!started_) {
    started_ = true;
    schedule_.started(now);
  }
  // Only a stream's first request has to say who the client is.
  if (request->node && !node_known_) {
    node_known_ = true;
    node_ = std::move(*request->node);
  }
  const auto type = type_of_request(*request);
  return type ? receive_for(*type, *request) : base::Status();
}

std::optional<ResourceType> Stream::type_of_request(const DiscoveryRequest& request) {
  if (request.type_url.empty() && kind_.only) return kind_.only;
  const auto type = type_of(request.type_url);
  if (type && (!kind_.only || kind_.only == type)) return type;
  if (type) {
    count_bad_request("asks for " + request.type_url + " at the service for " + std::string(type_url(*kind_.only)));
  } else {
    count_bad_request("asks for type_url \"" + printable(request.type_url, 200) + "\", which is not served here");
  }
  return std::nullopt;
}

base::Status Stream::receive_for(ResourceType type, const DiscoveryRequest& request) {
  auto& slot = slot_of(type);
  if (!slot.subscription) {
    // Whatever nonce it carries is one of an earlier stream: a client that comes back is to be served.
    subscribe(type, request);
  } else {
    if (!check_nonce(type, request)) return {};
    slot.subscription->change(request);
    for (const auto& name : request.unsubscribe) slot.refused.erase(name);
  }
  return check_cost();
}

base::Status Stream::check_cost() {
  size_t cost = 0;
  for (const auto& each : slots_) cost += each.subscription ? each.subscription->cost() : 0;
  const uint64_t all = counters_.subscriptions += cost - std::exchange(cost_, cost);
  if (cost > limits_.max_subscriptions) {
    ++counters_.bad_requests;
    return {base::Code::kResourceExhausted,
            "the stream subscribes to more than " + std::to_string(limits_.max_subscriptions) + " names"};
  }
  if (all > limits_.max_subscriptions_of_all) {
    ++counters_.bad_requests;
    return {base::Code::kResourceExhausted, "all streams together subscribe to more than " +
                                                std::to_string(limits_.max_subscriptions_of_all) + " names"};
  }
  return {};
}

void Stream::subscribe(ResourceType type, const DiscoveryRequest& request) {
  auto& subscription = slot_of(type).subscription;
  if (kind_.delta && type == ResourceType::kVirtualHost) {
    subscription = std::make_unique<VirtualHostSubscription>();
  } else if (kind_.delta) {
    RouteUses uses;
    if (type == ResourceType::kRoute) uses = [this](const std::string& name) { return use_of_routes(name); };
    subscription = std::make_unique<DeltaSubscription>(type, shared_ == nullptr ? nullptr : &shared_->names,
                                                       shared_ == nullptr ? nullptr : &shared_->answers, uses);
  } else {
    subscription = std::make_unique<SotwSubscription>(type);
  }
  if (snapshot_) subscription->set_world(world_of(type));
  subscription->start(request);
}

bool Stream::check_nonce(ResourceType type, const DiscoveryRequest& request) {
  if (request.nonce.empty()) return true;  // a change of the subscription that acknowledges nothing
  const auto number = read_nonce(request.nonce);
  if (!number) {
    count_bad_request("names the nonce \"" + printable(request.nonce, 100) + "\", which it was never sent for " +
                      std::string(plural(type)));
    return false;
  }
  acknowledge(type, *number, request);
  // A stale nonce: a newer response is on its way. A state-of-the-world client repeats its whole subscription when it
  // answers that one; a delta client says every change of its subscription only once, so it has to be heard.
  return kind_.delta || *number == slot_of(type).nonce;
}

std::optional<uint64_t> Stream::read_nonce(const std::string& text) const {
  uint64_t number = 0;
  const auto dash = text.find('-');
  if (dash != std::string::npos) std::from_chars(text.data() + dash + 1, text.data() + text.size(), number);
  const bool ours = number != 0 && number <= last_nonce_ && text == nonce_text(number);
  return ours ? std::optional(number) : std::nullopt;
}

void Stream::acknowledge(ResourceType type, uint64_t nonce, const DiscoveryRequest& request) {
  auto& slot = slot_of(type);
  const auto found = std::find_if(slot.in_flight.begin(), slot.in_flight.end(),
                                  [&](const InFlight& response) { return response.nonce == nonce; });
  if (found == slot.in_flight.end()) return;  // said before, or of another type
  const InFlight response = std::move(*found);
  // Responses are answered in order: what is older will not be answered any more.
  slot.in_flight.erase(slot.in_flight.begin(), std::next(found));
  const auto index = static_cast<size_t>(type);
  if (request.refusal) {
    ++counters_.nacks;
    ++status_.nacked[index];
    refused(type, slot, response, *request.refusal);
  } else {
    ++counters_.acks;
    ++status_.acked[index];
    accepted(slot, response);
  }
  if (slot.trace) offer(type);
  auto& routes = slot_of(ResourceType::kRoute).subscription;
  if (type == ResourceType::kScopedRoute && routes) routes->ask_route_use();
}

void Stream::accepted(TypeSlot& slot, const InFlight& response) {
  slot.subscription->accepted({*response.content, response.after});
  if (slot.refused.empty() && !slot.trace) return;
  if (slot.trace) slot.trace->accepted(response.content->resources);
  // Of what is sent without its culprit the client goes on using the old one.
  const auto held = slot.trace ? slot.trace->held_back() : std::set<std::string>();
  for (const auto& resource : response.content->resources) {
    if (held.count(resource->name) == 0) slot.refused.erase(resource->name);
  }
}

void Stream::refused(ResourceType type, TypeSlot& slot, const InFlight& response, const std::string& words) {
  const bool searching = slot.trace && slot.trace->searching();
  if (!slot.trace) {
    slot.trace = std::make_unique<RefusalTrace>(
        type, [&slot](const std::string& name) { return slot.subscription->holding(name); },
        shared_ == nullptr ? nullptr : &shared_->culprits);
    slot.trace->set_world(world_of(type));
  }
  slot.trace->refused(response.content->resources, words);
  slot.subscription->refused({*response.content, response.after});
  for (const auto& resource : response.content->resources) slot.refused.insert(resource->name);
  if (searching) return;
  Refusal refusal{node_.role, node_.id, type, words, {}};
  for (const auto& resource : response.content->resources) refusal.names.push_back(resource->name);
  refusals_.push_back(std::move(refusal));
}

void Stream::offer(ResourceType type) {
  auto& slot = slot_of(type);
  slot.subscription->set_world(slot.trace->offer());
  while (slot.trace->searching() && slot.in_flight.empty() && slot.subscription->due().nothing()) {
    slot.trace->nothing_to_send();
    slot.subscription->set_world(slot.trace->offer());
  }
  if (slot.trace->searching()) return;
  // Who has no older version of what it refused goes on with nothing that others would have to stay for.
  std::erase_if(slot.refused, [&](const std::string& name) { return !slot.subscription->holding(name); });
}

std::vector<Culprit> Stream::culprits() const {
  std::vector<Culprit> all;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].trace) continue;
    for (const auto& found : slots_[i].trace->culprits()) {
      Culprit culprit{static_cast<ResourceType>(i), found.unit.label, {}, found.words};
      for (const auto& piece : found.unit.pieces) culprit.resources.push_back(piece.resource);
      all.push_back(std::move(culprit));
    }
  }
  return all;
}

bool Stream::take_culprits_changed() {
  auto now = culprits();
  if (now == told_culprits_) return false;
  if (told_culprits_.empty()) ++counters_.refusing;
  if (now.empty()) --counters_.refusing;
  told_culprits_ = std::move(now);
  return true;
}

void Stream::count_bad_request(const std::string& what) {
  ++counters_.bad_requests;
  if (std::exchange(complained_, true)) return;
  spdlog::warn("xDS node \"{}\" {}; ignored (later ones of this stream are only counted)", node_.id, what);
}

void Stream::set_snapshot(SnapshotPtr snapshot) {
  if (snapshot == snapshot_) return;
  snapshot_ = std::move(snapshot);
  for (size_t i = 0; snapshot_ && i < slots_.size(); ++i) {
    const auto type = static_cast<ResourceType>(i);
    auto& slot = slots_[i];
    if (!slot.subscription) continue;
    slot.subscription->ask_route_use();
    if (slot.trace) {
      slot.trace->set_world(world_of(type));
      offer(type);
    } else {
      slot.subscription->set_world(world_of(type));
    }
  }
}

const ResourceSet& Stream::world_of(ResourceType type) const {
  const bool takes = kind_.delta && (!kind_.only || kind_.only == ResourceType::kVirtualHost);
  const bool takes_scopes = takes && snapshot_->scoped;
  return (takes_scopes ? *snapshot_->scoped : *snapshot_).of(type);
}

RouteUse Stream::use_of_routes(const std::string& name) const {
  const auto& scopes = slots_[static_cast<size_t>(ResourceType::kScopedRoute)].subscription;
  if (!scopes || !snapshot_ || is_on_demand(name)) return RouteUse::kServing;
  const std::string fallback = fallback_scope(name);
  if (!scopes->holding(fallback)) return RouteUse::kServing;
  return world_of(ResourceType::kScopedRoute).find(fallback) ? RouteUse::kDrained : RouteUse::kReturned;
}

std::optional<base::Bytes> Stream::next(Clock::time_point now) {
  if (!snapshot_) return std::nullopt;
  const auto choice = schedule_.next(slots_, now);
  if (!choice) return std::nullopt;
  return send(*choice, now);
}

base::Bytes Stream::send(const Choice& choice, Clock::time_point now) {
  auto& slot = slot_of(choice.type);
  if (choice.overdue && !std::exchange(overdue_named_, true)) {
    spdlog::warn(
        "xDS node \"{}\" (role \"{}\") does not acknowledge what it was sent; {} that are gone are taken from it now",
        node_.id, printable(node_.role, 200), plural(choice.type));
  }
  Outgoing out = slot.subscription->take(choice.take);
  const bool endpoints = choice.type == ResourceType::kEndpoint;
  // New endpoints of a cluster that serves already hold nothing back: they change all the time.
  slot.holds_others = !endpoints || choice.take == Take::kAnswer;
  slot.nonce = ++last_nonce_;
  slot.sent_at = now;
  slot.update_since.reset();
  if (choice.take == Take::kUpdateAndRemovals) slot.removal_since.reset();
  const std::string nonce = nonce_text(slot.nonce);
  auto bytes = write_response(kind_.delta, choice.type, out, nonce, shared_ == nullptr ? nullptr : &shared_->responses);
  ++counters_.responses;
  ++status_.sent[static_cast<size_t>(choice.type)];
  counters_.resources_sent += out.content->resources.size();
  counters_.bytes_sent += bytes.size();
  if (choice.type == ResourceType::kCluster) follow_clusters(out.replaced);
  if (choice.type == ResourceType::kRoute) follow_routes(out.content->resources);
  for (const auto& name : out.content->removed) slot.refused.erase(name);
  // What else is on its way may be refused.
  if (!slot.in_flight.empty()) out.after.reset();
  slot.in_flight.push_back({slot.nonce, std::move(out.content), std::move(out.after)});
  if (slot.in_flight.size() > kMaxInFlight) slot.in_flight.erase(slot.in_flight.begin());
  return bytes;
}

// A cluster that is replaced warms anew and waits for its endpoints, though the client has them. Source: Envoy, "xDS
// REST and gRPC protocol", resource warming.
void Stream::follow_clusters(const std::vector<ResourcePtr>& replaced) {
  auto& endpoints = slot_of(ResourceType::kEndpoint).subscription;
  if (!endpoints) return;
  for (const auto& cluster : replaced) {
    if (const auto name = endpoint_reference(*cluster)) endpoints->send_again(*name);
  }
}

// A route configuration that a client takes anew may begin without its virtual hosts, and it warms until it hears of
// them; Envoy says nothing where it asked for those of another one before. Seen with Envoy 1.40.
void Stream::follow_routes(const std::vector<ResourcePtr>& sent) {
  auto& hosts = slot_of(ResourceType::kVirtualHost).subscription;
  if (!hosts) return;
  for (const auto& routes : sent) hosts->send_again(routes->name);
}

std::string Stream::nonce_text(uint64_t number) const { return std::to_string(id_) + "-" + std::to_string(number); }

NodeStatus Stream::status() const {
  NodeStatus status = status_;
  status.id = node_.id;
  status.role = node_.role;
  status.user_agent = node_.user_agent;
  status.in_sync = started_ && snapshot_;
  status.culprits = culprits();
  for (size_t i = 0; i < slots_.size(); ++i) {
    const auto& slot = slots_[i];
    if (!slot.subscription) continue;
    status.in_sync = status.in_sync && slot.in_flight.empty() && slot.subscription->due().nothing_but_drained();
    status.asked[i] = true;
    status.behind[i] = slot.subscription->behind(NodeStatus::kMostBehind);
  }
  return status;
}

}  // namespace solder::xds
