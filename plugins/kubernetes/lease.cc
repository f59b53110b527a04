#include "lease.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <utility>

#include "solder/sdk/objects.hpp"

namespace solder::plugins::kubernetes {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr int kLeaseSeconds = 3;             // for others, from when they saw it renewed
constexpr uint64_t kHeld = kSecond * 5 / 2;  // for its holder, from before it was renewed
constexpr milliseconds kRenew{700}, kLook{600};
constexpr milliseconds kSpread{100};
constexpr uint32_t kTimeoutMs = 1500;
constexpr uint32_t kOk = 200, kFirstError = 300, kForbidden = 403, kNotFound = 404, kConflict = 409;

// A pod's name, and something of this instance alone: a pod that begins again is another one.
std::string new_identity() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  std::array<char, 24> random{};
  std::random_device device;
  std::snprintf(random.data(), random.size(), "_%08x%08x", device(), device());
  return std::string(host.data()) + random.data();
}

// RFC 3339 with microseconds, as Kubernetes wants it. Nobody compares it with a clock of another machine.
std::string wall_clock() {
  using std::chrono::microseconds;
  const auto now =
      std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::time_t seconds = now / 1'000'000;
  std::tm broken{};
  ::gmtime_r(&seconds, &broken);
  std::array<char, 64> out{};
  const size_t length = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%S", &broken);
  std::snprintf(out.data() + length, out.size() - length, ".%06dZ", static_cast<int>(now % 1'000'000));
  return out.data();
}

const Json& member(const Json& object, const char* name) {
  static const Json kNone = Json::object();
  const Json* value = object.is_object() ? sdk::find(object, name) : nullptr;
  return value == nullptr || !value->is_object() ? kNone : *value;
}

}  // namespace

Lease::Lease(const sdk::Host& host, sdk::Http& http, const Connection& connection, std::string ns, std::string name,
             uint64_t seed, std::function<void()> changed)
    : host_(host),
      http_(http),
      connection_(connection),
      ns_(std::move(ns)),
      name_(std::move(name)),
      identity_(new_identity()),
      changed_(std::move(changed)),
      timer_(host),
      end_timer_(host),
      backoff_(seed) {
  sdk::hold_lease(host_, 0);
}

uint64_t Lease::now() const {
  const auto* loop = static_cast<const solder_svc_loop*>(host_.service(SOLDER_SVC_LOOP));
  return SOLDER_HAS(loop, now_ns) ? loop->now_ns(loop->ctx) : 0;
}

std::string Lease::path() const { return "/apis/coordination.k8s.io/v1/namespaces/" + ns_ + "/leases"; }

void Lease::start() {
  if (!asking_ && !timer_.pending()) ask();
}

void Lease::send(const char* method, const std::string& path, const std::string& body, sdk::Http::Then then) {
  const std::string url = connection_.server + path;
  const solder_http_identity identity = connection_.identity();
  sdk::HttpRequest request;
  request.method = method;
  request.url = url;
  request.headers = {{"content-type", "application/json"}, {"accept", "application/json"}};
  request.body = body;
  request.identity = &identity;
  request.timeout_ms = kTimeoutMs;
  auto answered = [this, then = std::move(then)](const sdk::HttpAnswer& answer) {
    asking_ = false;
    then(answer);
  };
  asking_ = http_.send(request, std::move(answered)) == SOLDER_OK;
  if (!asking_) timer_.start(kLook, [this] { ask(); });
}

// The holder writes at once: a Lease that somebody else took meanwhile is a conflict.
void Lease::ask() {
  if (held() && seen_.is_object()) return write(false);
  send("GET", path() + "/" + name_, "", [this](const sdk::HttpAnswer& answer) { take_answer(answer); });
}

