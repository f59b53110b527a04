#include "lease.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

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
    : http_(http),
      connection_(connection),
      ns_(std::move(ns)),
      name_(std::move(name)),
      changed_(std::move(changed)),
      lease_(host, [this] { changed_(); }),
      timer_(host),
      backoff_(seed) {}

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
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kNotFound) return write(true);
  if (answer.status != SOLDER_OK || answer.code != sdk::status::kOk) return failed(answer, "get");
  seen_ = sdk::parse_json(answer.body);
  const Json& spec = member(seen_, "spec");
  const std::string holder = sdk::get_string(spec, "holderIdentity");
  std::string change = holder + " " + sdk::get_string(spec, "renewTime");
  if (std::exchange(last_change_, std::move(change)) != last_change_) changed_at_ = lease_.now();
  const uint64_t duration = sdk::get_uint(spec, "leaseDurationSeconds").value_or(kLeaseSeconds);
  if (holder.empty() || holder == lease_.identity() || lease_.now() - changed_at_ >= duration * kSecond)
    return write(false);
  backoff_.succeeded();
  lease_.hold(0);
  if (std::exchange(problem_, std::nullopt)) changed_();
  timer_.start(kLook + backoff_.jitter(kSpread), [this] { ask(); });
}

void Lease::write(bool create) {
  const std::string time = wall_clock();
  const Json& spec = member(seen_, "spec");
  const bool same = !create && sdk::get_string(spec, "holderIdentity") == lease_.identity();
  Json next = {{"holderIdentity", lease_.identity()},
               {"leaseDurationSeconds", kLeaseSeconds},
               {"renewTime", time},
               {"acquireTime", same ? sdk::get_string(spec, "acquireTime") : time},
               {"leaseTransitions", sdk::get_uint(spec, "leaseTransitions").value_or(0) + (same || create ? 0 : 1)}};
  Json body = {{"apiVersion", "coordination.k8s.io/v1"},
               {"kind", "Lease"},
               {"metadata", {{"name", name_}, {"namespace", ns_}}},
               {"spec", std::move(next)}};
  if (!create) body["metadata"]["resourceVersion"] = sdk::get_string(member(seen_, "metadata"), "resourceVersion");
  const uint64_t sent = lease_.now();
  send(create ? "POST" : "PUT", create ? path() : path() + "/" + name_, body.dump(),
       [this, sent](const sdk::HttpAnswer& answer) { written(answer, sent); });
}

void Lease::written(const sdk::HttpAnswer& answer, uint64_t sent) {
  // Another was faster: how long it will hold it is what its Lease says.
  if (answer.status == SOLDER_OK && (answer.code == sdk::status::kConflict || answer.code == sdk::status::kNotFound)) {
    lease_.hold(0);
    seen_ = {};
    timer_.start(backoff_.jitter(kSpread), [this] { ask(); });
    return;
  }
  if (answer.status != SOLDER_OK || answer.code >= sdk::status::kFirstError) return failed(answer, "create, update");
  seen_ = sdk::parse_json(answer.body);
  backoff_.succeeded();
  const bool well = problem_.has_value();
  problem_.reset();
  lease_.hold(sent + kHeld);
  if (well) changed_();
  timer_.start(kRenew, [this] { ask(); });
}

void Lease::failed(const sdk::HttpAnswer& answer, const char* verb) {
  std::optional<WatchProblem> problem;
  milliseconds wait = kLook + backoff_.jitter(kSpread);
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kForbidden) {
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
  if (!held()) lease_.hold(0);
  timer_.start(wait, [this] { ask(); });
}

}  // namespace solder::plugins::kubernetes
