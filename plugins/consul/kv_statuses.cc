#include "kv_statuses.h"

#include <algorithm>
#include <utility>

#include "solder/sdk/base64.hpp"

namespace solder::plugins::consul {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr const char* kReporter = "gloo";  // what tools of Gloo's users look for
constexpr size_t kMostTogether = 48;       // Consul takes 64 operations in one transaction
constexpr size_t kMostBytes = 200000;      // and half a megabyte
constexpr milliseconds kGather{100}, kForbiddenPause{15000};

// What nobody but Solder writes may be taken away by it.
bool is_ours(const std::string& value) {
  const Json status = sdk::parse_json(value);
  return status.is_object() && status.contains("state") && status.contains("reason") &&
         sdk::get_string(status, "reportedBy") == kReporter;
}

}  // namespace

KvStatuses::KvStatuses(const sdk::Host& host, Api& api, Lock* lock, std::function<void()> changed)
    : api_(api),
      lock_(lock),
      changed_(std::move(changed)),
      timer_(host),
      backoff_(host, this),
      together_(kMostTogether) {}

void KvStatuses::kinds(std::map<std::string, std::string> kinds) {
  kinds_ = std::move(kinds);
  if (on() && !loaded_ && !loading_) load();
}

std::optional<std::string> KvStatuses::key_of(const std::string& kind, const ObjectName& name) const {
  const auto at = kinds_.find(kind);
  if (at == kinds_.end()) return std::nullopt;
  return kind_prefix(api_.settings().status_root, at->second, kind) + name.ns + "/" + name.name;
}

void KvStatuses::load() {
  const std::string path = "/v1/kv/" + in_url(api_.settings().status_root + "/", true) + "?recurse";
  loading_ = api_.send({.path = path}, [this](const Reply& reply) { take_all(reply); }) == SOLDER_OK;
  if (!loading_) timer_.start(milliseconds(500), [this] { load(); });
}

void KvStatuses::took_over() {
  if (!on() || loading_ || kinds_.empty()) return;
  loaded_ = false;
  load();
}

void KvStatuses::take_all(const Reply& reply) {
  loading_ = false;
  const bool none = reply.answered() && reply.code == sdk::status::kNotFound;
  const Json list = none ? Json::array() : sdk::parse_json(reply.body);
  if (!(none || reply.ok()) || !list.is_array()) {
    timer_.start(std::min<milliseconds>(backoff_.failed(reply.retry_after), kForbiddenPause), [this] { load(); });
    return;
  }
  backoff_.succeeded();
  loaded_ = true;
  for (auto& [key, one] : all_) {
    one.index = 0;
    one.there.clear();
  }
  for (const Json& entry : list) {
    if (!entry.is_object()) continue;
    const std::string key = sdk::get_string(entry, "Key");
    std::string value = sdk::decode_base64(sdk::get_string(entry, "Value")).value_or("");
    if (all_.count(key) == 0 && !is_ours(value)) continue;
    One& one = all_[key];
    one.index = sdk::get_uint(entry, "ModifyIndex").value_or(0);
    one.there = std::move(value);
  }
  for (const auto& [key, one] : all_) look(key);
}

void KvStatuses::told(const std::string& kind, const ObjectName& name, bool there) {
  if (!on()) return;
  const auto key = key_of(kind, name);
  if (!key) return;
  One& one = all_[*key];
  one.object = there;
  if (!there) one.wanted.clear();
  look(*key);
}

void KvStatuses::complete() {
  if (!on() || std::exchange(complete_, true)) return;
  for (const auto& [key, one] : all_) look(key);
}

void KvStatuses::want(const sdk::Ref& ref, std::string_view json) {
  if (!on()) return;
  const auto key = key_of(std::string(ref.kind), {std::string(ref.ns), std::string(ref.name)});
  const auto at = key ? all_.find(*key) : all_.end();
  if (at == all_.end() || !at->second.object) return;
  const Json report = sdk::parse_json(json);
  if (!report.is_object()) return;
  const Json status = {{"state", sdk::get_string(report, "state")},
                       {"reportedBy", kReporter},
                       {"reason", sdk::get_string(report, "reason")}};
  if (!std::exchange(translated_, true)) {
    for (const auto& [other, one] : all_) look(other);
  }
  at->second.wanted = status.dump(-1, ' ', false, Json::error_handler_t::replace);
  look(*key);
}

void KvStatuses::look(const std::string& key) {
  const One& one = all_.at(key);
  const bool write = one.object && !one.wanted.empty() && one.wanted != one.there;
  const bool remove = !one.object && one.index != 0 && complete_ && translated_;
  write || remove ? static_cast<void>(to_write_.insert(key)) : static_cast<void>(to_write_.erase(key));
  if (loaded_ && !to_write_.empty() && !writing_ && !timer_.pending() && leads(lock_)) pause(kGather);
}

void KvStatuses::pause(milliseconds wait) {
  timer_.start(wait, [this] { write(); });
}