void Lease::take_answer(const sdk::HttpAnswer& answer) {
  if (answer.status == SOLDER_OK && answer.code == kNotFound) return write(true);
  if (answer.status != SOLDER_OK || answer.code != kOk) return failed(answer, "get");
  seen_ = sdk::parse_json(answer.body);
  const Json& spec = member(seen_, "spec");
  const std::string holder = sdk::get_string(spec, "holderIdentity");
  std::string change = holder + " " + sdk::get_string(spec, "renewTime");
  if (std::exchange(last_change_, std::move(change)) != last_change_) changed_at_ = now();
  const uint64_t duration = sdk::get_uint(spec, "leaseDurationSeconds").value_or(kLeaseSeconds);
  if (holder.empty() || holder == identity_ || now() - changed_at_ >= duration * kSecond) return write(false);
  backoff_.succeeded();
  hold(0);
  if (std::exchange(problem_, std::nullopt)) changed_();
  timer_.start(kLook + backoff_.jitter(kSpread), [this] { ask(); });
}

void Lease::write(bool create) {
  const std::string time = wall_clock();
  const Json& spec = member(seen_, "spec");
  const bool same = !create && sdk::get_string(spec, "holderIdentity") == identity_;
  Json next = {{"holderIdentity", identity_},
               {"leaseDurationSeconds", kLeaseSeconds},
               {"renewTime", time},
               {"acquireTime", same ? sdk::get_string(spec, "acquireTime") : time},
               {"leaseTransitions", sdk::get_uint(spec, "leaseTransitions").value_or(0) + (same || create ? 0 : 1)}};
  Json body = {{"apiVersion", "coordination.k8s.io/v1"},
               {"kind", "Lease"},
               {"metadata", {{"name", name_}, {"namespace", ns_}}},
               {"spec", std::move(next)}};
  if (!create) body["metadata"]["resourceVersion"] = sdk::get_string(member(seen_, "metadata"), "resourceVersion");
  const uint64_t sent = now();
  send(create ? "POST" : "PUT", create ? path() : path() + "/" + name_, body.dump(),
       [this, sent](const sdk::HttpAnswer& answer) { written(answer, sent); });
}

void Lease::written(const sdk::HttpAnswer& answer, uint64_t sent) {
  // Another was faster: how long it will hold it is what its Lease says.
  if (answer.status == SOLDER_OK && (answer.code == kConflict || answer.code == kNotFound)) {
    hold(0);
    seen_ = {};
    timer_.start(backoff_.jitter(kSpread), [this] { ask(); });
    return;
  }
  if (answer.status != SOLDER_OK || answer.code >= kFirstError) return failed(answer, "create, update");
  seen_ = sdk::parse_json(answer.body);
  backoff_.succeeded();
  const bool well = problem_.has_value();
  problem_.reset();
  hold(sent + kHeld);
  if (well) changed_();
  timer_.start(kRenew, [this] { ask(); });
}

void Lease::failed(const sdk::HttpAnswer& answer, const char* verb) {
  std::optional<WatchProblem> problem;
  milliseconds wait = kLook + backoff_.jitter(kSpread);
  if (answer.status == SOLDER_OK && answer.code == kForbidden) {
    problem =
        WatchProblem{"AccessDenied",
                     "the Lease " + ns_ + "/" + name_ + " cannot be had (" + verb +
                         "), so this Solder writes no statuses and discovers nothing",
                     "a rule {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]} "
                     "in the namespace " +
                         ns_ + ", or lease: false for a Solder that is alone"};
    wait = milliseconds(5000);
  }
  // One who is away says so elsewhere. What is held is held until its time is over.
  if (std::exchange(problem_, problem) != problem) changed_();
  if (!held()) hold(0);
  timer_.start(wait, [this] { ask(); });
}

void Lease::hold(uint64_t until) {
  const bool before = held_until_ != 0;
  held_until_ = until;
  sdk::hold_lease(host_, until);
  end_timer_.cancel();
  if (until != 0) {
    const uint64_t at = now();
    end_timer_.start(std::chrono::nanoseconds(until > at ? until - at : 0), [this] { hold(0); });
  }
  if (before == (until != 0)) return;
  host_.log(SOLDER_LOG_INFO, until != 0 ? "this Solder leads: it writes statuses and discovers (" + identity_ + ")"
                                        : std::string("this Solder does not lead any more"));
  changed_();
}

}  // namespace solder::plugins::kubernetes
