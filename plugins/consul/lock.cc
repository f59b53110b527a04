#include "lock.h"

#include <chrono>
#include <utility>

#include "solder/sdk/base64.hpp"

namespace solder::plugins::consul {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kLease = 3 * kSecond;     // for others, from when they saw the key change
constexpr uint64_t kHeld = kSecond * 5 / 2;  // for its holder, from before it was written
constexpr uint64_t kRenewSession = 5 * kSecond;
// Consul takes a time of 10 s and more, and waits up to twice as long. Nobody has to wait after a lock was lost: what
// its last holder still sends is refused.
constexpr const char* kSession = R"({"Name": "solder", "TTL": "15s", "LockDelay": "0s", "Behavior": "release"})";
constexpr milliseconds kWrite{700}, kLook{600}, kLockSpread{100}, kLockTimeout{1500}, kLockForbiddenPause{5000};
constexpr int kLockPatience = 4;  // failures

// The first entry of a list, or an empty map.
Json first_of(std::string_view body) {
  const Json list = sdk::parse_json(body);
  return list.is_array() && !list.empty() && list.front().is_object() ? list.front() : Json::object();
}

std::string holder_of(const Json& entry) {
  const Json value = sdk::parse_json(sdk::decode_base64(sdk::get_string(entry, "Value")).value_or(""));
  return value.is_object() ? sdk::get_string(value, "holder") : "";
}

}  // namespace

bool is_fenced_off(const Json& error) {
  return sdk::get_string(error, "What").find("session") != std::string::npos &&
         sdk::get_uint(error, "OpIndex").value_or(0) == 0;
}

Lock::Lock(const sdk::Host& host, Api& api, std::function<void()> changed)
    : api_(api),
      key_(api.settings().own_root() + "/leader"),
      changed_(std::move(changed)),
      lease_(host, [this] { changed_(); }),
      timer_(host),
      backoff_(host, this) {}

Json Lock::fence() const { return {{"KV", {{"Verb", "check-session"}, {"Key", key_}, {"Session", session_}}}}; }

void Lock::lost() {
  lease_.hold(0);
  if (!asking_) timer_.start(backoff_.jitter(kLockSpread), [this] { look(); });
}

void Lock::send(const char* method, const std::string& path, const std::string& body,
                std::function<void(const Reply&)> then) {
  const auto answered = [this, then = std::move(then)](const Reply& reply) {
    asking_ = false;
    then(reply);
  };
  asking_ = api_.send({.method = method, .path = path, .body = body, .timeout = kLockTimeout}, answered) == SOLDER_OK;
  if (!asking_) timer_.start(kLook, [this] { look(); });
}

// The holder writes at once: where somebody else has the lock meanwhile, Consul says so.
void Lock::look() {
  if (held()) return take();
  send("GET", "/v1/kv/" + in_url(key_, true), "", [this](const Reply& reply) { take_look(reply); });
}

void Lock::take_look(const Reply& reply) {
  if (reply.answered() && reply.code == sdk::status::kNotFound) return take();
  const Json entry = first_of(reply.body);
  if (!reply.ok() || entry.empty()) return failed(reply);
  const std::string session = sdk::get_string(entry, "Session");
  std::string change = session + " " + std::to_string(sdk::get_uint(entry, "ModifyIndex").value_or(0));
  if (std::exchange(last_change_, std::move(change)) != last_change_) changed_at_ = lease_.now();
  if (session.empty() || session == session_) return take();
  // What somebody else than a Solder locks is theirs.
  if (lease_.now() - changed_at_ >= kLease && !holder_of(entry).empty()) return end_session(session);
  backoff_.succeeded();
  lease_.hold(0);
  if (std::exchange(trouble_, std::nullopt)) changed_();
  timer_.start(kLook + backoff_.jitter(kLockSpread), [this] { look(); });
}

// Where that is not allowed, Consul ends it some time.
void Lock::end_session(const std::string& session) {
  send("PUT", "/v1/session/destroy/" + in_url(session, false), "", [this](const Reply& reply) {
    if (reply.ok()) return take();
    lease_.hold(0);
    timer_.start(kLook + backoff_.jitter(kLockSpread), [this] { look(); });
  });
}

void Lock::take() {
  if (session_.empty()) return create_session();
  lease_.now() - renewed_at_ >= kRenewSession ? renew_session() : acquire();
}

void Lock::create_session() {
  send("PUT", "/v1/session/create", kSession, [this](const Reply& reply) {
    const Json answer = sdk::parse_json(reply.body);
    session_ = reply.ok() && answer.is_object() ? sdk::get_string(answer, "ID") : "";
    if (session_.empty()) return failed(reply);
    renewed_at_ = lease_.now();
    acquire();
  });
}

void Lock::renew_session() {
  send("PUT", "/v1/session/renew/" + in_url(session_, false), "", [this](const Reply& reply) {
    if (reply.answered() && reply.code == sdk::status::kNotFound) {
      session_.clear();
      return lost();
    }
    if (!reply.ok()) return failed(reply);
    renewed_at_ = lease_.now();
    acquire();
  });
}

void Lock::acquire() {
  const uint64_t sent = lease_.now();
  const Json value = {{"holder", lease_.identity()}};
  send("PUT", "/v1/kv/" + in_url(key_, true) + "?acquire=" + in_url(session_, false), value.dump(),
       [this, sent](const Reply& reply) { acquired(reply, sent); });
}

void Lock::acquired(const Reply& reply, uint64_t sent) {
  // Another was faster, or Consul has ended the session.
  const bool other = reply.ok() && reply.body.starts_with("false");
  const bool ended = reply.answered() && reply.code == sdk::status::kServerError &&
                     reply.body.find("invalid session") != std::string_view::npos;
  if (ended) session_.clear();
  if (other || ended) return lost();
  if (!reply.ok()) return failed(reply);
  if (lease_.now() >= sent + kHeld) return lost();  // it was long on its way
  backoff_.succeeded();
  const bool well = trouble_.has_value();
  trouble_.reset();
  lease_.hold(sent + kHeld);
  if (well) changed_();
  timer_.start(kWrite, [this] { look(); });
}

void Lock::failed(const Reply& reply) {
  std::optional<Trouble> trouble;
  milliseconds wait = kLook + backoff_.jitter(kLockSpread);
  backoff_.failed();
  // One who is away says so elsewhere. What is held is held until its time is over.
  if (reply.answered() && (reply.code == sdk::status::kForbidden || backoff_.failures() >= kLockPatience)) {
    trouble = api_.trouble_of(reply, "the lock " + key_);
    wait = kLockForbiddenPause;
  }
  if (trouble && trouble->reason == "AccessDenied") {
    trouble->message = "the lock " + key_ +
                       " cannot be had, so this Solder writes no statuses and discovers nothing: " + reply.words();
    trouble->expected = "key_prefix \"" + api_.settings().own_root() +
                        "/\" { policy = \"write\" } and session_prefix \"\" { policy = \"write\" }, or lease: false "
                        "for a Solder that is alone";
  }
  if (std::exchange(trouble_, trouble) != trouble) changed_();
  if (!held()) lease_.hold(0);
  timer_.start(wait, [this] { look(); });
}

}  // namespace solder::plugins::consul