void KvStatuses::write() {
  if (writing_ || !loaded_ || to_write_.empty() || !leads(lock_)) return;
  std::vector<std::string> keys;
  Json operations = Json::array();
  if (lock_ != nullptr) operations.push_back(lock_->fence());
  size_t bytes = 0;
  while (!to_write_.empty() && keys.size() < together_ && bytes < kMostBytes) {
    const std::string key = to_write_.extract(to_write_.begin()).value();
    const One& one = all_.at(key);
    Json kv = {{"Verb", one.object ? "cas" : "delete-cas"}, {"Key", key}, {"Index", one.index}};
    if (one.object) kv["Value"] = sdk::encode_base64(one.wanted);
    bytes += one.wanted.size();
    operations.push_back({{"KV", std::move(kv)}});
    keys.push_back(key);
  }
  // What was written is what was wanted then.
  std::map<std::string, std::string> values;
  for (const auto& key : keys) values[key] = all_.at(key).object ? all_.at(key).wanted : "";
  const auto status = api_.send({.method = "PUT", .path = "/v1/txn", .body = operations.dump()},
                                [this, keys, values = std::move(values)](const Reply& reply) {
                                  writing_ = false;
                                  if (reply.ok()) {
                                    for (const auto& [key, value] : values) all_.at(key).there = value;
                                  }
                                  written(keys, reply);
                                });
  writing_ = status == SOLDER_OK;
  if (writing_) return;
  to_write_.insert(keys.begin(), keys.end());
  pause(milliseconds(500));
}

void KvStatuses::written(const std::vector<std::string>& keys, const Reply& reply) {
  const Json answer = sdk::parse_json(reply.body);
  if (reply.ok() && answer.is_object()) {
    backoff_.succeeded();
    set_trouble(std::nullopt);
    for (const auto& key : keys) all_.at(key).index = 0;
    for (const Json& result : answer.value("Results", Json::array())) {
      const Json kv = result.is_object() ? result.value("KV", Json::object()) : Json::object();
      if (const auto at = all_.find(sdk::get_string(kv, "Key")); at != all_.end())
        at->second.index = sdk::get_uint(kv, "ModifyIndex").value_or(0);
    }
    for (const auto& key : keys) {
      const One& one = all_.at(key);
      one.object || one.index != 0 ? look(key) : static_cast<void>(all_.erase(key));
    }
    return;
  }
  to_write_.insert(keys.begin(), keys.end());
  const bool denied = reply.body.find("Permission denied") != std::string_view::npos;
  if (reply.answered() && reply.code == sdk::status::kConflict && answer.is_object() && !denied) {
    // Somebody else wrote some of them: what stands there now is read, and counts.
    pause(kGather);
    for (const Json& error : answer.value("Errors", Json::array())) {
      const auto which = error.is_object() ? sdk::get_uint(error, "OpIndex") : std::nullopt;
      if (!which) continue;
      if (lock_ != nullptr && is_fenced_off(error)) return lock_->lost();
      const size_t at = *which - (lock_ == nullptr ? 0 : 1);
      if (at < keys.size()) read_again(keys[at]);
    }
    return;
  }
  if (reply.answered() && reply.code == sdk::status::kTooLarge && together_ > 1) {
    together_ /= 2;
    return pause(kGather);
  }
  Trouble trouble = api_.trouble_of(reply, "statuses");
  const bool forbidden =
      reply.answered() && (denied || (reply.code == sdk::status::kForbidden && trouble.reason == "AccessDenied"));
  if (forbidden) {
    const std::string root = api_.settings().status_root + "/";
    trouble = {"AccessDenied", "statuses cannot be written below " + root,
               "key_prefix \"" + root + "\" { policy = \"write\" }, or writeStatuses: false"};
  }
  set_trouble(std::move(trouble));
  pause(forbidden ? kForbiddenPause : std::min<milliseconds>(backoff_.failed(reply.retry_after), kForbiddenPause));
}

void KvStatuses::read_again(const std::string& key) {
  api_.send({.path = "/v1/kv/" + in_url(key, true)}, [this, key](const Reply& reply) {
    const auto at = all_.find(key);
    const bool none = reply.answered() && reply.code == sdk::status::kNotFound;
    const Json list = none ? Json::array() : sdk::parse_json(reply.body);
    if (at == all_.end() || !(none || reply.ok()) || !list.is_array()) return;
    const Json entry = list.empty() ? Json::object() : list.front();
    at->second.index = sdk::get_uint(entry, "ModifyIndex").value_or(0);
    at->second.there = sdk::decode_base64(sdk::get_string(entry, "Value")).value_or("");
    look(key);
  });
}

void KvStatuses::set_trouble(std::optional<Trouble> trouble) {
  if (trouble == trouble_) return;
  trouble_ = std::move(trouble);
  changed_();
}

}  // namespace solder::plugins::consul
